/* Dates typed forgivingly; beside them the browser's own picker, reached by mouse or finger. */
import { enhance, icon, make, on } from "./lib/dom.js";
import { parseDate, parseMoment, todayInBeijing, weekdayWord } from "./lib/typed-dates.js";

const isMoment = (input) => input.dataset.date === "moment";

function settle(input) {
  const box = input.closest("[data-datebox]");
  const typed = input.value.trim();
  const found = typed ? (isMoment(input) ? parseMoment : parseDate)(typed, todayInBeijing()) : null;
  if (found && found !== input.value) {
    input.value = found;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (!box) return;
  let note = box.querySelector(".date-note");
  if (!note) {
    // Inside the box: a line that appeared below on blur would move the button from under the finger that caused it.
    note = make("span", { class: "date-note hint", "aria-live": "polite" });
    box.append(note);
  }
  note.textContent = found ? weekdayWord(found.slice(0, 10)) : "";
  note.classList.toggle("is-warn", Boolean(typed && !found));
  if (typed && !found) note.textContent = isMoment(input) ? "看不懂，如 明天 9:00" : "看不懂，如 11-24";
  note.hidden = !note.textContent;
}

on("focusout", "input[data-date]", (e, input) => settle(input));

enhance((root) => {
  root.querySelectorAll("[data-datebox]:not([data-ready])").forEach((box) => {
    box.dataset.ready = "1";
    const input = box.querySelector("input[data-date]");
    if (!input || input.disabled || input.readOnly) return;
    const native = make("input", { type: isMoment(input) ? "datetime-local" : "date", tabindex: "-1", "aria-label": "从日历中选择" });
    const pick = make("span", { class: "date-pick" }, icon("calendar"), native);
    native.addEventListener("focus", () => {
      native.value = input.value.replace(" ", "T");
    });
    native.addEventListener("change", () => {
      if (!native.value) return;
      input.value = native.value.replace("T", " ");
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
      settle(input);
    });
    box.append(pick);
    box.classList.add("has-pick");
  });
});
