/* A POST form goes once.  The server's idempotency key is the real guard; this spares people the wait and the doubt. */
import { on } from "./lib/dom.js";

const buttons = (form) => Array.from(form.querySelectorAll("button:not([type=button]), input[type=submit]"));

function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  buttons(form).forEach((button) => {
    button.disabled = false;
    button.classList.remove("is-busy");
  });
}

function hold(form, submitter) {
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  const pressed = submitter || buttons(form)[0];
  // After this tick: a disabled button would not send its name and value.
  setTimeout(() => {
    if (!form.dataset.sent) return;
    buttons(form).forEach((button) => (button.disabled = true));
    if (pressed) pressed.classList.add("is-busy");
  });
}

document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.method !== "post" || form.hasAttribute("data-many") || form.hasAttribute("hx-post")) return;
  // A file comes down and the page stays.
  if (form.hasAttribute("data-download") || (e.submitter && e.submitter.hasAttribute("data-download"))) return;
  if (form.dataset.sent) {
    e.preventDefault();
    return;
  }
  if (!e.defaultPrevented) hold(form, e.submitter);
});
on("htmx:beforeRequest", "form[hx-post]", (e, form) => {
  if (form.dataset.sent) e.preventDefault();
  else hold(form, e.detail.requestConfig && e.detail.requestConfig.triggeringEvent && e.detail.requestConfig.triggeringEvent.submitter);
});
on("htmx:afterRequest", "form[hx-post]", (e, form) => {
  // On success the answer carries us away; until then the buttons stay off.
  if (!e.detail.successful || !e.detail.xhr.getResponseHeader("HX-Redirect")) release(form);
});
window.addEventListener("pageshow", (e) => {
  if (e.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});
