/* The navigation as a drawer on phones.  Without script the link to #side opens it by :target. */
import { composing, on } from "./lib/dom.js";

const side = () => document.getElementById("side");
const toggles = () => document.querySelectorAll("[data-nav-toggle]");

function set(open) {
  const nav = side();
  if (!nav) return;
  nav.classList.toggle("is-open", open);
  toggles().forEach((one) => one.setAttribute("aria-expanded", String(open)));
  if (open) nav.querySelector("a").focus();
  else toggles().forEach((one) => one.offsetParent && one.focus());
}

on("click", "[data-nav-toggle]", (e) => {
  e.preventDefault();
  set(!side().classList.contains("is-open"));
});
on("click", "[data-nav-close]", (e) => {
  e.preventDefault();
  set(false);
});
document.addEventListener("click", (e) => {
  const nav = side();
  if (nav && nav.classList.contains("is-open") && !nav.contains(e.target) && !e.target.closest("[data-nav-toggle]")) set(false);
});
document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  const nav = side();
  if (e.key === "Escape" && nav && nav.classList.contains("is-open")) set(false);
});
