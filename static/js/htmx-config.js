/* htmx without eval and without a style of its own (our CSP has neither), and without copies of pages in the browser's
   storage: they hold personal data.  An answer that explains (422 and the refusals) is shown like any other. */
import htmx from "htmx.org/dist/htmx.esm.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  attributesToSettle: ["class"],
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  selfRequestsOnly: true,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "40[0349]", swap: true },
    { code: "429", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

window.htmx = htmx;
