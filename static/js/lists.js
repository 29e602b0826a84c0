/* Around htmx: a thin bar after 300 ms, what changed is said aloud, a failure is told and the old content stays. */
import { all, announce, enhance, make, quiet } from "./lib/dom.js";
import { toast } from "./toast.js";

let line = null;
let timer = 0;
let waiting = 0;

document.addEventListener("htmx:beforeRequest", () => {
  waiting += 1;
  if (line || timer) return;
  timer = setTimeout(() => {
    line = document.createElement("div");
    line.className = "progress-line";
    document.body.append(line);
  }, 300);
});
document.addEventListener("htmx:afterRequest", () => {
  waiting = Math.max(0, waiting - 1);
  if (waiting) return;
  clearTimeout(timer);
  timer = 0;
  if (line) line.remove();
  line = null;
});
document.addEventListener("htmx:afterSettle", (e) => {
  const root = e.detail.elt;
  const count = all(root, "[data-result-count]")[0];
  const said = all(root, "[data-announce]")[0];
  announce(count ? count.dataset.resultCount : said ? said.dataset.announce : "");
});
document.addEventListener("htmx:beforeSwap", (e) => {
  // The session ended and the answer is the sign-in page: go there instead of putting it into a panel.
  if (/\/accounts\/login\//.test(e.detail.xhr.responseURL || "")) {
    e.detail.shouldSwap = false;
    toast("登录已过期，请重新登录。页面上填的内容还在。", "error");
    return;
  }
  // A refusal drawn as a whole page: its sentence is what this place needs.
  if (e.detail.xhr.status >= 400 && /^\s*<!doctype/i.test(e.detail.serverResponse)) {
    const page = new DOMParser().parseFromString(e.detail.serverResponse, "text/html");
    const words = Array.from(page.querySelectorAll(".refusal h1, .refusal p")).map((one) => one.textContent.trim());
    const note = make("div", { class: "note note-error", role: "alert" }, make("p", { class: "note-t" }, words[0] || "没有办成"), make("p", {}, words.slice(1).join(" ")));
    e.detail.serverResponse = note.outerHTML;
  }
});
document.addEventListener("htmx:responseError", () => toast("没有办成，请再试一次；填写的内容还在。", "error"));
document.addEventListener("htmx:sendError", () => toast("网络不通，请稍后再试；填写的内容还在。", "error"));

/* A table wider than its box scrolls in it, so the keyboard must be able to get in. */
function reachable() {
  document.querySelectorAll(".table-wrap, .table-scroll").forEach((box) => {
    if (box.scrollWidth <= box.clientWidth) {
      if (box.getAttribute("role") === "region") ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
      return;
    }
    const caption = box.querySelector("caption");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `${caption ? caption.textContent.trim() : "表格"}，可左右滚动`);
  });
}
enhance(reachable);
window.addEventListener("resize", quiet(200, reachable));
