// The search box, and links to folded text. The page can be read without this script.
(() => {
  const PLACES = 50; // places at first, and as many more for each click
  const SNIPPET = 180; // characters
  const box = document.getElementById("search");
  const panel = document.getElementById("panel");
  const count = document.getElementById("count");
  const results = document.getElementById("results");
  const { searchFiles, index, title } = document.body.dataset;

  // Matching parts of the text as [start, end]. Folding may change lengths, so positions are mapped
  // back.
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

  function item(child) {
    const line = document.createElement("li");
    line.append(child);
    return line;
  }

  function show(words, found, limit, searching) {
    const ranked = [...found].sort((a, b) => b.rank - a.rank).slice(0, limit);
    results.replaceChildren(...ranked.map((place) => item(entry(place, words))));
    const total = found.length === 1 ? "1 place" : `${found.length.toLocaleString("en")} places`;
    count.textContent = searching || found.length ? total + (searching ? " so far …" : "") : "Nothing found";
  }

  function offer(label, chosen) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", (event) => { event.stopPropagation(); chosen(); });
    results.append(item(button));
  }

  let queries = 0; // a new query cancels the one before
  async function search(query, places, found = [], limit = PLACES, instead = "") {
    const mine = (queries += 1);
    const words = fold(query).trim().split(/\s+/);
    places ??= searchFiles === undefined ? inPage(words, title) : book.search(words, Number(searchFiles));
    panel.ariaBusy = "true";
    let shownAt = performance.now();
    let more = true;
    while (more && found.length < limit) {
      const { value, done } = await places.next();
      if (mine !== queries) return;
      more = !done;
      found.push(...(value ?? []));
      if (performance.now() - shownAt > 200) {
        show(words, found, limit, true);
        shownAt = performance.now();
      }
    }
    show(words, found, limit, more);
    if (!found.length && !more && !instead) {
      const known = searchFiles === undefined ? wordsInPage() : await book.words();
      if (mine !== queries) return;
      const better = meant(words, known);
      if (better) {
        await search(better.join(" "), undefined, [], PLACES, query);
        return;
      }
    }
    if (more || found.length > limit) {
      offer(more ? "Keep searching" : "Show more", () => search(query, places, found, limit + PLACES, instead));
    }
    if (index !== undefined) {
      const link = document.createElement("a");
      link.href = `${index}?q=${encodeURIComponent(query)}`;
      link.textContent = "Search all videos";
      results.append(item(link));
    }
    if (instead) count.textContent += ` for “${query}”; nothing found for “${instead}”`;
    panel.ariaBusy = "false";
  }

  let waiting = 0;
  function soon() {
    const query = box.value.trim();
    panel.hidden = !query;
    panel.ariaBusy = "true";
    queries += 1;
    clearTimeout(waiting);
    if (query) waiting = setTimeout(() => search(query), 60);
  }

  box.addEventListener("focus", () => { if (box.value) soon(); });
  box.addEventListener("input", soon);
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
    } else if (["ArrowLeft", "ArrowRight"].includes(event.key) && !typing
      && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      document.querySelector(`.turn [rel=${event.key === "ArrowLeft" ? "prev" : "next"}]`)?.click();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !panel.hidden) {
      const links = [...results.querySelectorAll("a, button")];
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

  // A link may lead to folded text, or to something left out.
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

  // Nothing can be unfolded on paper.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

  const initialQuery = searchFiles !== undefined && new URLSearchParams(location.search).get("q");
  if (initialQuery) {
    box.value = initialQuery;
    box.focus();
  }
})();
