/* [data-longtext]: six lines of a long text, the rest on request.  Paper and pages without script show it whole. */
import { enhance, make, on } from "./lib/dom.js";

enhance((root) =>
  root.querySelectorAll("[data-longtext]").forEach((text) => {
    if (text.nextElementSibling && text.nextElementSibling.matches("[data-longtext-more]")) return;
    text.after(make("button", { class: "btn-text", type: "button", "aria-expanded": "false", "data-longtext-more": "" }, "展开全文"));
  }),
);
on("click", "[data-longtext-more]", (e, button) => {
  const isOpen = button.previousElementSibling.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(isOpen));
  button.textContent = isOpen ? "收起" : "展开全文";
});
