// The timeline: a lane for the program and one per worker, drawn on a canvas so that many bars stay fluid.

import { duration } from "./format.js";
import { lanesOf, LOST, TASK, WAIT } from "./lanes.js";
import { cross, drawIdle, hatch } from "./patterns.js";
import { tickText } from "./ticks.js";
import { Travel } from "./travel.js";

const AXIS = 24, ROW = 20, BAR = 15, GAP = 7;

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
    this.idle = null;
    this.travel = new Travel(null);
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, (event) => this.#up(event));
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.canvas.addEventListener("dblclick", () => this.show(0, this.run.end));
    new ResizeObserver(() => this.#resize()).observe(this.pane);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.colours = null; this.#later(); });
  }

  load(run) {
    const whole = !this.run || (this.range[0] === 0 && this.range[1] === this.run.end);
    this.run = run;
    if (whole) this.range = [0, run.end];
    let top = AXIS;
    this.lanes = lanesOf(run);
    this.failed = [];
    for (const lane of this.lanes) {
      lane.top = top;
      lane.height = lane.rows.length * ROW;
      top += lane.height + GAP;
      lane.rows.forEach((row, number) => row.kind.forEach((kind, index) => {
        if (kind === LOST || (kind === TASK && run.final[row.subject[index]] === run.failed)) this.failed.push([lane, number, index]);
      }));
    }
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
    this.shown = this.#spots(wanted, selection.wait);
    this.#later();
  }

  /** Mark the calls of the critical path. */
  mark(places) {
    this.critical = new Set(places);
    this.criticalSpots = this.#spots(this.critical);
    this.#later();
  }

  /** Show why workers were idle, and what journeys cost: columns of lane, begin, end, kind. */
  explain(idle, travel) {
    this.idle = idle;
    this.travel = new Travel(travel);
    this.#later();
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
    const spots = kind === "wait" ? this.#spots(new Set(), subject) : this.#spots(new Set([this.run.place(subject)]));
    if (!spots.length) return null;
    const [lane, number, index] = spots[0];
    const row = lane.rows[number];
    const box = this.canvas.getBoundingClientRect();
    const x = (this.#x(row.begin[index]) + this.#x(row.end[index])) / 2;
    return { x: box.left + x, y: box.top + lane.top + number * ROW + ROW / 2 };
  }

  // Where the bars of some tasks, and of a wait, are.
  #spots(places, wait) {
    const found = [];
    if (!places.size && wait === undefined) return found;
    for (const lane of this.lanes) lane.rows.forEach((row, number) => {
      for (let index = 0; index < row.length; index++) {
        const subject = row.subject[index];
        if (row.kind[index] === WAIT ? subject === wait : places.has(subject)) found.push([lane, number, index]);
      }
    });
    return found;
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
    if (!this.colours) {
      const style = getComputedStyle(document.documentElement);
      this.colours = new Proxy({}, { get: (known, key) => (known[key] ??= style.getPropertyValue(key).trim()) });
    }
    return this.colours[name];
  }

  #paint() {
    const c = this.canvas.getContext("2d");
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    c.font = "11px system-ui, 'DejaVu Sans', sans-serif";
    c.textBaseline = "middle";
    this.#axis(c);
    this.lanes.forEach((lane, number) => this.#lane(c, lane, number));
    this.#inside(c, () => {
      for (const spots of [this.failed, this.criticalSpots ?? [], this.shown ?? []])
        for (const [lane, number, index] of spots) this.#bar(c, lane, number, index);
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

  #lane(c, lane, number) {
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
      lane.rows.forEach((row, index) => this.#row(c, lane, row, index));
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

  #row(c, lane, row, number) {
    // Where several bars share a pixel one is enough: a million stay fluid that way.
    const perPixel = (this.range[1] - this.range[0]) / Math.max(1, this.width - this.gutter - 10);
    let index = row.after(this.range[0]);
    while (index < row.length && row.begin[index] <= this.range[1]) {
      this.#bar(c, lane, number, index);
      const drawn = Math.max(row.end[index], row.begin[index] + perPixel) - perPixel / 2;
      index = index + 1 < row.length && row.end[index + 1] > drawn ? index + 1 : Math.max(index + 1, row.after(drawn));
    }
  }

  #bar(c, lane, number, index) {
    const row = lane.rows[number], run = this.run;
    const begin = row.begin[index], end = row.end[index], kind = row.kind[index], subject = row.subject[index];
    const left = this.#x(begin), right = Math.max(this.#x(end), left + 1);
    if (right < this.gutter || left > this.width) return;
    const wait = kind === WAIT;
    const chosen = wait ? this.selection.wait === subject : this.selection.task !== undefined && run.id(subject) === this.selection.task;
    const near = wait ? undefined : this.marked.get(subject);
    const ahead = begin > this.time;
    const state = wait ? "wait" : ahead ? "future" : kind === LOST && this.time >= end ? "failed" : run.states[run.state(subject, this.time)];
    const top = lane.top + number * ROW + (ROW - BAR) / 2;
    const width = Math.max(1, right - left - (right - left > 3 ? 1 : 0));
    c.globalAlpha = ahead ? (wait ? 0.35 : 0.6) : 1;
    c.fillStyle = this.#colour(`--${state}-fill`) || this.#colour("--done-fill");
    c.fillRect(left, top, width, BAR);
    if (wait) hatch(c, left, top, width, BAR, this.#colour("--wait-line"), this.gutter, this.width);
    c.strokeStyle = this.#colour(chosen || near ? "--select" : `--${state}-line`);
    c.lineWidth = chosen ? 3 : near === 1 || state === "running" || state === "failed" ? 2 : 1;
    if (width > 3) c.strokeRect(left + 0.5, top + 0.5, width - 1, BAR - 1);
    else { c.fillStyle = c.strokeStyle; c.fillRect(left, top, width, BAR); }
    if (kind === LOST && width > 6) cross(c, left, top, width, BAR);
    if (width > 34) this.#label(c, wait ? this.#waitLabel(subject) : run.label(subject), left, top, width, state);
    if (!wait && this.critical.has(subject)) {
      c.globalAlpha = 1;
      c.fillStyle = this.#colour("--critical");
      c.fillRect(left, top + BAR - 3, Math.max(2, width), 4);
    }
    c.globalAlpha = 1;
  }

  #waitLabel(index) {
    const wait = this.run.wait(index);
    return `line ${wait.line} waits: ${wait.reason}`;
  }

  #label(c, text, left, top, width, state) {
    const begin = Math.max(left, this.gutter);
    const room = Math.min(left + width, this.width - 10) - begin - 8;
    if (room < 26) return;
    c.save();
    c.beginPath(); c.rect(begin, top, room + 6, BAR); c.clip();
    c.fillStyle = this.#colour(`--${state}-ink`);
    if (text.length > 200) text = text.slice(0, 200);
    let full = c.measureText(text).width;
    if (full > room && / #\d+$/.test(text)) {
      text = text.replace(/ #\d+$/, "");
      full = c.measureText(text).width;
    }
    if (state === "wait" && full < room) {
      // Text over hatching needs a clear ground.
      c.fillStyle = this.#colour("--wait-fill");
      c.fillRect(begin + 2, top + 1, full + 6, BAR - 2);
      c.fillStyle = this.#colour("--wait-ink");
    }
    const fitting = Math.floor((room / full) * text.length) - 1;
    c.fillText(full <= room ? text : `${text.slice(0, Math.max(1, fitting))}…`, begin + 5, top + BAR / 2 + 0.5);
    c.restore();
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
