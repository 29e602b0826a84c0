/* data-count-for="id_brief": how much of a text area's room is used. */
import { enhance, on } from "./lib/dom.js";

function show(place) {
  const area = document.getElementById(place.dataset.countFor);
  if (!area) return;
  place.textContent = area.maxLength > 0 ? `${area.value.length} / ${area.maxLength}` : `${area.value.length} 字`;
}
on("input", "textarea", (e, area) => document.querySelectorAll(`[data-count-for="${CSS.escape(area.id)}"]`).forEach(show));
enhance((root) => root.querySelectorAll("[data-count-for]").forEach(show));
