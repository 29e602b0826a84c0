/* 分派台: J and K walk the list, D and R press the buttons of the preview; every key has its button. */
import { announce, ask, composing, enhance, Expired, on, quiet, refresh, typing } from "./lib/dom.js";
import { singleKeys } from "./shortcuts.js";

const items = (board) => Array.from(board.querySelectorAll("[data-board-item]"));
let running = null;

async function preview(board, item) {
  const view = board.querySelector("[data-board-view]");
  if (!view) return;
  if (running) running.abort();
  running = new AbortController();
  const slow = setTimeout(() => view.setAttribute("aria-busy", "true"), 300);
  try {
    const answer = await ask(item.dataset.boardItem, { signal: running.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    view.innerHTML = await answer.text();
    refresh(view);
    if (window.htmx) window.htmx.process(view);
  } catch (error) {
    if (error.name === "AbortError") return;
    view.textContent = error instanceof Expired ? "登录已过期，请重新登录。" : "没有读出来，请再点一次。";
  } finally {
    clearTimeout(slow);
    view.removeAttribute("aria-busy");
  }
}

const later = quiet(120, preview);

function choose(board, item, { focus = true, now = false } = {}) {
  items(board).forEach((one) => {
    if (one === item) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  });
  if (focus) item.focus({ preventScroll: false });
  if (now) preview(board, item);
  else later(board, item);
}

on("click", "[data-board-item]", (e, item) => {
  const board = item.closest("[data-board]");
  if (e.ctrlKey || e.metaKey || e.shiftKey || !board.querySelector("[data-board-view]") || !window.matchMedia("(min-width: 1024px)").matches) return;
  e.preventDefault();
  choose(board, item, { now: true });
});

document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  const board = document.querySelector("[data-board]");
  if (!board || !singleKeys() || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
  if (typing(e.target) || document.querySelector("dialog[open]")) return;
  const key = e.code.replace("Key", "").toLowerCase();
  if (key === "j" || key === "k") {
    const list = items(board);
    const at = list.findIndex((one) => one.hasAttribute("aria-current"));
    const to = list[Math.min(list.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)))];
    if (!to) return;
    e.preventDefault();
    choose(board, to);
    return;
  }
  const button = board.querySelector(`[data-board-view] [data-board-key="${key}"]`);
  if (button && !button.disabled) {
    e.preventDefault();
    button.click();
    announce(button.textContent.trim());
  }
});

enhance((root) => {
  root.querySelectorAll("[data-board]:not([data-ready])").forEach((board) => {
    board.dataset.ready = "1";
    const view = board.querySelector("[data-board-view]");
    const first = board.querySelector("[data-board-item][aria-current]") || board.querySelector("[data-board-item]");
    if (first && view && !view.textContent.trim() && window.matchMedia("(min-width: 1024px)").matches) choose(board, first, { focus: false, now: true });
  });
});
