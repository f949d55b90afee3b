"use strict";
(() => {
  const find = document.getElementById("find");
  const all = document.getElementById("all");
  const courses = [...document.querySelectorAll(".course")];
  const rows = [...document.querySelectorAll("tbody tr[data-full]")];
  let chosen = null;

  // A name that does not fit is shown only in the tooltip of its area, since a part of it is no help.
  function fit() {
    for (const area of document.querySelectorAll(".course, .subject")) {
      area.classList.remove("tight", "bare");
      for (const smaller of ["tight", "bare"]) {
        const over = area.scrollWidth > area.clientWidth || area.scrollHeight > area.clientHeight;
        if (over) area.classList.add(smaller);
      }
    }
  }

  function show() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const cells = row.cells;
      const text = row.textContent.toLowerCase();
      const here = !chosen || (cells[0].textContent === chosen.subject && cells[1].textContent === chosen.course);
      row.hidden = !here || (!all.checked && row.dataset.full === "1") || !words.every((w) => text.includes(w));
      count += row.hidden ? 0 : 1;
    }
    document.getElementById("shown").textContent = `${count.toLocaleString("en")} ${count === 1 ? "point" : "points"}`;
  }

  for (const course of courses) {
    course.addEventListener("click", () => {
      chosen = chosen === course.dataset ? null : course.dataset;
      for (const other of courses) other.setAttribute("aria-pressed", String(other.dataset === chosen));
      show();
    });
  }
  find.addEventListener("input", show);
  all.addEventListener("change", show);
  window.addEventListener("resize", fit);
  fit();
  show();
})();
