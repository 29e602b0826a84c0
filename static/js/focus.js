/* data-focus takes the focus when it appears: the summary of errors, a new heading. */
import { all, enhance } from "./lib/dom.js";

enhance((root) => {
  const target = all(root, "[data-focus]")[0];
  if (target) target.focus();
});
