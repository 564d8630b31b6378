// Making elements: text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

const LONGEST = 20000;

// Laying out the megabytes that a name or a message may have takes seconds, and nobody reads them.
const shown = (child) => (typeof child === "string" && child.length > LONGEST ? `${child.slice(0, LONGEST)}…` : child);

/** An element with a class, attributes and children; `click` and `change` are listeners. */
export function make(tag, options = {}, ...children) {
  return filled(document.createElement(tag), options, children);
}

/** The same for SVG. */
export function draw(tag, options = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), options, children);
}

function filled(element, { click, change, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, value);
  if (click) element.addEventListener("click", click);
  if (change) element.addEventListener("change", change);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== "").map(shown));
  return element;
}

/** A link to what a reason means; in a report just its code. */
export function reasonLink(code, title) {
  const attributes = { class: "code", title };
  if (document.body.dataset.report) return make("b", attributes, code);
  return make("a", { ...attributes, href: `/reasons#${encodeURIComponent(code)}`, target: "_blank", rel: "noopener" }, code);
}

/** A table with heads; the first column holds words, the others numbers. Nothing for no rows. */
export function table(title, heads, rows, cells, most = 50) {
  if (!rows.length) return [];
  const kind = (index) => (index ? { class: "number" } : {});
  return [
    make("h3", {}, title),
    make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((head, index) => make("th", kind(index), head)))),
      make("tbody", {}, ...rows.slice(0, most).map((row) => make("tr", {}, ...cells(row).map((cell, index) => make("td", kind(index), cell)))))),
    ...(rows.length > most ? [make("p", { class: "place" }, `and ${rows.length - most} more`)] : []),
  ];
}
