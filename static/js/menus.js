/* <details data-menu>: one open at a time; a press elsewhere or Esc closes; it stays on the screen. */
import { composing, on } from "./lib/dom.js";

const opened = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (e) => {
  opened().forEach((menu) => {
    if (!menu.contains(e.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  if (e.key !== "Escape") return;
  opened().forEach((menu) => {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  });
});
on("toggle", "details[data-menu]", (e, menu) => {
  if (!menu.open) return;
  opened().forEach((other) => {
    if (other !== menu && !other.contains(menu)) other.open = false;
  });
  const body = menu.querySelector(".menu-body");
  if (!body) return;
  body.classList.remove("is-flipped");
  if (body.getBoundingClientRect().right > document.documentElement.clientWidth - 4) body.classList.add("is-flipped");
}, true);
