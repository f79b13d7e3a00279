// Draws every chart of the page from the Vega-Lite specification beside it, in the colours of the style sheet, and again
// when those change (light and dark) or when htmx brings new content. Expressions are interpreted: no eval, strict CSP.
const kleur = (naam) => getComputedStyle(document.documentElement).getPropertyValue(`--${naam}`).trim();

const stijl = (breedte) => ({
  background: "transparent",
  font: "system-ui, sans-serif",
  axis: {
    labelColor: kleur("tekst"), titleColor: kleur("tekst"), gridColor: kleur("lijn"),
    domainColor: kleur("rand"), tickColor: kleur("rand"), labelFontSize: 13, titleFontSize: 13, titleFontWeight: 500, labelOverlap: true, labelSeparation: 6,
  },
  // Names beside the bars leave most of the width to the bars.
  axisY: { labelLimit: Math.max(90, breedte / 3) },
  legend: { labelColor: kleur("tekst"), titleColor: kleur("tekst"), labelFontSize: 13, titleFontSize: 13 },
  header: { labelColor: kleur("tekst"), titleColor: kleur("tekst"), labelFontSize: 13 },
  title: { color: kleur("tekst") },
  text: { color: kleur("tekst"), fill: kleur("tekst") },
  view: { stroke: null },
  range: {
    category: [1, 2, 3, 4, 5, 6].map((nummer) => kleur(`reeks-${nummer}`)),
    heatmap: [kleur("heet-laag"), kleur("heet-hoog")],
    ramp: [kleur("heet-laag"), kleur("heet-hoog")],
  },
});

// A specification names a colour of the style sheet as "kleur:naam".
const ingekleurd = (deel) => {
  if (typeof deel === "string") return deel.startsWith("kleur:") ? kleur(deel.slice(6)) : deel;
  if (Array.isArray(deel)) return deel.map(ingekleurd);
  if (deel && typeof deel === "object") return Object.fromEntries(Object.entries(deel).map(([k, v]) => [k, ingekleurd(v)]));
  return deel;
};

// 1234,5 is written as in the tables: 1.234,5.
const nederlands = { number: { decimal: ",", thousands: ".", grouping: [3], currency: ["€ ", ""] } };

const teken = async (figuur) => {
  const plek = figuur.querySelector(".tekening");
  const spec = ingekleurd(JSON.parse(figuur.querySelector(".spec").textContent));
  const { spec: vegaSpec } = vegaLite.compile(spec, { config: stijl(plek.clientWidth) });
  if (figuur.view) figuur.view.finalize();
  figuur.view = new vega.View(vega.parse(vegaSpec, null, { ast: true }), {
    expr: vega.expressionInterpreter, renderer: "svg", container: plek, hover: true, locale: nederlands,
  });
  await figuur.view.runAsync();
  // The label of the figure says it; its marks would be read out one by one.
  plek.querySelectorAll("svg").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
  figuur.dataset.getekend = "ja";
};

const tekenAlles = () => document.querySelectorAll("figure.grafiek").forEach(teken);

tekenAlles();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tekenAlles);
document.addEventListener("htmx:after:swap", tekenAlles);
let wacht;
addEventListener("resize", () => { clearTimeout(wacht); wacht = setTimeout(tekenAlles, 150); });
