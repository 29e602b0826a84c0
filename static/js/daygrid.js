/* Days of a calendar: one stop of the Tab key, then arrows (a day, a week), Home and End, Page Up and Page Down (a month).
   Without script every day is a link of its own. */
import { composing, enhance } from "./lib/dom.js";

const days = (grid) => Array.from(grid.querySelectorAll("td a"));
const ofMonth = (day) => Array.from(day.closest("table").querySelectorAll("td a"));

function go(grid, to) {
  if (!to) return;
  grid.querySelectorAll("td a[tabindex='0']").forEach((one) => one.setAttribute("tabindex", "-1"));
  to.setAttribute("tabindex", "0");
  to.focus();
}

/* The same day of the month before or after, or its last. */
function inMonth(grid, day, step) {
  const months = Array.from(grid.querySelectorAll("table"));
  const month = months[months.indexOf(day.closest("table")) + step];
  if (!month) return null;
  const list = Array.from(month.querySelectorAll("td a"));
  return list[Math.min(ofMonth(day).indexOf(day), list.length - 1)];
}

document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  const grid = e.target instanceof Element && e.target.matches("td a") && e.target.closest("[data-daygrid]");
  if (!grid || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
  const day = e.target;
  const list = days(grid);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[e.key];
  let to;
  if (step) to = list[list.indexOf(day) + step];
  else if (e.key === "Home") to = ofMonth(day)[0];
  else if (e.key === "End") to = ofMonth(day).pop();
  else if (e.key === "PageUp" || e.key === "PageDown") to = inMonth(grid, day, e.key === "PageUp" ? -1 : 1);
  else return;
  e.preventDefault();
  go(grid, to);
});

enhance((root) => {
  root.querySelectorAll("[data-daygrid]:not([data-ready])").forEach((grid) => {
    grid.dataset.ready = "1";
    const list = days(grid);
    const first = grid.querySelector("td a[aria-current='date']") || list[0];
    list.forEach((day) => day.setAttribute("tabindex", day === first ? "0" : "-1"));
  });
});
