/* The few things every behaviour needs. */

/** True while an input method is composing: the key belongs to it and to nobody else. */
export const composing = (e) => e.isComposing || e.keyCode === 229;

/** Listen on the document for `type` events inside `selector`. */
export function on(type, selector, handle, options) {
  document.addEventListener(
    type,
    (e) => {
      const hit = e.target instanceof Element && e.target.closest(selector);
      if (hit) handle(e, hit);
    },
    options,
  );
}

const enhancers = [];

/** Run `handle(root)` on the page and again on whatever is put into it later. */
export function enhance(handle) {
  enhancers.push(handle);
}

export function refresh(root) {
  for (const handle of enhancers) handle(root);
}

export function start() {
  const begin = () => {
    refresh(document.body);
    document.addEventListener("htmx:load", (e) => {
      if (e.detail.elt !== document.body) refresh(e.detail.elt);
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
}

/** All matches inside `root`, and `root` itself. */
export function all(root, selector) {
  const found = Array.from(root.querySelectorAll(selector));
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  return found;
}

let speaking;
/** Say it in the page's one live region. */
export function announce(text) {
  const live = document.getElementById("live");
  if (!live || !text) return;
  live.textContent = "";
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    live.textContent = text;
  }, 60);
}

/** The CSRF token of any form on the page (the cookie may be closed to scripts). */
export function token() {
  const input = document.querySelector("input[name=csrfmiddlewaretoken]");
  return input ? input.value : "";
}

export class Expired extends Error {}

/** fetch with our headers.  An answer that is the sign-in page is an Expired. */
export async function ask(url, { data, accept = "text/html", signal } = {}) {
  const headers = { Accept: accept };
  if (accept === "text/html") headers["HX-Request"] = "true";
  const options = { headers, signal, credentials: "same-origin" };
  if (data) {
    options.method = "POST";
    options.body = data;
    headers["X-CSRFToken"] = token();
  }
  const answer = await fetch(url, options);
  if (answer.status === 401 || (answer.redirected && /\/accounts\/login\//.test(answer.url))) throw new Expired();
  return answer;
}

/** Call `handle` once things have been quiet for `wait` ms. */
export function quiet(wait, handle) {
  let timer;
  const later = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => handle(...given), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

let numbers = 0;
export const freshId = (stem) => `${stem}-${(numbers += 1)}`;

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** An icon of the sprite, found through one that is on the page (its address carries a hash in production). */
export function icon(name) {
  const one = document.querySelector("svg.i use");
  const base = one ? one.getAttribute("href").split("#")[0] : "/static/vendor/icons.svg";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${base}#${name}`);
  svg.append(use);
  return svg;
}

export const typing = (element) =>
  element instanceof Element && (element.closest("input, textarea, select, [contenteditable]") !== null);

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(`portal.${key}`);
    else localStorage.setItem(`portal.${key}`, value);
  } catch (_) {
    /* Not remembered, nothing lost. */
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(`portal.${key}`);
  } catch (_) {
    return null;
  }
}
