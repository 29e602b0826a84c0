/* The action panel: which step is chosen, and not losing what was typed for another. */
import { on } from "./lib/dom.js";
import { isDirty } from "./guard.js";

on("htmx:confirm", "[data-action]", (e) => {
  const body = document.querySelector("[data-action-body]");
  if (body && isDirty(body) && !window.confirm("换到别的步骤，刚才填写的内容不会保留。继续吗？")) e.preventDefault();
});

document.addEventListener("htmx:afterSwap", (e) => {
  const from = e.detail.requestConfig && e.detail.requestConfig.elt;
  if (!from || !from.matches("[data-action]")) return;
  const panel = from.closest(".actions") || document;
  panel.querySelectorAll("[data-action]").forEach((one) => {
    if (one === from) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  });
  const body = panel.querySelector("[data-action-body]");
  if (!body) return;
  const first = body.querySelector("input:not([type=hidden]):not([tabindex='-1']), select, textarea, button");
  if (first && window.matchMedia("(min-width: 768px)").matches) first.focus();
  else body.scrollIntoView({ block: "start" });
});
