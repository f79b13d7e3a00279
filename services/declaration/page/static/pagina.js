// After htmx put new content in place, the keyboard and the screen reader go on there. Everything works without it.
document.addEventListener("htmx:after:swap", () => {
  const bezig = document.getElementById("bezig");
  if (bezig) bezig.classList.remove("htmx-request");
});
