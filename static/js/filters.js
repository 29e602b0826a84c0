/* Filter bars: the fold on phones; empty conditions do not go into the address. */
import { on } from "./lib/dom.js";

on("click", "[data-filter-toggle]", (e, button) => {
  const form = button.closest("form");
  const open = form.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
  if (open) {
    const more = form.querySelector(".filter-more");
    if (more) more.open = true;
  }
});

document.addEventListener("htmx:configRequest", (e) => {
  if (!e.target.matches("[data-filterbar]")) return;
  const given = e.detail.parameters;
  for (const name of Object.keys(given)) if (given[name] === "") delete given[name];
});

on("submit", "form[data-filterbar]", (e, form) => {
  if (form.hasAttribute("hx-get")) return;
  const empty = Array.from(form.elements).filter((one) => one.name && one.value === "");
  empty.forEach((one) => (one.disabled = true));
  setTimeout(() => empty.forEach((one) => (one.disabled = false)));
});
