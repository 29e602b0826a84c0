/* Panels that follow a form: possible duplicates, the suggested destination.  They POST a few fields and swap the answer in. */
import { announce, ask, enhance, quiet, refresh } from "./lib/dom.js";

class Panel {
  constructor(place) {
    this.place = place;
    this.form = document.querySelector(place.dataset.liveForm) || place.closest("form");
    this.patterns = (place.dataset.liveFields || "*").split(",").map((name) => new RegExp(`^${name.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`));
    this.sent = "";
    this.later = quiet(600, () => this.look());
    this.form.addEventListener("input", (e) => {
      if (!e.isComposing && this.cares(e.target)) this.later();
    });
    this.form.addEventListener("compositionend", (e) => this.cares(e.target) && this.later());
    this.form.addEventListener("change", (e) => this.cares(e.target) && this.look());
    this.look();
  }

  cares(field) {
    return field.name && this.patterns.some((pattern) => pattern.test(field.name));
  }

  async look() {
    this.later.cancel();
    const data = new FormData();
    let some = false;
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value !== "string" || !this.patterns.some((pattern) => pattern.test(name))) continue;
      data.append(name, value);
      if (value.trim() && !/-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/.test(name)) some = true;
    }
    const print = new URLSearchParams(data).toString();
    if (print === this.sent || (!some && !this.sent)) return;
    this.sent = print;
    if (this.running) this.running.abort();
    this.running = new AbortController();
    const slow = setTimeout(() => this.place.setAttribute("aria-busy", "true"), 300);
    try {
      const answer = await ask(this.place.dataset.live, { data, signal: this.running.signal });
      if (!answer.ok || answer.redirected) return;
      this.place.innerHTML = await answer.text();
      refresh(this.place);
      if (window.htmx) window.htmx.process(this.place);
      const said = this.place.querySelector("[data-announce]");
      if (said && said.dataset.announce !== this.said) announce(said.dataset.announce);
      this.said = said ? said.dataset.announce : "";
    } catch (error) {
      if (error.name !== "AbortError") this.sent = "";
    } finally {
      clearTimeout(slow);
      this.place.removeAttribute("aria-busy");
    }
  }
}

enhance((root) => {
  root.querySelectorAll("[data-live]:not([data-ready])").forEach((place) => {
    place.dataset.ready = "1";
    new Panel(place);
  });
});
