/* Repeated blocks of fields on Django's formset prefixes. */
import { announce, on, refresh } from "./lib/dom.js";

const totalOf = (set) => set.querySelector(`input[name="${set.dataset.formset}-TOTAL_FORMS"]`);
/** How many forms of the set stand elsewhere on the page, before these: the first applicant has a place of its own. */
const before = (set) => Number(set.dataset.formsetFirst || 0);
const items = (set) => Array.from(set.querySelectorAll("[data-formset-item]"));
const standing = (set) => items(set).filter((item) => !item.classList.contains("is-gone"));

function number(set) {
  standing(set).forEach((item, at) => item.querySelectorAll("[data-formset-no]").forEach((one) => (one.textContent = String(before(set) + at + 1))));
}

/** Forms that were never saved are taken out, so the others must close ranks. */
function renumber(set) {
  const prefix = set.dataset.formset;
  const pattern = new RegExp(`(^|[^\\w-])(id_)?${prefix}-\\d+-`, "g");
  items(set).forEach((item, at) => {
    item.querySelectorAll("*").forEach((one) => {
      for (const name of ["id", "name", "for", "aria-describedby", "aria-labelledby", "aria-controls", "data-idnumber-kind", "data-show-when"]) {
        const text = one.getAttribute(name);
        if (text) one.setAttribute(name, text.replace(pattern, (_, edge, id) => `${edge}${id || ""}${prefix}-${before(set) + at}-`));
      }
    });
  });
  totalOf(set).value = String(before(set) + items(set).length);
}

on("click", "[data-formset-add]", (e, button) => {
  const set = button.closest("[data-formset]");
  const total = totalOf(set);
  const shell = document.createElement("div");
  shell.innerHTML = set.querySelector("template[data-formset-empty]").innerHTML.replace(/__prefix__/g, total.value);
  const item = shell.firstElementChild;
  const place = set.querySelector("[data-formset-items]");
  if (place) place.append(item);
  else set.querySelector("template[data-formset-empty]").before(item);
  total.value = String(Number(total.value) + 1);
  number(set);
  refresh(item);
  const first = item.querySelector("input:not([type=hidden]), select, textarea");
  if (first) first.focus();
  total.dispatchEvent(new Event("change", { bubbles: true }));
  announce(`已添加，共 ${before(set) + standing(set).length} 位`);
});

on("click", "[data-formset-remove]", (e, button) => {
  const set = button.closest("[data-formset]");
  const item = button.closest("[data-formset-item]");
  const gone = item.querySelector('input[name$="-DELETE"]');
  if (gone) {
    gone.checked = true;
    item.classList.add("is-gone");
  } else {
    item.remove();
    renumber(set);
  }
  number(set);
  const add = set.querySelector("[data-formset-add]");
  if (add) add.focus();
  totalOf(set).dispatchEvent(new Event("change", { bubbles: true }));
  announce(`已移除，还有 ${before(set) + standing(set).length} 位`);
});
