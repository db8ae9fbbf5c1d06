"use strict";
(() => {
  const table = document.getElementById("experiments");
  const find = document.getElementById("find");
  if (!table || !find) return;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows].map((row, at) => ({ row, at, text: row.textContent.toLowerCase() }));
  const collator = new Intl.Collator("en", { numeric: true });
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const kinds = [...find.querySelectorAll("input[name=grade]")];
  const only = [...find.querySelectorAll("input[name=only]")];

  const filter = () => {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const grades = new Set(kinds.filter((k) => k.checked).map((k) => k.value));
    const must = only.filter((o) => o.checked).map((o) => o.value);
    let n = 0;
    for (const { row, text } of rows) {
      const fits =
        (!grades.size || grades.has(row.dataset.grade)) &&
        must.every((m) => row.dataset[m] !== "0") &&
        asked.every((w) => text.includes(w));
      row.hidden = !fits;
      n += fits;
    }
    shown.textContent = `${n} of ${rows.length} shown`;
  };

  const sort = (column, down) => {
    const numeric = heads[column].classList.contains("n") || "number" in heads[column].dataset;
    for (const r of rows) {
      const cell = r.row.cells[column];
      const told = cell.dataset.v ?? cell.textContent.trim();
      r.key = told === "" ? null : numeric ? Number(told) : told;
    }
    rows.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
      const way = numeric ? a.key - b.key : collator.compare(a.key, b.key);
      return (down ? -way : way) || a.at - b.at;
    });
    const all = document.createDocumentFragment();
    for (const { row } of rows) all.append(row);
    body.append(all);
    heads.forEach((head, i) => head.setAttribute("aria-sort", i !== column ? "none" : down ? "descending" : "ascending"));
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(column, head.getAttribute("aria-sort") === "ascending"));
  });
  find.addEventListener("input", filter);
  find.hidden = false;
  filter();
})();
