// Sorts and filters what is already on the page; nothing here is needed to read it.
"use strict";

const cellsOf = (row) => Array.from(row.cells);

function valueOf(row, column, kind) {
  if (kind === "order") return Number(row.dataset.order);
  const cell = row.cells[column];
  if (kind === "text") return cell.textContent.trim();
  const value = parseFloat(cell.dataset.value ?? cell.textContent);
  return Number.isNaN(value) ? null : value;
}

// What has no number stays last, whatever the direction.
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
}

// The column that a heading stands over, with row and column spans counted.
function columnOf(heading) {
  const rows = Array.from(heading.closest("thead").rows);
  const taken = rows.map(() => []);
  for (const [r, row] of rows.entries()) {
    let column = 0;
    for (const cell of cellsOf(row)) {
      while (taken[r][column]) column += 1;
      if (cell === heading) return column;
      for (let i = r; i < Math.min(rows.length, r + cell.rowSpan); i += 1)
        for (let j = column; j < column + cell.colSpan; j += 1) taken[i][j] = true;
    }
  }
  return 0;
}

function makeSortable(table) {
  const body = table.tBodies[0];
  Array.from(body.rows).forEach((row, at) => { row.dataset.order = at; });
  for (const heading of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    const kind = heading.dataset.sort;
    heading.setAttribute("aria-sort", kind === "order" ? "ascending" : "none");
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      // Large numbers are of interest first.
      const first = kind === "number" ? "descending" : "ascending";
      const second = kind === "number" ? "ascending" : "descending";
      const direction = before === first ? second : first;
      for (const other of table.querySelectorAll("th[aria-sort]")) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", direction);
      const [column, sign] = [columnOf(heading), direction === "ascending" ? 1 : -1];
      const keyed = Array.from(body.rows, (row) => [valueOf(row, column, kind), row]);
      keyed.sort((a, b) => compare(a[0], b[0], sign));
      body.append(...keyed.map(([, row]) => row));
    });
  }
}

function onFilter(form, apply) {
  const run = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const rows = Array.from(document.getElementById(form.dataset.for).tBodies[0].rows);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !apply(row, wanted);
      shown += row.hidden ? 0 : 1;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", run);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(run));
  run();
  return run;
}

for (const table of document.querySelectorAll("table.sortable")) makeSortable(table);

onFilter(document.querySelector('form[data-for="overview"]'), (row, { verdict, reading }) => {
  if (!verdict && !reading) return true;
  const mark = verdict === "counterexample" ? "a.found" : verdict ? `a.v.${verdict}` : "a";
  const place = reading ? `[data-reading="${reading}"]` : "[data-reading]";
  return row.querySelector(`${place} ${mark}`) !== null;
});

const verdicts = document.querySelector('form[data-for="verdicts"]');
const refresh = onFilter(verdicts, (row, { id, reading, mode, verdict, text }) => {
  const [rowId, rowReading, , rowMode, , rowVerdict] = row.dataset.key.split(" ");
  const same = (wanted, found) => !wanted || wanted === found;
  const words = `${row.cells[3].textContent} ${row.cells[8].textContent}`.toLowerCase();
  return same(id, rowId) && same(reading, rowReading) && same(mode, rowMode) && same(verdict, rowVerdict)
    && words.includes(text.trim().toLowerCase());
});

// A count of verdicts leads to the judgements that it counts.
for (const link of document.querySelectorAll("a[data-filter]")) {
  link.href = "#judgements";
  link.addEventListener("click", () => {
    const [id, reading, mode, verdict] = link.dataset.filter.split(" ");
    verdicts.reset();
    Object.entries({ id, reading, mode, verdict }).forEach(([name, value]) => { verdicts.elements[name].value = value; });
    setTimeout(refresh);
  });
}

// Light or dark, for as long as the page is open.
const theme = document.getElementById("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
const nameTheme = () => {
  theme.textContent = isDark() ? "Light" : "Dark";
  theme.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
};
theme.hidden = false;
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
});
dark.addEventListener("change", nameTheme);
nameTheme();

// On paper everything is open.
let closed = [];
addEventListener("beforeprint", () => {
  closed = Array.from(document.querySelectorAll("details:not([open])"));
  closed.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
