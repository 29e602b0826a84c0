/* form[data-guard]: leaving with something typed and not sent asks first; a sent or saved form does not. */
import { on } from "./lib/dom.js";

const dirty = new Set();
let leaving = false;

export const clean = (form) => dirty.delete(form);
export const isDirty = (root) => Array.from(dirty).some((form) => form.isConnected && root.contains(form));

for (const type of ["input", "change"])
  on(type, "form[data-guard]", (e, form) => {
    if (e.isTrusted || e.target.matches("[data-combobox-value], select[data-combobox]")) dirty.add(form);
  });
on("submit", "form", (e, form) => {
  if (form.hasAttribute("data-download") || (e.submitter && e.submitter.hasAttribute("data-download"))) return;
  if (form.hasAttribute("data-guard")) {
    // htmx keeps the page: if it fails, the words are still there and still unsent.
    if (!form.hasAttribute("hx-post")) leaving = true;
  } else if (form.method === "post" && !form.hasAttribute("data-many")) leaving = true;
});
document.addEventListener("htmx:afterRequest", (e) => {
  if (e.detail.successful && e.detail.elt.matches("form[data-guard]")) dirty.delete(e.detail.elt);
});
window.addEventListener("pageshow", () => (leaving = false));
window.addEventListener("beforeunload", (e) => {
  if (leaving || !isDirty(document)) return;
  e.preventDefault();
  e.returnValue = "";
});
