// What if: the same run on other numbers of workers, with a faster function, without a wait. The server predicts.

import { draw, make } from "./dom.js";
import { count, duration } from "./format.js";
import { fetched } from "./model.js";

const WIDTH = 640, HEIGHT = 330, LEFT = 58, RIGHT = 18, TOP = 16, BOTTOM = 42;
const FACTORS = [["as it is", 1], ["2× faster", 2], ["5× faster", 5], ["10× faster", 10], ["free", 1e9]];

export class WhatIf {
  /** onAsk is called with what is asked, for the address. */
  constructor(onAsk) {
    this.onAsk = onAsk;
    this.wanted = {};
    this.pane = document.getElementById("whatif");
    this.asked = 0;
  }

  load(run) {
    this.run = run;
    this.ready = false;
    this.boxes = null;
  }

  /** Ask what an address asks: {faster: "NAME:FACTOR", without: "FIRST_WAIT_FIRST"}. */
  choose({ faster, without }) {
    this.wanted = { faster, without };
    if (this.ready && this.boxes) this.#answer();
  }

  /** Show the predictions. Asks the server when it is shown first. */
  async show() {
    if (this.ready) return;
    this.ready = true;
    this.pane.replaceChildren(make("p", { class: "message", role: "status" }, "Replaying the run…"));
    try {
      [this.figures, this.summary, this.base] = await Promise.all([fetched("/api/figures"), fetched("/api/summary"), fetched("/api/whatif")]);
    } catch (problem) {
      this.ready = false;
      this.pane.replaceChildren(make("p", { class: "message" }, problem.message));
      return;
    }
    this.#fill();
  }

  #fill() {
    const { work, span, parallelism, path_work, replayed, took, workers } = this.figures;
    const off = took ? Math.round((100 * Math.abs(replayed - took)) / took) : 0;
    const facts = [
      ["work", duration(work), "all calls together"],
      ["span", duration(span), "with a worker for every call: nothing is faster than its longest chain"],
      ["critical path", duration(path_work), "the calls of that chain"],
      ["average parallelism", `${parallelism.toFixed(1)}×`, "work divided by span: more workers than that are not all busy"],
    ];
    this.choice = make("select", { change: () => this.#ask() }, ...this.#functions().map((name) => make("option", { value: name }, name)));
    this.factor = make("select", { change: () => this.#ask(), "aria-label": "How much faster" }, ...FACTORS.map(([label, value]) => make("option", { value }, label)));
    this.boxes = this.summary.places.filter(({ code, beside }) => !beside && !["end", "start"].includes(code)).slice(0, 8).map((place) => [make("input", { type: "checkbox", change: () => this.#ask() }), place]);
    this.result = make("div", { class: "result", "aria-live": "polite" });
    this.pane.replaceChildren(
      make("dl", { class: "facts" }, ...facts.map(([name, value, meaning]) => make("div", { title: meaning }, make("dt", {}, name), make("dd", {}, value)))),
      make("p", { class: "place" }, `Replayed on the ${count(workers)} worker${workers === 1 ? "" : "s"} that it had, the run takes ${duration(replayed)}; it took ${duration(took)} (${off} % apart). Each call is taken to last as long as it did.`),
      make("fieldset", {}, make("legend", {}, "What if"),
        make("label", {}, "calls of ", this.choice, " were ", this.factor),
        ...this.boxes.map(([box, one]) => make("label", { class: "wait" }, box, ` no wait at ${one.name}:${one.line} (${one.code}, ${duration(one.total)})`))),
      this.result);
    this.#show(null);
    this.#answer();
  }

  // Set the controls as the address says, and ask.
  #answer() {
    const { faster, without } = this.wanted;
    const [, name, factor] = /^(.*):([\d.e+]+)$/.exec(faster ?? "") ?? [];
    const known = this.#functions().includes(name) && FACTORS.some(([, value]) => value === Number(factor));
    if (known) this.choice.value = name;
    this.factor.value = known ? String(Number(factor)) : "1";
    const numbers = new Set((without ?? "").split("_"));
    for (const [box, place] of this.boxes) box.checked = numbers.has(String(place.first));
    this.#ask();
  }

  #functions() {
    return this.summary.functions.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) === index);
  }

  async #ask() {
    const asked = ++this.asked;
    const query = new URLSearchParams();
    if (Number(this.factor.value) !== 1) query.append("faster", `${this.choice.value}:${this.factor.value}`);
    for (const [box, place] of this.boxes) if (box.checked) query.append("without", String(place.first));
    this.onAsk({ faster: query.get("faster"), without: query.getAll("without").join("_") || null });
    try {
      const answer = query.toString() ? await fetched(`/api/whatif?${query}`) : null;
      if (asked === this.asked) this.#show(answer);
    } catch (problem) {
      if (asked === this.asked) this.result.replaceChildren(make("p", { class: "error" }, problem.message));
    }
  }

  #show(other) {
    this.result.replaceChildren(chart(this.base, other), this.#table(other));
  }

  #table(other) {
    const one = this.base.points[0]?.[1] ?? 1;
    const heads = ["workers", "predicted", "speed-up", ...(other ? ["what if", "speed-up"] : [])];
    const rows = this.base.points.map(([workers, time], index) => {
      const changed = other?.points[index]?.[1];
      const cells = [count(workers), duration(time), `${(one / time).toFixed(1)}×`, ...(other ? [duration(changed), `${(one / changed).toFixed(1)}×`] : [])];
      return make("tr", { class: workers === this.base.workers ? "here" : "" }, ...cells.map((cell) => make("td", { class: "number" }, cell)));
    });
    return make("table", { class: "points" }, make("caption", {}, "Predicted time by number of workers; the speed-up is against one worker now."),
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { class: "number" }, head)))), make("tbody", {}, ...rows));
  }
}

// Speed-up over workers, both on scales that double.
function chart(base, other) {
  const one = base.points[0]?.[1] || 1;
  const lines = [["now", base], ...(other ? [["what if", other]] : [])];
  const ups = lines.flatMap(([, { points }]) => points.map(([, time]) => one / Math.max(1, time)));
  const top = 2 ** Math.ceil(Math.log2(Math.max(2, ...ups)));
  const here = base.took ? one / base.took : 1;
  const low = Math.min(1, here, ...ups);
  const x = (workers) => LEFT + (Math.log2(workers) / Math.log2(1000)) * (WIDTH - LEFT - RIGHT);
  const y = (up) => HEIGHT - BOTTOM - (Math.log2(up / low) / Math.log2(top / low)) * (HEIGHT - TOP - BOTTOM);
  const parts = [];
  for (let up = 1; up <= top; up *= 2)
    parts.push(draw("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(up), y2: y(up) }), draw("text", { x: LEFT - 8, y: y(up) + 4, class: "end" }, `${up}×`));
  for (const workers of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000])
    parts.push(draw("line", { class: "grid", x1: x(workers), x2: x(workers), y1: TOP, y2: HEIGHT - BOTTOM }), draw("text", { x: x(workers), y: HEIGHT - BOTTOM + 17, class: "middle" }, String(workers)));
  parts.push(draw("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, class: "middle" }, "workers"));
  parts.push(draw("path", { class: "ideal", d: `M${x(1)},${y(1)}L${x(Math.min(1000, top))},${y(Math.min(1000, top))}` }));
  for (const [name, { points }] of lines) {
    const kind = name === "now" ? "now" : "other";
    const d = points.map(([workers, time], index) => `${index ? "L" : "M"}${x(workers).toFixed(1)},${y(one / Math.max(1, time)).toFixed(1)}`).join("");
    parts.push(draw("path", { class: `curve ${kind}`, d }));
    for (const [workers, time] of points) {
      const tip = `${name}: ${workers} workers, ${duration(time)}, ${(one / Math.max(1, time)).toFixed(1)}×`;
      const mark = kind === "now" ? draw("circle", { class: kind, cx: x(workers), cy: y(one / Math.max(1, time)), r: 3.2 })
        : draw("rect", { class: kind, x: x(workers) - 3, y: y(one / Math.max(1, time)) - 3, width: 6, height: 6 });
      mark.append(draw("title", {}, tip));
      parts.push(mark);
    }
  }
  if (base.took && base.workers <= 1000)
    parts.push(draw("path", { class: "real", d: `M${x(base.workers) - 6},${y(here) - 6}l12,12m0,-12l-12,12` }, draw("title", {}, `the recorded run: ${base.workers} workers, ${duration(base.took)}`)));
  const key = [["real", "recorded run"], ["ideal", "one for one"], ["now", "predicted"], ...(other ? [["other", "what if"]] : [])];
  return make("figure", {},
    draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart", "aria-label": "Predicted speed-up by number of workers; the table below has the numbers" }, ...parts),
    make("figcaption", {}, ...key.map(([kind, label]) => make("span", {}, draw("svg", { viewBox: "0 0 26 12", class: "chart key" }, sample(kind)), label))));
}

function sample(kind) {
  if (kind === "real") return draw("path", { class: "real", d: "M8,1l10,10m0,-10l-10,10" });
  return draw("path", { class: kind === "ideal" ? "ideal" : `curve ${kind}`, d: "M1,6L25,6" });
}
