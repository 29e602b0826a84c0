/* form[data-enter-next]: Enter goes to the next field, as clerks and card readers expect; Ctrl+Enter submits. */
import { composing, on } from "./lib/dom.js";

/** The stops of a form in their order; a group of radios is one stop. */
function stops(form) {
  const seen = new Set();
  return Array.from(form.querySelectorAll("input, select, textarea, button.btn-primary:not([type=button])")).filter((one) => {
    if (one.disabled || one.readOnly || one.type === "hidden" || one.tabIndex < 0 || one.hidden || !one.getClientRects().length) return false;
    if (one.type !== "radio") return true;
    if (seen.has(one.name)) return false;
    seen.add(one.name);
    return true;
  });
}

function next(form, from) {
  const list = stops(form);
  const key = from.type === "radio" ? list.find((one) => one.name === from.name) : from;
  const to = list[list.indexOf(key) + 1];
  if (!to) return;
  const target = to.type === "radio" ? form.querySelector(`input[type=radio][name="${CSS.escape(to.name)}"]:checked`) || to : to;
  target.focus();
  if (target.select && target.type !== "radio" && target.tagName === "INPUT") target.select();
}

on("keydown", "form[data-enter-next]", (e, form) => {
  if (composing(e)) return;
  if (e.key !== "Enter" || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
  if (!e.target.matches("input, select") || e.target.type === "submit") return;
  e.preventDefault();
  next(form, e.target);
});
on("portal:next", "form[data-enter-next]", (e, form) => next(form, e.target));
