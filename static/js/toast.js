/* Short words after an action: ten seconds, longer while looked at; errors stay until closed. */
import { announce, enhance, icon, make, on } from "./lib/dom.js";

const STAYS = 10000;

function run(one) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const go = () => {
    stop();
    if (one.hasAttribute("data-toast-stay")) return;
    timer = setTimeout(() => {
      if (one.matches(":hover") || one.contains(document.activeElement)) go();
      else one.remove();
    }, STAYS);
  };
  one.addEventListener("mouseenter", stop);
  one.addEventListener("focusin", stop);
  one.addEventListener("mouseleave", go);
  one.addEventListener("focusout", go);
  go();
}

export function toast(words, tone = "info") {
  const place = document.getElementById("toasts");
  if (!place) return;
  const same = Array.from(place.children).find((one) => one.dataset.words === words);
  if (same) same.remove();
  const close = make("button", { type: "button", class: "toast-x", "data-toast-close": true, "aria-label": "关闭提示" }, icon("x"));
  const one = make("div", { class: `toast-one toast-${tone}`, "data-toast": true, "data-words": words, "data-toast-stay": tone === "error" ? true : null }, icon(tone === "error" ? "alert-circle" : "info-circle"), make("span", { class: "toast-t" }, words), close);
  place.append(one);
  run(one);
  announce(words);
}

on("click", "[data-toast-close]", (e, button) => button.closest("[data-toast]").remove());
enhance((root) => {
  root.querySelectorAll(".toasts [data-toast]:not([data-ready])").forEach((one) => {
    one.dataset.ready = "1";
    run(one);
  });
});
