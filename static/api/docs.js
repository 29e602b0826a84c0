/* Starts Swagger UI on the page of the interface.  A call made here carries the session of whoever is signed in,
   so a change must also carry the token that proves it came from this page. */
(function () {
  "use strict";
  var place = document.getElementById("api");
  var reading = { GET: true, HEAD: true };
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.schema,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    validatorUrl: null,
    requestInterceptor: function (request) {
      if (!reading[(request.method || "GET").toUpperCase()]) request.headers["X-CSRFToken"] = place.dataset.csrf;
      return request;
    },
  });
})();
