/* 字号: 标准、大、特大, kept in this browser; prefs.js applies it before the first paint. */
import { announce, enhance, on, recall, remember } from "./lib/dom.js";

const show = () => {
  const size = document.documentElement.dataset.size || "m";
  document.querySelectorAll("[data-font-size]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.fontSize === size));
  });
};

on("click", "[data-font-size]", (e, button) => {
  const size = button.dataset.fontSize;
  if (size === "m") delete document.documentElement.dataset.size;
  else document.documentElement.dataset.size = size;
  remember("size", size === "m" ? null : size);
  show();
  announce(`字号：${button.textContent.trim()}`);
});

window.addEventListener("storage", (e) => {
  if (e.key !== "portal.size") return;
  const size = recall("size");
  if (size) document.documentElement.dataset.size = size;
  else delete document.documentElement.dataset.size;
  show();
});
enhance(show);
