/* data-show-when="outcome=settled|partial": shown, and sent, only while that field says so.  The server decides anyway. */
import { enhance, on } from "./lib/dom.js";

function valueOf(form, name) {
  const field = form.elements[name];
  if (!field) return "";
  if (field instanceof RadioNodeList) return field.value;
  if (field.type === "checkbox") return field.checked ? field.value || "on" : "";
  return field.value;
}

function show(block) {
  const form = block.closest("form");
  const match = /^([^=!]+)(!?)=(.*)$/.exec(block.dataset.showWhen);
  if (!form || !match) return;
  const holds = match[3].split("|").includes(valueOf(form, match[1])) !== (match[2] === "!");
  block.hidden = !holds;
  block.querySelectorAll("input, select, textarea").forEach((one) => {
    if (!holds && !one.disabled) {
      one.disabled = true;
      one.dataset.offByShow = "1";
    } else if (holds && one.dataset.offByShow) {
      one.disabled = false;
      delete one.dataset.offByShow;
    }
  });
}

on("change", "form", (e, form) => form.querySelectorAll("[data-show-when]").forEach(show));
enhance((root) => root.querySelectorAll("[data-show-when]").forEach(show));
