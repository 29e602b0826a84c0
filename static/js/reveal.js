/* 查看: full values after a reason, for 60 seconds; the server writes the log before it answers. */
import { announce, ask, Expired, make, on } from "./lib/dom.js";

const SHOWN_FOR = 60000;

const sentences = { 403: "您不能查看这一项。", 429: "今天查看的次数已到上限，请联系中心管理员。" };

async function fetchValues(form) {
  const answer = await ask(form.action, { data: new FormData(form), accept: "application/json" });
  let told = {};
  try {
    told = await answer.json();
  } catch (_) {
    /* Not JSON: the status speaks. */
  }
  if (!answer.ok) throw new Error(told.error || told.detail || sentences[answer.status] || "没有读出来，请再试一次。");
  return told.values || (told.field ? { [told.field]: told.value } : {});
}

function complain(form, error) {
  const place = form.querySelector("[data-reveal-error]") || form.parentElement.appendChild(make("p", { class: "field-error", role: "alert", "data-reveal-error": true }));
  place.textContent = error instanceof Expired ? "登录已过期，请重新登录。" : error.message || "网络不通，请稍后再试。";
  place.hidden = false;
}

const shown = new Set();

function hide(one) {
  one.element.textContent = one.masked;
  one.element.classList.remove("is-revealed");
  shown.delete(one);
}

on("submit", "form[data-reveal]", async (e, form) => {
  e.preventDefault();
  const card = form.closest("[data-party-card]") || document;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const values = await fetchValues(form);
    const mine = [];
    for (const [name, value] of Object.entries(values)) {
      const element = card.querySelector(`[data-reveal-value="${CSS.escape(name)}"]`);
      if (!element || value === "" || value === null) continue;
      for (const old of Array.from(shown)) if (old.element === element) hide(old);
      const one = { element, masked: element.textContent };
      element.textContent = value;
      element.classList.add("is-revealed");
      shown.add(one);
      mine.push(one);
    }
    const fold = form.closest("details");
    if (fold) {
      fold.open = false;
      fold.querySelector("summary").focus();
    }
    const error = form.querySelector("[data-reveal-error]");
    if (error) error.hidden = true;
    announce("已显示，60 秒后隐藏");
    setTimeout(() => {
      mine.forEach(hide);
      announce("已隐藏");
    }, SHOWN_FOR);
  } catch (error) {
    complain(form, error);
  } finally {
    button.disabled = false;
  }
});

on("submit", "form[data-call]", async (e, form) => {
  e.preventDefault();
  try {
    const values = await fetchValues(form);
    const number = String(values.phone || "").replace(/[^\d+]/g, "");
    if (number) location.href = `tel:${number}`;
  } catch (error) {
    complain(form, error);
  }
});

// Neither the page kept by the back button nor a printout shows what was uncovered.
window.addEventListener("pagehide", () => Array.from(shown).forEach(hide));
window.addEventListener("beforeprint", () => Array.from(shown).forEach(hide));
