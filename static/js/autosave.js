/* form[data-autosave-url]: the draft goes to the server 10 s after a change, on leaving a field, and on Ctrl+S.
   Nothing is kept in the browser: these are other people's lives, and computers at a window are shared. */
import { ask, composing, enhance, Expired, icon, on } from "./lib/dom.js";
import { clean } from "./guard.js";

const drafts = new WeakMap();

function tell(words, tone) {
  document.querySelectorAll("[data-autosave-status]").forEach((place) => {
    place.className = `saved${tone ? ` is-${tone}` : ""}`;
    place.textContent = "";
    if (tone) place.append(icon(tone === "ok" ? "circle-check" : "alert-triangle"));
    place.append(words);
  });
}

class Draft {
  constructor(form) {
    Object.assign(this, { form, changed: false, saving: null, timer: 0, sent: false });
  }

  touch() {
    this.changed = true;
    if (!this.timer) this.timer = setTimeout(() => this.save(), 10000);
  }

  async save(force) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.sent || (!this.changed && !force)) return;
    if (this.saving) {
      this.timer = setTimeout(() => this.save(), 1000);
      return;
    }
    this.changed = false;
    this.saving = this.post();
    await this.saving;
    this.saving = null;
  }

  async post() {
    try {
      const answer = await ask(this.form.dataset.autosaveUrl, { data: new FormData(this.form), accept: "application/json" });
      if (answer.status === 403) throw new Expired();
      if (!answer.ok) throw new Error(String(answer.status));
      const told = answer.status === 204 ? {} : await answer.json();
      if (told.url) this.form.dataset.autosaveUrl = told.url;
      const kept = this.form.elements.draft;
      if (kept && told.draft) kept.value = told.draft;
      const now = new Date().toTimeString().slice(0, 8);
      tell(`${told.saved_at || now} 已自动保存`, "ok");
      if (!this.changed) clean(this.form);
    } catch (error) {
      this.changed = true;
      if (error instanceof Expired) tell("登录已过期，请在新窗口重新登录；本页内容还在", "bad");
      else {
        tell("还没有保存，网络恢复后会再试", "bad");
        this.timer = this.timer || setTimeout(() => this.save(), 10000);
      }
    }
  }
}

enhance((root) => {
  root.querySelectorAll("form[data-autosave-url]").forEach((form) => {
    if (!drafts.has(form)) drafts.set(form, new Draft(form));
  });
});

const draftOf = (e) => {
  const form = e.target.form || (e.target.closest && e.target.closest("form"));
  return form && drafts.get(form);
};
for (const type of ["input", "change"])
  document.addEventListener(type, (e) => {
    const draft = draftOf(e);
    if (draft && !(e.target.hasAttribute && e.target.hasAttribute("data-not-saved"))) draft.touch();
  });
document.addEventListener("focusout", (e) => {
  const draft = draftOf(e);
  if (draft && draft.changed) draft.save();
});
on("submit", "form[data-autosave-url]", (e, form) => {
  const draft = drafts.get(form);
  if (draft) {
    draft.sent = true;
    clearTimeout(draft.timer);
  }
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-autosave-url]").forEach((form) => drafts.has(form) && (drafts.get(form).sent = false)));
document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.code !== "KeyS") return;
  const form = document.querySelector("form[data-autosave-url]");
  if (!form) return;
  e.preventDefault();
  drafts.get(form).save(true);
});
// The button that Ctrl+S stands for.  Without script it sends the form, and the server keeps the draft.
on("click", "[data-autosave-now]", (e) => {
  const draft = draftOf(e);
  if (!draft) return;
  e.preventDefault();
  draft.save(true);
});
