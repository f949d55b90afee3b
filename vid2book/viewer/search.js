"use strict";
// Searches the text of this page, or of all videos of the book. Both yield the places in one video
// at a time: {href, title, at, kind, text}.
const fold = (text) => {
  // Case and accents are ignored: e matches é.
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
};

// Every word must be in the text or the title, and one of them in the text.
function matching(words, href, title, entries) {
  const foldedTitle = fold(title);
  const found = [];
  for (const [anchor, at, kind, text] of entries) {
    const folded = fold(text);
    const inText = words.filter((word) => folded.includes(word));
    if (!inText.length || !words.every((w) => inText.includes(w) || foldedTitle.includes(w))) continue;
    const rank = (kind === "title" ? 4 : 0) + (folded.includes(words.join(" ")) ? 2 : 0)
      - (kind === "left out" ? 1 : 0);
    found.push({ href: anchor ? `${href}#${anchor}` : href, title, at, kind, text, rank });
  }
  return found;
}

// A corrected query: each word that no text has is replaced by the nearest word, by the number of
// letters left out, inserted, changed or swapped, the most frequent of several. Undefined if there
// is none.
function meant(words, known) {
  const WORD = /[\p{L}\p{M}]{4,24}/gu;
  let changed = false;
  const better = words.map((word) => {
    if (word.match(WORD)?.[0] !== word || known.some((other) => other.includes(word))) return word;
    let [best, fewest] = [word, word.length < 8 ? 2 : 3]; // one edit, or two in long words
    for (const other of known) {
      if (Math.abs(other.length - word.length) >= fewest) continue;
      const edits = distance(word, other, fewest);
      if (edits < fewest) [best, fewest] = [other, edits];
    }
    changed ||= best !== word;
    return best;
  });
  return changed ? better : undefined;
}

// The optimal string alignment distance (Damerau, 1964), or `most` if it is not less.
function distance(a, b, most) {
  let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(change, last[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    if (Math.min(...row) >= most) return most;
    [before, last] = [last, row];
  }
  return Math.min(last[b.length], most);
}

function wordsInPage() {
  const text = [...document.querySelectorAll("[data-kind]")].map((e) => fold(e.textContent)).join(" ");
  return [...new Set(text.match(/[\p{L}\p{M}]{4,24}/gu) ?? [])];
}

// The search in this page.
async function* inPage(words, title) {
  const entries = [...document.querySelectorAll("[data-kind]")].map((element) => {
    const owner = element.closest("[id]");
    const time = owner.querySelector(".time, .when");
    return [owner.id, time ? time.textContent : "", element.dataset.kind, element.textContent];
  });
  yield matching(words, "", title, entries);
}

// The search in all videos, which loads only files that may have a match; see search.py.
const book = (() => {
  const KEPT = 40; // files, each about a megabyte at most
  const GRAM_BITS = 14;
  const kept = new Map();
  const waiting = new Map();
  let videos;

  window.bookPart = (name, value) => waiting.get(name)?.(value);

  function load(name) {
    return new Promise((resolve) => {
      const script = document.createElement("script");
      waiting.set(name, resolve);
      script.src = `search/${name}.js`;
      script.onload = script.onerror = () => {
        waiting.delete(name);
        script.remove();
        resolve(undefined); // if the file is not there
      };
      document.head.append(script);
    });
  }

  function part(name) {
    const known = kept.get(name) ?? load(name);
    kept.delete(name); // a file that is used again moves to the end
    kept.set(name, known);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return known;
  }

  function grams(words) {
    const found = new Set();
    for (const word of words) {
      const points = [...word].map((char) => char.codePointAt(0));
      for (let i = 0; i + 2 < points.length; i += 1) {
        const sum = Math.imul(points[i], 961) + Math.imul(points[i + 1], 31) + points[i + 2];
        found.add(Math.imul(sum, 0x9e3779b1) >>> (32 - GRAM_BITS));
      }
    }
    return found;
  }

  // The numbers of the videos that may have all the words; those with one in the title come first.
  async function candidates(words, files) {
    const maybe = new Uint8Array(Math.ceil(videos.length / 8)).fill(255);
    const rows = (1 << GRAM_BITS) / files;
    for (const gram of grams(words)) {
      const encoded = await part(`grams/${Math.floor(gram / rows)}`);
      if (!encoded) continue;
      const bits = atob(encoded[gram % rows]);
      for (let i = 0; i < maybe.length; i += 1) maybe[i] &= bits.charCodeAt(i);
    }
    const found = videos.map((_, n) => n).filter((n) => maybe[n >> 3] & (1 << (n & 7)));
    const titled = (n) => words.some((word) => videos[n].folded.includes(word));
    return [...found.filter(titled), ...found.filter((n) => !titled(n))];
  }

  async function* search(words, files) {
    videos ??= ((await load("titles")) ?? []).map(([page, title, file]) => (
      { page, title, file, folded: fold(title) }));
    for (const number of await candidates(words, files)) {
      const { page, title, file } = videos[number];
      const entries = (await part(file))?.[page] ?? [];
      yield matching(words, page, title, [["", "", "title", title], ...entries]);
    }
  }

  async function words() {
    return ((await load("words")) ?? "").split(" ").filter(Boolean);
  }

  return { search, words };
})();
