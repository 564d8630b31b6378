// Two runs side by side: how many calls ran at once over time, the figures, the functions, the waits.

import { draw, make } from "./dom.js";
import { count, duration } from "./format.js";
import { fetched } from "./model.js";

const WIDTH = 820, HEIGHT = 120, LEFT = 40, TOP = 14, BOTTOM = 20;
const TIMES = ["duration", "work"];

export class Compare {
  constructor() {
    this.pane = document.getElementById("compare");
  }

  load(run) {
    this.ready = false;
    document.getElementById("tab-compare").hidden = !run.compared;
  }

  /** Show the comparison. Asks the server when it is shown first. */
  async show() {
    if (this.ready) return;
    this.ready = true;
    this.pane.replaceChildren(make("p", { class: "message", role: "status" }, "Reading the other run…"));
    try {
      this.#fill(await fetched("/api/compare"));
    } catch (problem) {
      this.ready = false;
      this.pane.replaceChildren(make("p", { class: "message" }, problem.message));
    }
  }

  #fill({ sides, whole, functions, waits }) {
    const end = Math.max(...sides.map((side) => side.end)), most = Math.max(1, ...sides.flatMap((side) => side.load));
    const [a, b] = sides;
    this.pane.replaceChildren(
      make("p", { class: "place" }, `A is ${a.name}${a.state === "finished" ? "" : ` (${a.state})`}, B is ${b.name}${b.state === "finished" ? "" : ` (${b.state})`}. The curves show how many calls ran at once; both have the same scales.`),
      ...sides.map((side, index) => curve(side, "AB"[index], end, most)),
      table("Run", ["", "A", "B", "B/A", ""], whole.map((pair) => {
        const shown = TIMES.includes(pair.name) ? time : number;
        return [pair.name, shown(pair.first), shown(pair.second), ratio(pair), TIMES.includes(pair.name) ? trend(pair) : ""];
      })),
      table("Functions", ["", "calls A", "calls B", "mean A", "mean B", "B/A", "total A", "total B", "B/A", ""], functions.map(({ name, calls, mean, total }) =>
        [name, number(calls.first), number(calls.second), time(mean.first), time(mean.second), ratio(mean), time(total.first), time(total.second), ratio(total), trend(total)])),
      waits.length ? table("Waits of the program", ["", "A", "B", "B/A", ""], waits.map((pair) => [pair.name, time(pair.first), time(pair.second), ratio(pair), trend(pair)])) : "");
  }
}

const time = (value) => (value === null ? "–" : duration(value));
const number = (value) => (value === null ? "–" : count(value));
const ratio = (pair) => (pair.ratio === null ? "–" : `${pair.ratio.toFixed(2)}×`);

// Whether it became more or less, as a word and an arrow.
function trend(pair) {
  if (pair.ratio === null || Math.abs(pair.ratio - 1) < 0.02) return "";
  return make("span", { class: pair.ratio < 1 ? "less" : "more" }, pair.ratio < 1 ? "▼ less" : "▲ more");
}

function table(title, heads, rows) {
  return make("section", {}, make("h2", {}, title), make("div", { class: "wide", tabindex: "0" }, make("table", { class: "pairs" },
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.slice(0, 200).map(([name, ...cells]) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((cell) => make("td", {}, cell))))))));
}

function curve({ name, end, load }, letter, whole, most) {
  const x = (time) => LEFT + (time / whole) * (WIDTH - LEFT - 8), y = (value) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM);
  const step = end / Math.max(1, load.length);
  let d = `M${x(0)},${y(0)}`;
  load.forEach((value, index) => { d += `V${y(value).toFixed(1)}H${x((index + 1) * step).toFixed(1)}`; });
  d += `V${y(0)}Z`;
  const parts = [
    draw("line", { class: "grid", x1: LEFT, x2: WIDTH - 8, y1: y(most), y2: y(most) }), draw("text", { class: "end", x: LEFT - 6, y: y(most) + 4 }, String(Math.round(most * 10) / 10)),
    draw("line", { class: "grid", x1: LEFT, x2: WIDTH - 8, y1: y(0), y2: y(0) }), draw("text", { class: "end", x: LEFT - 6, y: y(0) + 4 }, "0"),
    draw("path", { class: `load ${letter === "A" ? "now" : "other"}`, d }),
    draw("line", { class: "stop", x1: x(end), x2: x(end), y1: TOP - 8, y2: y(0) }),
    draw("text", { class: x(end) > WIDTH - 90 ? "end" : "", x: x(end) + (x(end) > WIDTH - 90 ? -5 : 5), y: TOP }, duration(end)),
    draw("text", { class: "letter", x: LEFT + 6, y: TOP }, letter),
  ];
  return draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart loads", role: "img", "aria-label": `${letter}, ${name}: calls that ran at once, over ${duration(end)}` }, ...parts);
}
