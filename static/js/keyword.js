/* The keyword of a list goes into the address, so a phone or document number must not: it is taken to the search
   box, which posts.  The server refuses it too (disputes/keywords.py); this only keeps it from ever being sent. */
import { toast } from "./toast.js";

const CASE = /^(?:GZ)?\d{4}-?\d{6}$/i;
const PERSON = [/(?:\+?86)?1[3-9]\d{9}(?!\d)/, /\d{17}[\dX]/i, /(?<!\d)\d{15}(?!\d)/, /0\d{2,3}[2-9]\d{6,7}(?!\d)/];

export function isPersonal(text) {
  const typed = text.normalize("NFKC").replace(/[\s\-‐–—()]/g, "");
  return !CASE.test(text.trim()) && PERSON.some((shape) => shape.test(typed));
}

document.addEventListener(
  "submit",
  (e) => {
    const form = e.target;
    if (!form.matches("form[data-filterbar]") || !form.elements.q || !isPersonal(form.elements.q.value)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    const typed = form.elements.q.value;
    form.elements.q.value = "";
    const box = document.querySelector("form[data-search-open] input[name=q]");
    if (box) {
      box.value = typed;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    toast("电话和证件号码不进地址栏，已改用全局搜索。", "info");
  },
  true,
);
