// The timeline: a lane for the program and one per worker, drawn on a canvas so that many bars stay fluid.

import { BAR, drawRow, ROW } from "./bars.js";
import { duration } from "./format.js";
import { fillKey } from "./key.js";
import { lanesOf, LOST, TASK, WAIT } from "./lanes.js";
import { drawIdle } from "./patterns.js";
import { tickText } from "./ticks.js";
import { Travel } from "./travel.js";

const AXIS = 24, GAP = 7;

export class Timeline {
  /** onSelect is called with {task} or {wait}, onTime with nanoseconds, onRange when another stretch is shown. */
  constructor(onSelect, onTime, onRange) {
    this.onSelect = onSelect;
    this.onTime = onTime;
    this.onRange = onRange;
    this.canvas = document.getElementById("timeline");
    this.pane = document.getElementById("timeline-pane");
    this.time = 0;
    this.selection = {};
    this.marked = new Map();
    this.critical = new Set();
    this.path = this.shown = [];
    this.idle = null;
    this.travel = new Travel(null);
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, (event) => this.#up(event));
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.canvas.addEventListener("dblclick", () => this.show(0, this.run.end));
    new ResizeObserver(() => this.#resize()).observe(this.pane);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.colours = null; this.#key(); this.#later(); });
  }

  load(run) {
    const whole = !this.run || (this.range[0] === 0 && this.range[1] === this.run.end);
    this.run = run;
    if (whole) this.range = [0, run.end];
    let top = AXIS;
    this.lanes = lanesOf(run);
    for (const lane of this.lanes) {
      lane.top = top;
      lane.height = lane.rows.length * ROW;
      top += lane.height + GAP;
    }
    this.failed = this.#parts((kind, subject) => kind === LOST || (kind === TASK && run.final[subject] === run.failed));
    this.height = top;
    this.#resize();
  }

  draw(time) {
    this.time = time;
    this.#later();
  }

  /** Mark a selection; marked maps the places of related tasks to how near they are (1 direct, 2 further away). */
  select(selection, marked = new Map()) {
    this.selection = selection;
    this.marked = marked;
    const wanted = new Set(marked.keys());
    if (selection.task !== undefined) wanted.add(this.run.place(selection.task));
    this.shown = wanted.size || selection.wait !== undefined ? this.#parts(this.#among(wanted, selection.wait)) : [];
    this.#later();
  }

  /** Mark the calls of the critical path. */
  mark(places) {
    this.critical = new Set(places);
    this.path = places.length ? this.#parts(this.#among(this.critical)) : [];
    this.#later();
  }

  /** Show why workers were idle, and what journeys cost: columns of lane, begin, end, kind. */
  explain(idle, travel) {
    this.idle = idle;
    this.travel = new Travel(travel);
    this.#key();
    this.#later();
  }

  #key() {
    if (!this.run) return;
    const { lanes, run, idle } = this, colour = (name) => this.#colour(name);
    fillKey(document.getElementById("timeline-key"), { lanes, run, idle, travel: this.travel.found, colour });
  }

  /** Show the stretch between two times. */
  show(from, to) {
    const span = Math.min(this.run.end, Math.max(100, to - from));
    const start = Math.min(Math.max(0, from), this.run.end - span);
    this.range = [start, start + span];
    this.onRange(start === 0 && span === this.run.end ? null : this.range);
    this.#later();
  }

  /** Zoom by a factor around the clock, or around the middle where that is out of sight. */
  zoom(factor) {
    const [from, to] = this.range;
    const around = this.time >= from && this.time <= to ? this.time : (from + to) / 2;
    this.show(around - (around - from) / factor, around + (to - around) / factor);
  }

  /** Move by a part of what is shown. */
  pan(part) {
    const [from, to] = this.range;
    this.show(from + part * (to - from), to + part * (to - from));
  }

  /** Where on the page a bar is drawn: for tests and for whoever wants to point at it. */
  place(kind, subject) {
    const wanted = kind === "wait" ? this.#among(new Set(), subject) : this.#among(new Set([this.run.place(subject)]));
    const [found] = this.#parts(wanted);
    if (!found) return null;
    const [lane, number, row] = found;
    const box = this.canvas.getBoundingClientRect();
    const x = (this.#x(row.begin[0]) + this.#x(row.end[0])) / 2;
    return { x: box.left + x, y: box.top + lane.top + number * ROW + ROW / 2 };
  }

  // Whether a bar is one of some tasks, or of a wait.
  #among(places, wait) {
    return (kind, subject) => (kind === WAIT ? subject === wait : places.has(subject));
  }

  // Of each row the bars that pass a test, as [lane, number of the row, those bars]: what is drawn over the others.
  #parts(test) {
    return this.lanes.flatMap((lane) => lane.rows.map((row, number) => [lane, number, row.only(test)])).filter(([, , row]) => row.length);
  }

  #resize() {
    if (!this.run) return;
    const width = this.pane.clientWidth, ratio = devicePixelRatio || 1;
    this.width = width;
    const longest = Math.max(...this.lanes.map((lane) => (lane.label ?? lane.name).length));
    this.gutter = width < 520 ? 68 : Math.min(190, Math.max(92, 22 + 6.6 * longest));
    this.canvas.style.height = `${this.height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.ratio = ratio;
    this.#later();
  }

  #later() {
    if (this.frame || !this.run) return;
    this.frame = requestAnimationFrame(() => { this.frame = 0; this.#paint(); });
  }

  #x(time) {
    const [from, to] = this.range;
    return this.gutter + ((time - from) / (to - from)) * (this.width - this.gutter - 10);
  }

  #at(x) {
    const [from, to] = this.range;
    return from + ((x - this.gutter) / (this.width - this.gutter - 10)) * (to - from);
  }

  #colour(name) {
    this.colours ??= { style: getComputedStyle(document.documentElement), known: {}, states: {} };
    return (this.colours.known[name] ??= this.colours.style.getPropertyValue(name).trim());
  }

  // The colours of a state. One that has none is drawn like a call that is done.
  #palette(state) {
    this.#colour("--ink");
    return (this.colours.states[state] ??= Object.fromEntries(["fill", "line", "ink"].map((part) =>
      [part, this.#colour(`--${state}-${part}`) || this.#colour(`--done-${part}`)])));
  }

  #paint() {
    const c = this.canvas.getContext("2d");
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    c.font = "11px system-ui, 'DejaVu Sans', sans-serif";
    c.textBaseline = "middle";
    this.#axis(c);
    const { run, time, range, width, gutter, selection, marked, critical } = this;
    const scene = { c, run, time, range, width, gutter, selection, marked, critical, x: (at) => this.#x(at),
      colour: (name) => this.#colour(name), palette: (state) => this.#palette(state) };
    this.lanes.forEach((lane, number) => this.#lane(scene, lane, number));
    this.#inside(c, () => {
      for (const [lane, number, row] of [...this.failed, ...this.path, ...this.shown]) drawRow(scene, lane, number, row);
      if (this.brush) this.#brushed(c);
    });
    const x = this.#x(this.time);
    if (x >= this.gutter - 1 && x <= this.width - 4) {
      c.strokeStyle = c.fillStyle = this.#colour("--select");
      c.lineWidth = 1.5;
      c.beginPath(); c.moveTo(x, 6); c.lineTo(x, this.height); c.stroke();
      c.beginPath(); c.moveTo(x - 5, 2); c.lineTo(x + 5, 2); c.lineTo(x, 10); c.fill();
    }
  }

  #inside(c, draw) {
    c.save();
    c.beginPath(); c.rect(this.gutter, 0, this.width - this.gutter - 8, this.height); c.clip();
    draw();
    c.restore();
  }

  #brushed(c) {
    const [a, b] = this.brush.map((time) => this.#x(time));
    c.fillStyle = this.#colour("--accent");
    c.globalAlpha = 0.18;
    c.fillRect(Math.min(a, b), 0, Math.abs(b - a), this.height);
    c.globalAlpha = 1;
  }

  #axis(c) {
    const [from, to] = this.range;
    const wanted = (to - from) / Math.max(2, (this.width - this.gutter) / 110);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= wanted);
    c.lineWidth = 1;
    for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
      const x = Math.round(this.#x(tick)) + 0.5;
      c.strokeStyle = this.#colour("--rule");
      c.beginPath(); c.moveTo(x, AXIS - 6); c.lineTo(x, this.height); c.stroke();
      c.fillStyle = this.#colour("--ink-2");
      c.textAlign = "center";
      if (x < this.width - 24) c.fillText(tick === 0 ? "0" : tickText(tick, step, this.range[1]), Math.max(x, this.gutter + 4), AXIS - 13);
    }
  }

  #lane(scene, lane, number) {
    const { c } = scene;
    c.textAlign = "left";
    c.fillStyle = this.#colour("--ink");
    c.save();
    c.beginPath(); c.rect(0, lane.top, this.gutter - 6, lane.height); c.clip();
    c.fillText(this.width < 520 ? lane.name : lane.label ?? lane.name, 10, lane.top + ROW / 2);
    c.restore();
    this.#inside(c, () => {
      // The stretch in which the worker was there: bars on it, and idle where there are none.
      const begin = this.#x(lane.begin ?? this.run.end), end = this.#x(lane.end ?? this.run.end);
      c.fillStyle = this.#colour("--paper");
      c.fillRect(begin, lane.top, Math.max(0, end - begin), lane.height);
      this.#gaps(c, lane, number);
      lane.rows.forEach((_, index) => drawRow(scene, lane, index));
      this.travel.draw(c, number, lane.top + (ROW - BAR) / 2, BAR, this.range, this.time, (time) => this.#x(time), (name) => this.#colour(name));
    });
  }

  // Why a worker was idle: a word where there is room, and a pattern per kind.
  #gaps(c, lane, number) {
    if (!this.idle) return;
    const { columns, kinds } = this.idle;
    for (let index = 0; index < columns.lane.length; index++) {
      if (columns.lane[index] !== number) continue;
      const left = Math.max(this.#x(columns.begin[index]), this.gutter), right = Math.min(this.#x(columns.end[index]), this.width);
      if (right - left >= 2) drawIdle(c, kinds[columns.kind[index]], left, lane.top + (ROW - BAR) / 2, right - left, BAR, (name) => this.#colour(name));
    }
  }

  #hit(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    if (x < this.gutter) return null;
    const reach = this.#at(x + 5) - this.#at(x), time = this.#at(x);
    for (const lane of this.lanes) {
      if (y < lane.top || y >= lane.top + lane.height) continue;
      const row = lane.rows[Math.floor((y - lane.top) / ROW)];
      let nearest = -1, distance = reach;
      for (let index = row.after(time - reach); index < row.length && row.begin[index] <= time + reach; index++) {
        const away = Math.max(row.begin[index] - time, time - row.end[index], 0);
        if (away < distance || (away === 0 && distance > 0)) { nearest = index; distance = away; }
      }
      if (nearest >= 0) return row.kind[nearest] === WAIT ? { wait: row.subject[nearest] } : { task: this.run.id(row.subject[nearest]) };
    }
    return null;
  }

  // Why the worker under the pointer was idle, or what it did beside calls.
  #meaning(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top, time = this.#at(event.clientX - box.left);
    const number = this.lanes.findIndex((lane) => y >= lane.top && y < lane.top + lane.height);
    const told = this.travel.meaning(number, time, (id) => this.run.label(this.run.place(id)));
    if (event.clientX - box.left < this.gutter) return this.lanes[number]?.note ?? "";
    if (told || !this.idle) return told;
    const { columns, kinds } = this.idle;
    const index = columns.lane.findIndex((lane, one) => lane === number && columns.begin[one] <= time && time < columns.end[one]);
    if (index < 0) return "";
    const { label, meaning } = kinds[columns.kind[index]];
    return `idle for ${duration(columns.end[index] - columns.begin[index])}: ${label}. ${meaning}`;
  }

  #down(event) {
    if (event.button > 0 || !this.run) return;
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    this.press = { x: event.clientX, range: [...this.range], moved: 0, axis: event.clientY - box.top < AXIS, brush: event.shiftKey, from: this.#at(x) };
    if (this.press.axis || this.press.brush) this.canvas.setPointerCapture(event.pointerId);
    if (this.press.axis && !this.press.brush) this.onTime(this.#at(x));
  }

  #move(event) {
    if (!this.press) {
      this.canvas.style.cursor = this.run && this.#hit(event) ? "pointer" : "crosshair";
      this.canvas.title = this.run ? this.#meaning(event) : "";
      return;
    }
    const x = event.clientX - this.canvas.getBoundingClientRect().left;
    this.press.moved = Math.max(this.press.moved, Math.abs(event.clientX - this.press.x));
    if (this.press.brush) { this.brush = [this.press.from, this.#at(x)]; this.#later(); return; }
    if (this.press.axis) { this.onTime(this.#at(x)); return; }
    if (this.press.moved < 5) return;
    const [from, to] = this.press.range;
    const shift = ((event.clientX - this.press.x) / (this.width - this.gutter - 10)) * (to - from);
    this.show(from - shift, to - shift);
  }

  #up(event) {
    const press = this.press, brush = this.brush;
    this.press = this.brush = null;
    if (!press) return;
    if (brush && event.type === "pointerup" && press.moved >= 5) { this.show(Math.min(...brush), Math.max(...brush)); return; }
    if (event.type !== "pointerup" || press.axis || press.moved >= 5) return;
    const found = this.#hit(event);
    if (found) this.onSelect(found);
    else this.onTime(this.#at(event.clientX - this.canvas.getBoundingClientRect().left));
  }

  #wheel(event) {
    if (!this.run || (event.deltaX === 0 && event.deltaY === 0)) return;
    event.preventDefault();
    const [from, to] = this.range, span = to - from;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) this.pan((event.deltaX || event.deltaY) / this.width);
    else {
      const at = this.#at(event.clientX - this.canvas.getBoundingClientRect().left);
      const wide = span * Math.exp(event.deltaY * 0.0015);
      this.show(at - ((at - from) / span) * wide, at + ((to - at) / span) * wide);
    }
  }
}
