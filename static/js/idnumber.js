/* 身份证号: sex, birth and age are read off while typing; a wrong check character warns and never blocks. */
import { enhance, icon, make, on } from "./lib/dom.js";
import { clean, read } from "./lib/idcard.js";
import { todayInBeijing } from "./lib/typed-dates.js";

const scopeOf = (input) => input.closest("[data-party], [data-formset-item]") || input.form || document;

/** Another kind of document has other rules, which are the server's business. */
function isIdCard(input) {
  const select = input.dataset.idnumberKind && document.getElementById(input.dataset.idnumberKind);
  const chosen = select || scopeOf(input).querySelector("[data-idkind]");
  return !chosen || chosen.value === "" || chosen.value === "id_card" || chosen.value === "hmt_permit";
}

function fill(scope, selector, value) {
  const fields = Array.from(scope.querySelectorAll(selector));
  for (const field of fields) {
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
  const output = scope.querySelector("[data-id-facts]");
  if (output) output.textContent = facts.birth ? `${facts.sexWord} · ${facts.age} 岁 · ${facts.birth} 生` : "";
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
  scopeOf(select).querySelectorAll("input[data-idnumber]").forEach((input) => look(input, true));
});
enhance((root) => {
  root.querySelectorAll("input[data-idnumber]").forEach((input) => {
    if (input.value) look(input, true);
  });
});
