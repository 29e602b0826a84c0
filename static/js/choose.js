/* data-set="repeat_of=…" presses a value into a field of the form the panel follows; pressing again takes it out.
   data-hide-note puts one remark away. */
import { announce, enhance, on } from "./lib/dom.js";

function fieldOf(button) {
  const [name, ...rest] = button.dataset.set.split("=");
  const panel = button.closest("[data-live]");
  const form = (panel && document.querySelector(panel.dataset.liveForm)) || button.closest("form");
  return { field: form && form.elements[name], value: rest.join("=") };
}

function show(button) {
  const { field, value } = fieldOf(button);
  button.setAttribute("aria-pressed", String(Boolean(field) && field.value === value));
}

on("click", "[data-set]", (e, button) => {
  const { field, value } = fieldOf(button);
  if (!field) return;
  field.value = field.value === value ? "" : value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  document.querySelectorAll("[data-set]").forEach(show);
  announce(field.value ? `已选：${button.textContent.trim()}` : "已取消");
});
on("click", "[data-hide-note]", (e, button) => {
  const note = button.closest(".note");
  note.querySelectorAll('[data-set][aria-pressed="true"]').forEach((one) => one.click());
  note.remove();
  announce("已排除");
});
enhance((root) => root.querySelectorAll("[data-set]").forEach(show));
