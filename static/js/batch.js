/* Ticking rows.  Boxes are named ids and belong to the bar's form through form="batch". */
import { announce, enhance, on } from "./lib/dom.js";

const boxes = (bar) => Array.from(document.querySelectorAll(`input[type=checkbox][name=ids][form="${bar.id}"]`));
let last = null;

function show(bar, speak) {
  const list = boxes(bar);
  const ticked = list.filter((box) => box.checked);
  list.forEach((box) => {
    const row = box.closest("tr, li");
    if (row) row.classList.toggle("is-on", box.checked);
  });
  bar.classList.toggle("is-on", ticked.length > 0);
  const count = bar.querySelector("[data-batch-count]");
  if (count) count.textContent = String(ticked.length);
  document.querySelectorAll("[data-batch-all]").forEach((box) => {
    box.checked = list.length > 0 && ticked.length === list.length;
    box.indeterminate = ticked.length > 0 && ticked.length < list.length;
  });
  if (speak) announce(`已选 ${ticked.length} 件`);
}

const barOf = () => document.querySelector("[data-batch]");

on("change", "input[type=checkbox][name=ids][form]", (e, box) => {
  const bar = document.getElementById(box.getAttribute("form"));
  if (bar) show(bar, true);
});
on("click", "input[type=checkbox][name=ids][form]", (e, box) => {
  const bar = document.getElementById(box.getAttribute("form"));
  if (!bar) return;
  const list = boxes(bar);
  if (e.shiftKey && last && list.includes(last)) {
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    list.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    show(bar, true);
  }
  last = box;
});
on("change", "[data-batch-all]", (e, head) => {
  const bar = barOf();
  if (!bar) return;
  boxes(bar).forEach((box) => (box.checked = head.checked));
  show(bar, true);
});
on("click", "[data-batch-clear]", (e, button) => {
  const bar = button.closest("[data-batch]");
  boxes(bar).forEach((box) => (box.checked = false));
  show(bar, true);
});
enhance(() => {
  const bar = barOf();
  if (bar) show(bar, false);
});
