/* In the head and not deferred: the chosen type size must hold before the first paint. */
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var size = localStorage.getItem("portal.size");
    if (size === "l" || size === "xl") root.dataset.size = size;
  } catch (_) {
    /* Storage is switched off: the standard size it is. */
  }
})();
