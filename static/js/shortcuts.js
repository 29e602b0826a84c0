/* Alt+N, Ctrl+Enter, ? and whatever carries data-hotkey.  Ctrl+K is in search.js, Ctrl+S in autosave.js. */
import { composing, enhance, on, recall, remember, typing } from "./lib/dom.js";

/** Single letters can be switched off (they get in the way of speech input). */
export const singleKeys = () => recall("single-keys") !== "off";

const name = (e) =>
  [e.ctrlKey || e.metaKey ? "ctrl" : "", e.altKey ? "alt" : "", e.shiftKey ? "shift" : "", /^Key[A-Z]$/.test(e.code) ? e.code.slice(3).toLowerCase() : e.key.toLowerCase()]
    .filter(Boolean)
    .join("+");

/** The button a form is sent with: marked, or the first primary one, or the first. */
function mainButton(form) {
  return form.querySelector("[data-main]") || form.querySelector("button.btn-primary:not([type=button]), button.btn-danger:not([type=button])") || form.querySelector("button:not([type=button])");
}

document.addEventListener("keydown", (e) => {
  if (composing(e)) return;
  const key = name(e);
  if (key === "ctrl+enter") {
    const form = e.target.closest("form") || document.querySelector("form[data-ctrl-enter]");
    if (!form || form.method === "dialog") return;
    e.preventDefault();
    const button = mainButton(form);
    if (button && !button.disabled) button.click();
    else if (!button) form.requestSubmit();
    return;
  }
  if (key.length > 1 && key.includes("+")) {
    const target = Array.from(document.querySelectorAll("[data-hotkey]")).find((one) => one.dataset.hotkey === key);
    if (target) {
      e.preventDefault();
      target.click();
    }
    return;
  }
  if (e.key === "?" && singleKeys() && !typing(e.target)) {
    e.preventDefault();
    open();
  }
});

function open() {
  const dialog = document.getElementById("keys-dialog");
  if (dialog && !dialog.open) dialog.showModal();
}
on("click", "[data-keys-open]", open);
on("change", "[data-keys-single]", (e, box) => remember("single-keys", box.checked ? null : "off"));
enhance((root) => {
  root.querySelectorAll("[data-keys-single]").forEach((box) => {
    box.checked = singleKeys();
  });
});
