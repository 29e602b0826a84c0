/* Global search: Ctrl+K, arrows, Enter.  Terms may be names and numbers, so they travel by POST and stay nowhere.
   Enter opens the case that was marked with the arrows, or the one the server says is meant; otherwise the page of hits. */
import { announce, ask, composing, Expired, on, quiet } from "./lib/dom.js";

const dialog = () => document.getElementById("search-dialog");
let running = null;
let asked = "";

function open(text = "") {
  const box = dialog();
  if (!box) return false;
  if (!box.open) box.showModal();
  const input = box.querySelector("input[type=search]");
  if (text) input.value = text;
  input.focus();
  input.select();
  return true;
}

const hits = () => Array.from(dialog().querySelectorAll("[role=option]"));

function choose(index) {
  const list = hits();
  const input = dialog().querySelector("input[type=search]");
  list.forEach((hit, at) => {
    hit.id = `hit-${at}`;
    hit.tabIndex = -1;
    hit.setAttribute("aria-selected", String(at === index));
  });
  if (list[index]) {
    input.setAttribute("aria-activedescendant", `hit-${index}`);
    list[index].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

const selected = () => hits().findIndex((hit) => hit.getAttribute("aria-selected") === "true");

/** One Chinese character may be a surname; a single letter or digit finds everything. */
const worthAsking = (text) => text.length >= 2 || /[\u3400-\u9fff]/.test(text);

const search = quiet(300, async (form) => {
  const text = form.elements.q.value.trim();
  const place = dialog().querySelector("[data-search-hits]");
  if (text === asked) return;
  asked = text;
  if (running) running.abort();
  if (!worthAsking(text)) return;
  running = new AbortController();
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(form.action, { data: new FormData(form), signal: running.signal });
    const html = await answer.text();
    if (answer.ok) place.innerHTML = html;
    else place.textContent = answer.status === 429 ? "查得太快了，请稍等几秒。" : "没有查成，请再试一次。";
    const said = place.querySelector("[data-announce]");
    announce(said ? said.dataset.announce : "");
    choose(hits().findIndex((hit) => hit.hasAttribute("data-meant")));
    form.elements.q.setAttribute("aria-expanded", String(hits().length > 0));
  } catch (error) {
    if (error.name === "AbortError") return;
    asked = "";
    place.textContent = error instanceof Expired ? "登录已过期，请重新登录后再查。" : "网络不通，请稍后再试。";
  } finally {
    place.removeAttribute("aria-busy");
  }
});

document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.code === "KeyK") {
    if (open()) e.preventDefault();
  }
});
on("click", "[data-search-open]", (e) => {
  if (open()) e.preventDefault();
});
// The field in the top bar works alone without script; with it, pressing or typing there opens the dialog.
on("mousedown", "form[data-search-open]", (e) => {
  if (dialog()) e.preventDefault();
});
const moveIn = (e, form) => {
  if (e.isComposing || !dialog()) return;
  const input = form.elements.q;
  const text = input.value;
  input.value = "";
  open(text);
  const inner = dialog().querySelector("input[type=search]");
  inner.setSelectionRange(text.length, text.length);
  inner.dispatchEvent(new Event("input", { bubbles: true }));
};
on("input", "form[data-search-open]", moveIn);
on("compositionend", "form[data-search-open]", moveIn);
on("input", "form[data-search]", (e, form) => {
  choose(-1); // what is marked belongs to what was typed before
  if (!e.isComposing) search(form);
});
on("compositionend", "form[data-search]", (e, form) => search(form));
on("keydown", "form[data-search]", (e) => {
  if (composing(e)) return;
  const count = hits().length;
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    if (!count) return;
    e.preventDefault();
    const at = selected();
    choose(e.key === "ArrowDown" ? (at + 1) % count : (at <= 0 ? count : at) - 1);
  } else if (e.key === "Enter" && !e.ctrlKey) {
    const hit = hits()[selected()];
    if (!hit) return;
    e.preventDefault();
    hit.click();
  }
});
on("mousemove", "[data-search-hits] [role=option]", (e, hit) => {
  // A list that appears under a resting mouse has chosen nothing.
  if (!e.movementX && !e.movementY) return;
  if (hit.getAttribute("aria-selected") !== "true") choose(hits().indexOf(hit));
});
