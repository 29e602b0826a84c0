/* select[data-narrow-by=field]: offers only the options whose data-of is the value of that field of the same form; all of
   them while nothing is chosen there.  The server checks that the two belong together. */
import { announce, enhance, on } from "./lib/dom.js";

function narrow(select, isChange) {
  const by = select.form && select.form.elements[select.dataset.narrowBy];
  if (!by) return;
  let offered = 0;
  for (const option of select.options) {
    const holds = !option.value || !by.value || option.dataset.of === by.value;
    option.hidden = !holds;
    option.disabled = !holds;
    if (holds && option.value) offered += 1;
  }
  const chosen = select.selectedOptions[0];
  if (chosen && chosen.hidden) select.value = "";
  if (isChange) announce(`可选 ${offered} 位`);
}

on("change", "form", (e, form) => {
  form.querySelectorAll("select[data-narrow-by]").forEach((select) => {
    if (e.target.name === select.dataset.narrowBy) narrow(select, true);
  });
});
enhance((root) => root.querySelectorAll("select[data-narrow-by]").forEach((select) => narrow(select, false)));
