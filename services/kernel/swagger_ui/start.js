// Starts Swagger UI on the document beside this page; a file of its own, because the page allows no script in the page.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    // A key typed in here is forgotten with the page.
    persistAuthorization: false,
    // Nothing is fetched from elsewhere, so no badge of a validator either.
    validatorUrl: null,
  });
});
