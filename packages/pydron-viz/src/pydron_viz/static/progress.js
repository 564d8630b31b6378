// Progress at the time of the clock: per call site how far its calls are, and how long those that are left will take.

import { make } from "./dom.js";
import { count, duration } from "./format.js";

const ORDER = ["done", "failed", "cancelled", "running", "ready", "waiting"];

export class Progress {
  /** onSelect is called with {path, line}. */
  constructor(onSelect) {
    this.onSelect = onSelect;
    this.pane = document.getElementById("progress");
  }

  load(run) {
    this.run = run;
    this.rows = null;
  }

  show() {
    if (!this.rows) this.#fill();
    this.draw(this.time ?? this.run.end);
  }

  draw(time) {
    this.time = time;
    if (!this.rows || this.pane.closest("[hidden]")) return;
    const figures = figuresOf(this.run, time);
    let left = 0;
    figures.forEach((one, number) => {
      left += one.left;
      this.#row(this.rows[number], one);
    });
    const workers = Math.max(1, this.run.run.workers);
    const open = figures.reduce((sum, one) => sum + one.open, 0);
    const issued = figures.reduce((sum, one) => sum + one.issued, 0);
    this.total.textContent = open
      ? `${count(issued - open)} of ${count(issued)} calls that the program has reached have ended. The others will take about ${duration(left / workers)} on ${count(workers)} worker${workers === 1 ? "" : "s"}, if they last as long as those before them.`
      : `All ${count(issued)} calls that the program has reached have ended.`;
  }

  #fill() {
    this.total = make("p", { class: "place", "aria-live": "off" });
    this.rows = this.run.sites.map((site) => {
      const parts = ORDER.map((state) => make("i", { class: `state-${state}` }));
      const cells = { parts, words: make("td", { class: "words" }), mean: make("td", { class: "number" }), left: make("td", { class: "number" }) };
      cells.row = make("tr", {},
        make("td", {}, make("button", { class: "link", click: () => this.onSelect({ path: site.path, line: site.line }) }, site.name || "?"),
          make("span", { class: "place" }, `${site.file}:${site.line}`)),
        make("td", { class: "meter" }, make("div", { class: "stack" }, ...parts)), cells.words, cells.mean, cells.left);
      return cells;
    });
    const heads = ["call site", "progress", "", "mean", "left"];
    this.pane.replaceChildren(this.total, make("table", { class: "progress" },
      make("thead", {}, make("tr", {}, ...heads.map((head, index) => make("th", index > 2 ? { class: "number" } : {}, head)))),
      make("tbody", {}, ...this.rows.map(({ row }) => row))));
  }

  #row({ row, parts, words, mean, left }, one) {
    row.hidden = !one.issued;
    ORDER.forEach((state, index) => { parts[index].style.width = `${(100 * one.counts[this.run.states.indexOf(state)]) / Math.max(1, one.issued)}%`; });
    const listed = ORDER.filter((state) => one.counts[this.run.states.indexOf(state)]).map((state) => `${count(one.counts[this.run.states.indexOf(state)])} ${state}`);
    words.textContent = listed.join(", ");
    mean.textContent = one.ended ? duration(one.mean) : "";
    left.textContent = one.open ? (one.ended ? `${duration(one.left)} of work` : "not known yet") : "";
  }
}

/** Per call site: calls by state, how many have been reached and are open, their mean time and the work that is left. */
export function figuresOf(run, time) {
  const found = run.sites.map(() => ({ counts: new Array(run.states.length).fill(0), ended: 0, total: 0, elapsed: 0 }));
  const { site } = run.columns;
  for (let place = 0; place < run.count; place++) {
    const state = run.state(place, time), one = found[site[place]];
    one.counts[state]++;
    if ((state === run.done || state === run.failed) && run.began[place] >= 0) {
      one.ended++;
      one.total += run.ended[place] - run.began[place];
    } else if (state === run.running) one.elapsed += time - run.began[place];
  }
  for (const one of found) {
    one.issued = run.count ? one.counts.reduce((sum, number) => sum + number, 0) - one.counts[run.future] : 0;
    one.open = one.counts[run.waiting] + one.counts[run.ready] + one.counts[run.running];
    one.mean = one.ended ? one.total / one.ended : 0;
    one.left = Math.max(0, one.open * one.mean - Math.min(one.elapsed, one.counts[run.running] * one.mean));
  }
  return found;
}
