"use strict";
// Search in the text of the page (a video) or of the book (the index page), and nothing else: a
// page reads well without this script.
(() => {
  const SHOWN = 50;
  const SNIPPET = 180; // characters
  const box = document.getElementById("search");
  const panel = document.getElementById("panel");
  const count = document.getElementById("count");
  const results = document.getElementById("results");
  const { searchFiles, index, title } = document.body.dataset;
  const places = []; // {href, title, at, kind, text, folded, foldedTitle}
  let loading = 0; // search files still to come

  // Case and accents make no difference: é is found by e.
  function fold(text) {
    if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function add(page, videoTitle, entries) {
    const foldedTitle = fold(videoTitle);
    for (const [anchor, at, kind, text] of entries) {
      const href = anchor ? `${page}#${anchor}` : page;
      places.push({ href, title: videoTitle, at, kind, text, folded: fold(text), foldedTitle });
    }
  }

  // The index page: the search files call this, see search.py.
  window.bookText = (videos) => {
    for (const { page, title: name, entries } of videos) {
      add(page, name, [["", "", "title", name], ...entries]);
    }
  };

  function loadNext(number) {
    if (number >= Number(searchFiles)) return;
    const script = document.createElement("script");
    script.src = `search/${number}.js`;
    script.onload = script.onerror = () => {
      loading -= 1;
      soon();
      loadNext(number + 1);
    };
    document.head.append(script);
  }

  let gathered = false;
  function gather() {
    if (gathered) return;
    gathered = true;
    if (searchFiles !== undefined) {
      loading = Number(searchFiles);
      loadNext(0);
      return;
    }
    const entries = [...document.querySelectorAll("[data-kind]")].map((element) => {
      const owner = element.closest("[id]");
      const time = owner.querySelector(".time, .when");
      return [owner.id, time ? time.textContent : "", element.dataset.kind, element.textContent];
    });
    add("", title, entries);
  }

  // Every word must be in the text or the title, and one of them in the text.
  function find(query) {
    const phrase = fold(query).trim();
    const words = phrase.split(/\s+/);
    const found = [];
    for (const place of places) {
      let inText = false;
      const all = words.every((word) => {
        const here = place.folded.includes(word);
        inText ||= here;
        return here || place.foldedTitle.includes(word);
      });
      if (!all || !inText) continue;
      const rank = (place.kind === "title" ? 4 : 0) + (place.folded.includes(phrase) ? 2 : 0)
        - (place.kind === "left out" ? 1 : 0);
      found.push({ place, rank });
    }
    return { words, found: found.sort((a, b) => b.rank - a.rank).map((hit) => hit.place) };
  }

  // Stretches of the text that match, as [start, end]; folding may change lengths, so map back.
  function stretches(text, words) {
    let folded = "";
    const from = [];
    for (let i = 0; i < text.length; i += 1) {
      const letter = fold(text[i]);
      for (let k = 0; k < letter.length; k += 1) from.push(i);
      folded += letter;
    }
    const found = [];
    for (const word of words) {
      for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
        found.push([from[at], from[at + word.length - 1] + 1]);
      }
    }
    return found.sort((a, b) => a[0] - b[0]);
  }

  function snippet(text, words) {
    const line = document.createElement("p");
    line.dir = "auto";
    const hits = stretches(text, words);
    const first = hits.length ? hits[0][0] : 0;
    let at = first < 60 ? 0 : text.lastIndexOf(" ", first - 40) + 1 || first;
    if (at < first - 80) at = first;
    const end = Math.min(text.length, at + SNIPPET);
    if (at > 0) line.append("… ");
    for (const [start, stop] of hits) {
      if (start < at || stop > end) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, stop);
      line.append(text.slice(at, start), mark);
      at = stop;
    }
    line.append(text.slice(at, end), end < text.length ? " …" : "");
    return line;
  }

  function entry(place, words) {
    const link = document.createElement("a");
    link.href = place.href;
    const head = document.createElement("div");
    head.className = "place";
    const parts = place.kind === "title" ? ["video"] : [place.at, place.kind];
    if (index === undefined) {
      const name = document.createElement("b");
      name.textContent = place.title;
      name.dir = "auto";
      head.append(name);
    }
    for (const part of parts) {
      const span = document.createElement("span");
      span.textContent = part;
      if (part === "left out") span.className = "out";
      head.append(span);
    }
    link.append(head, snippet(place.text, words));
    return link;
  }

  function show() {
    const query = box.value.trim();
    panel.ariaBusy = String(loading > 0);
    panel.hidden = !query;
    results.replaceChildren();
    if (!query) return;
    const { words, found } = find(query);
    for (const place of found.slice(0, SHOWN)) {
      const item = document.createElement("li");
      item.append(entry(place, words));
      results.append(item);
    }
    if (index !== undefined) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${index}?q=${encodeURIComponent(query)}`;
      link.textContent = "Search all videos";
      item.append(link);
      results.append(item);
    }
    const total = found.length === 1 ? "1 place" : `${found.length.toLocaleString("en")} places`;
    const rest = found.length > SHOWN ? `, the first ${SHOWN} here` : "";
    count.textContent = loading ? `${total} so far …` : found.length ? total + rest : "Found nowhere";
  }

  let waiting = 0;
  function soon() {
    panel.ariaBusy = "true";
    clearTimeout(waiting);
    waiting = setTimeout(show, 60);
  }

  box.addEventListener("focus", () => { gather(); if (box.value) soon(); });
  box.addEventListener("input", () => { gather(); soon(); });
  results.addEventListener("click", () => { panel.hidden = true; });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape" && !panel.hidden) {
      panel.hidden = true;
      box.focus();
      event.preventDefault();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !panel.hidden) {
      const links = [...results.querySelectorAll("a")];
      const now = links.indexOf(document.activeElement);
      if (now < 0 && document.activeElement !== box) return;
      event.preventDefault();
      const next = now + (event.key === "ArrowDown" ? 1 : -1);
      (links[next] ?? (next < 0 ? box : links[now])).focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".bar")) panel.hidden = true;
  });

  // A link may lead to text that is folded away, or to something left out.
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    const details = target.querySelector("details");
    if (details) details.open = true;
    const leftOut = document.getElementById("left-out");
    if (leftOut && target.closest(".left-out")) leftOut.checked = true;
    target.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", reveal);
  reveal();

  // On paper nothing can be unfolded.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

  const asked = searchFiles !== undefined && new URLSearchParams(location.search).get("q");
  if (asked) {
    box.value = asked;
    box.focus();
  }
})();
