/* Print, copy, dialogs. */
import { composing, enhance, on } from "./lib/dom.js";
import { toast } from "./toast.js";

on("click", "[data-print]", () => window.print());
// Somebody asked for paper already: the sheet opens with the browser's own dialog.
enhance((root) => root.querySelector("[data-print-now]") && window.addEventListener("load", () => window.print(), { once: true }));

on("click", "[data-copy]", async (e, button) => {
  const text = button.dataset.copy || location.href;
  try {
    await navigator.clipboard.writeText(text);
  } catch (_) {
    // No clipboard without https: the old way.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("已复制");
});

on("click", "[data-dialog]", (e, button) => {
  const dialog = document.getElementById(button.dataset.dialog);
  if (!dialog || !dialog.showModal) return;
  e.preventDefault();
  dialog.showModal();
});
on("click", "[data-dialog-close]", (e, button) => button.closest("dialog").close());
on("click", "dialog", (e, dialog) => {
  // A press on the backdrop lands on the dialog itself, outside its box.
  if (e.target !== dialog) return;
  const box = dialog.getBoundingClientRect();
  if (e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom) dialog.close();
});
// Esc that cancels a pinyin candidate must not close the dialog around it.
document.addEventListener("keydown", (e) => {
  if (composing(e) && e.key === "Escape") e.stopPropagation();
}, true);
