/* Which columns a table shows, kept in this browser (names of columns, nothing about anybody). */
import { enhance, on, recall, remember } from "./lib/dom.js";

const hiddenColumns = (table) => new Set((recall(`columns.${table}`) || "").split(",").filter(Boolean));

function show(chooser) {
  const off = hiddenColumns(chooser.dataset.columns);
  chooser.querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = !off.has(box.value)));
  const table = document.getElementById(chooser.dataset.columns);
  if (table) table.querySelectorAll("[data-col]").forEach((cell) => (cell.hidden = off.has(cell.dataset.col)));
}

on("change", "[data-columns] input[type=checkbox]", (e, box) => {
  const chooser = box.closest("[data-columns]");
  const off = hiddenColumns(chooser.dataset.columns);
  if (box.checked) off.delete(box.value);
  else off.add(box.value);
  remember(`columns.${chooser.dataset.columns}`, off.size ? Array.from(off).join(",") : null);
  show(chooser);
});
enhance(() => document.querySelectorAll("[data-columns]").forEach(show));
