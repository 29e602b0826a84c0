/* 身份证号: sex, birth and age are read off while typing; a wrong check character warns and never blocks. */
import { enhance, icon, make, on } from "./lib/dom.js";
import { clean, read } from "./lib/idcard.js";
import { todayInBeijing } from "./lib/typed-dates.js";

/** Where the rest of this party is: around the input, and in every block that carries the same data-party name. */
function scopeOf(input) {
  const near = input.closest("[data-party], [data-formset-item]");
  const name = near && near.dataset.party;
  const blocks = name ? Array.from(document.querySelectorAll(`[data-party="${CSS.escape(name)}"]`)) : [near || input.form || document];
  return { all: (selector) => blocks.reduce((found, block) => found.concat(Array.from(block.querySelectorAll(selector))), []) };
}

/** Another kind of document has other rules, which are the server's business. */
function isIdCard(input) {
  const select = input.dataset.idnumberKind && document.getElementById(input.dataset.idnumberKind);
  const chosen = select || scopeOf(input).all("[data-idkind]")[0];
  return !chosen || chosen.value === "" || chosen.value === "id_card" || chosen.value === "hmt_permit";
}

function fill(scope, selector, value) {
  for (const field of scope.all(selector)) {
    if (field.type === "radio") {
      if (field.value === value && !field.checked) {
        field.checked = true;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    } else if (!field.value || field.dataset.filled === "1") {
      field.value = value;
      field.dataset.filled = "1";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

function look(input, final) {
  const scope = scopeOf(input);
  const facts = isIdCard(input) ? read(input.value, todayInBeijing()) : { full: false, ok: true, sentence: "" };
  const output = scope.all("[data-id-facts]")[0];
  if (output) output.textContent = facts.birth ? `${facts.sexWord} · ${facts.age} 岁${output.dataset.idFacts === "short" ? "" : ` · ${facts.birth} 生`}` : "";
  // 民法典 第19、23条: someone under 18 acts through a guardian.
  scope.all("[data-minor]").forEach((note) => (note.hidden = !(facts.birth && facts.age < 18)));
  if (facts.birth) {
    fill(scope, "[data-id-sex]", facts.sex);
    fill(scope, "[data-id-birth]", facts.birth);
  }
  let note = document.getElementById(`${input.id}-note`);
  const words = final || facts.full ? facts.sentence : "";
  if (!note && words) {
    note = make("p", { class: "field-note", id: `${input.id}-note`, role: "status" });
    input.after(note);
  }
  if (!note) return;
  note.textContent = "";
  note.hidden = !words;
  if (!words) return;
  note.classList.toggle("is-ok", facts.ok);
  note.classList.toggle("is-warn", !facts.ok);
  note.append(icon(facts.ok ? "circle-check" : "alert-triangle"), words);
}

on("input", "input[data-idnumber]", (e, input) => {
  if (!e.isComposing) look(input, false);
});
on("focusout", "input[data-idnumber]", (e, input) => {
  const text = isIdCard(input) ? clean(input.value) : input.value.trim();
  if (text !== input.value) input.value = text;
  look(input, true);
});
on("change", "[data-idkind]", (e, select) => {
  scopeOf(select).all("input[data-idnumber]").forEach((input) => look(input, true));
});
enhance((root) => {
  root.querySelectorAll("input[data-idnumber]").forEach((input) => {
    if (input.value) look(input, true);
  });
});
