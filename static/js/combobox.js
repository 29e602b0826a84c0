/* A text input that asks the server for matches (names, codes, pinyin initials), or a long <select> one can type into.
   A row is {value, label, hint, group, text}: text is what stands in the input once chosen, the label if there is none.
   The first match is chosen already, so that a few letters and Enter are enough. */
import { announce, ask, composing, enhance, freshId, make, quiet } from "./lib/dom.js";

class Combobox {
  constructor(box, input, value, source) {
    Object.assign(this, { box, input, value, source, rows: [], active: -1, chosenText: input.value, serial: 0 });
    this.list = make("div", { class: "combo-list", role: "listbox", id: freshId("combo"), hidden: true });
    const label = document.querySelector(`label[for="${input.id}"]`);
    this.list.setAttribute("aria-label", label ? label.textContent.trim() : "可选项");
    box.append(this.list);
    for (const [name, text] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id, autocomplete: "off" }))
      input.setAttribute(name, text);
    this.lookLater = quiet(200, () => this.look());
    input.addEventListener("input", (e) => {
      if (this.value.value && input.value !== this.chosenText) this.set("", input.value, false);
      if (!e.isComposing) this.lookLater();
    });
    input.addEventListener("compositionend", () => this.lookLater());
    input.addEventListener("keydown", (e) => this.key(e));
    input.addEventListener("click", () => this.list.hidden && this.look());
    input.addEventListener("blur", () => setTimeout(() => this.leave()));
    // A press on the list must not take the focus away from the input first.
    this.list.addEventListener("mousedown", (e) => e.preventDefault());
    this.list.addEventListener("click", (e) => {
      const row = e.target.closest("[role=option]");
      if (row) this.take(Number(row.dataset.at));
    });
  }

  async look() {
    const mine = (this.serial += 1);
    const typed = this.input.value === this.chosenText && this.value.value ? "" : this.input.value.trim();
    let rows;
    try {
      rows = await this.source(typed);
    } catch (_) {
      rows = null;
    }
    if (mine !== this.serial || document.activeElement !== this.input) return;
    this.show(rows, typed);
  }

  show(rows, typed) {
    this.rows = rows || [];
    this.list.textContent = "";
    let group = "";
    this.rows.forEach((row, at) => {
      if (row.group && row.group !== group) {
        group = row.group;
        this.list.append(make("div", { class: "combo-group", role: "presentation" }, group));
      }
      const one = make("div", { class: "combo-one", role: "option", id: `${this.list.id}-${at}`, "data-at": at, "aria-selected": "false" }, make("span", {}, row.label));
      if (row.hint) one.append(make("span", { class: "hint" }, row.hint));
      this.list.append(one);
    });
    if (!this.rows.length)
      this.list.append(make("div", { class: "combo-none" }, rows === null ? "没有读出来，请再输一次。" : `没有“${typed}”，换个字或者拼音首字母试试。`));
    this.open(true);
    this.mark(this.rows.length && typed ? 0 : this.rows.findIndex((row) => String(row.value) === this.value.value));
    announce(this.rows.length ? `${this.rows.length} 项` : "没有匹配的项");
  }

  open(yes) {
    this.list.hidden = !yes;
    this.input.setAttribute("aria-expanded", String(yes));
    if (!yes) {
      this.input.removeAttribute("aria-activedescendant");
      this.active = -1;
      return;
    }
    this.list.classList.remove("is-up");
    const room = this.list.getBoundingClientRect();
    if (room.bottom > window.innerHeight - 8 && this.input.getBoundingClientRect().top > room.height + 60) this.list.classList.add("is-up");
  }

  mark(at) {
    this.active = at;
    this.list.querySelectorAll("[role=option]").forEach((one) => one.setAttribute("aria-selected", String(Number(one.dataset.at) === at)));
    const one = document.getElementById(`${this.list.id}-${at}`);
    if (one) {
      this.input.setAttribute("aria-activedescendant", one.id);
      one.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  key(e) {
    if (composing(e)) return;
    const shown = !this.list.hidden;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!shown) this.look();
      else if (this.rows.length) this.mark((this.active + (e.key === "ArrowDown" ? 1 : this.rows.length - 1) + (this.active < 0 && e.key === "ArrowUp" ? 1 : 0)) % this.rows.length);
    } else if (e.key === "Enter" && !e.ctrlKey && shown && this.active >= 0) {
      e.preventDefault();
      this.take(this.active);
      if (this.input.closest("form[data-enter-next]")) this.input.dispatchEvent(new CustomEvent("portal:next", { bubbles: true }));
    } else if (e.key === "Escape" && shown) {
      e.stopPropagation();
      e.preventDefault();
      this.open(false);
    }
  }

  take(at) {
    const row = this.rows[at];
    if (!row) return;
    this.set(String(row.value), row.text || row.label, true);
    this.open(false);
  }

  set(value, text, write) {
    this.value.value = value;
    if (write) this.input.value = text;
    this.chosenText = value ? text : "";
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    if (document.activeElement === this.input) return;
    this.lookLater.cancel();
    this.serial += 1;
    const typed = this.input.value.trim();
    if (!this.value.value && typed) {
      const same = this.rows.find((row) => row.label === typed || row.text === typed);
      // Typed far enough for one match only: that is the one meant.
      const only = this.rows.length === 1 && !this.list.hidden ? this.rows[0] : null;
      const meant = same || only;
      if (meant) this.set(String(meant.value), meant.text || meant.label, true);
    }
    this.open(false);
  }
}

function fromServer(box, input) {
  let running;
  return async (typed) => {
    if (running) running.abort();
    running = new AbortController();
    const url = new URL(box.dataset.url, location.href);
    url.searchParams.set("q", typed);
    for (const name of (box.dataset.comboboxWith || input.dataset.comboboxWith || "").split(",").filter(Boolean)) {
      const field = input.form && input.form.elements[name];
      if (field && field.value) url.searchParams.set(name, field.value);
    }
    const answer = await ask(url.href, { accept: "application/json", signal: running.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    return (Array.isArray(found) ? found : found.results).slice(0, 50);
  };
}

const pinyin = (text) => text.toLowerCase();

function fromSelect(select) {
  const rows = [];
  for (const option of select.options) {
    if (!option.value) continue;
    const parent = option.parentElement;
    rows.push({ value: option.value, label: option.text.trim(), hint: option.dataset.hint || "", group: parent.tagName === "OPTGROUP" ? parent.label : "", py: pinyin(option.dataset.py || "") });
  }
  return async (typed) => {
    const want = pinyin(typed);
    return (want ? rows.filter((row) => row.label.toLowerCase().includes(want) || row.py.includes(want) || row.value === typed) : rows).slice(0, 80);
  };
}

enhance((root) => {
  root.querySelectorAll("span[data-combobox]:not([data-ready])").forEach((box) => {
    box.dataset.ready = "1";
    const input = box.querySelector("[data-combobox-text]");
    new Combobox(box, input, box.querySelector("[data-combobox-value]"), fromServer(box, input));
  });
  root.querySelectorAll("select[data-combobox]:not([data-ready])").forEach((select) => {
    select.dataset.ready = "1";
    const box = make("span", { class: "combo" });
    const chosen = select.selectedOptions[0];
    const input = make("input", { type: "text", class: select.className.replace("form-select", "form-control"), id: select.id, "aria-describedby": select.getAttribute("aria-describedby"), "aria-invalid": select.getAttribute("aria-invalid"), placeholder: select.options[0] && !select.options[0].value ? select.options[0].text : null });
    input.value = chosen && chosen.value ? chosen.text.trim() : "";
    input.required = select.required;
    select.id = `${select.id}_select`;
    select.hidden = true;
    select.required = false;
    select.before(box);
    box.append(input, select);
    new Combobox(box, input, select, fromSelect(select));
  });
});
