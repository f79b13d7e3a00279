// Tells how it stands with what htmx asked for. Everything works without this.
const bezig = () => document.getElementById("bezig");
document.addEventListener("htmx:after:swap", () => bezig().classList.remove("htmx-request"));
document.addEventListener("htmx:before:request", () => { bezig().classList.remove("mislukt"); });
// No answer came: what is there stays, and it is said.
document.addEventListener("htmx:error", () => {
  bezig().classList.remove("htmx-request");
  bezig().classList.add("mislukt");
});
