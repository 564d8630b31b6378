// The timeline: a lane for the program and one per worker, drawn on a canvas so that many bars stay fluid.

import { duration } from "./format.js";

const AXIS = 24, ROW = 20, BAR = 15, GAP = 7;

export class Timeline {
  /** onSelect is called with {task} or {wait}, onTime with nanoseconds. */
  constructor(onSelect, onTime) {
    this.onSelect = onSelect;
    this.onTime = onTime;
    this.canvas = document.getElementById("timeline");
    this.pane = document.getElementById("timeline-pane");
    this.time = 0;
    this.selection = {};
    this.marked = new Set();
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, (event) => this.#up(event));
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.canvas.addEventListener("dblclick", () => { this.range = [0, this.run.end]; this.#later(); });
    new ResizeObserver(() => this.#resize()).observe(this.pane);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.colours = null; this.#later(); });
  }

  load(run) {
    const whole = !this.run || (this.range[0] === 0 && this.range[1] === this.run.end);
    this.run = run;
    if (whole) this.range = [0, run.end];
    let top = AXIS;
    this.lanes = run.lanes.map((lane) => {
      const placed = { ...lane, top, height: lane.rows * ROW };
      top += placed.height + GAP;
      return placed;
    });
    this.height = top;
    this.#resize();
  }

  draw(time) {
    this.time = time;
    this.#later();
  }

  select(selection) {
    this.selection = selection;
    const related = selection.task === undefined ? { needs: [], users: [] } : this.run.related(selection.task);
    this.marked = new Set([...related.needs, ...related.users, ...(selection.tasks || [])]);
    this.#later();
  }

  /** Where on the page a bar is drawn: for tests and for whoever wants to point at it. */
  place(kind, subject) {
    for (const lane of this.lanes) {
      for (let index = 0; index < lane.bars.begin.length; index++) {
        if ((lane.bars.kind[index] === "wait") !== (kind === "wait") || lane.bars.subject[index] !== subject) continue;
        const end = lane.bars.end[index] ?? this.run.end;
        const x = (this.#x(lane.bars.begin[index]) + this.#x(end)) / 2;
        const box = this.canvas.getBoundingClientRect();
        return { x: box.left + x, y: box.top + lane.top + lane.bars.row[index] * ROW + ROW / 2 };
      }
    }
    return null;
  }

  #resize() {
    if (!this.run) return;
    const width = this.pane.clientWidth, ratio = devicePixelRatio || 1;
    this.width = width;
    this.gutter = width < 520 ? 68 : 92;
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
      this.colours = new Proxy({}, {
        get: (known, key) => (known[key] ??= style.getPropertyValue(key).trim()),
      });
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
    for (const lane of this.lanes) this.#lane(c, lane);
    const x = this.#x(this.time);
    if (x >= this.gutter - 1) {
      c.strokeStyle = c.fillStyle = this.#colour("--select");
      c.lineWidth = 1.5;
      c.beginPath(); c.moveTo(x, 6); c.lineTo(x, this.height); c.stroke();
      c.beginPath(); c.moveTo(x - 5, 2); c.lineTo(x + 5, 2); c.lineTo(x, 10); c.fill();
    }
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
      if (x < this.width - 24) c.fillText(tick === 0 ? "0" : duration(tick), Math.max(x, this.gutter + 4), AXIS - 13);
    }
  }

  #lane(c, lane) {
    c.textAlign = "left";
    c.fillStyle = this.#colour("--ink");
    c.save();
    c.beginPath(); c.rect(0, lane.top, this.gutter - 6, lane.height); c.clip();
    c.fillText(lane.name, 10, lane.top + ROW / 2);
    c.restore();
    c.save();
    c.beginPath(); c.rect(this.gutter, lane.top, this.width - this.gutter - 8, lane.height); c.clip();
    // The stretch in which the worker was there: bars on it, and idle where there are none.
    const begin = this.#x(lane.begin ?? this.run.end), end = this.#x(lane.end ?? this.run.end);
    c.fillStyle = this.#colour("--paper");
    c.fillRect(begin, lane.top, Math.max(0, end - begin), lane.height);
    const drawn = new Array(lane.rows).fill(-1);
    for (let index = 0; index < lane.bars.begin.length; index++) this.#bar(c, lane, index, drawn);
    c.restore();
  }

  #bar(c, lane, index, drawn) {
    const bars = lane.bars;
    const begin = bars.begin[index], end = bars.end[index] ?? this.run.end;
    const left = this.#x(begin), right = Math.max(this.#x(end), left + 1);
    const row = bars.row[index];
    if (right < this.gutter || left > this.width) return;
    const wait = bars.kind[index] === "wait", subject = bars.subject[index];
    const chosen = wait ? this.selection.wait === subject : this.selection.task === subject;
    const related = !wait && this.marked.has(subject);
    // Where several bars share a pixel one is enough, unless it is marked: a hundred thousand stay fluid that way.
    if (right <= drawn[row] + 0.5 && !chosen && !related) return;
    drawn[row] = Math.max(drawn[row], Math.floor(right));
    const ahead = begin > this.time;
    const state = wait ? "wait" : ahead ? "future" : this.time >= end && bars.end[index] !== null ? bars.state[index] || "done" : "running";
    const top = lane.top + row * ROW + (ROW - BAR) / 2;
    const width = Math.max(1, right - left - (right - left > 3 ? 1 : 0));
    c.globalAlpha = ahead ? (wait ? 0.35 : 0.6) : 1;
    c.fillStyle = this.#colour(`--${state}-fill`);
    c.fillRect(left, top, width, BAR);
    if (wait) this.#hatch(c, left, top, width);
    c.strokeStyle = this.#colour(chosen || related ? "--select" : `--${state}-line`);
    c.lineWidth = chosen ? 3 : related || state === "running" || state === "failed" ? 2 : 1;
    if (width > 3) c.strokeRect(left + 0.5, top + 0.5, width - 1, BAR - 1);
    else { c.fillStyle = c.strokeStyle; c.fillRect(left, top, width, BAR); }
    if (bars.kind[index] === "lost" && width > 6) this.#cross(c, left, top, width);
    if (width > 34) this.#label(c, wait ? this.#waitLabel(subject) : `${bars.label[index]} #${subject}`, left, top, width, state);
    c.globalAlpha = 1;
  }

  #hatch(c, left, top, width) {
    c.save();
    c.beginPath(); c.rect(left, top, width, BAR); c.clip();
    c.strokeStyle = this.#colour("--wait-line");
    c.globalAlpha *= 0.35;
    c.lineWidth = 1;
    c.beginPath();
    for (let x = Math.max(left, this.gutter) - BAR; x < Math.min(left + width, this.width); x += 6) { c.moveTo(x, top + BAR); c.lineTo(x + BAR, top); }
    c.stroke();
    c.restore();
  }

  #cross(c, left, top, width) {
    c.beginPath(); c.moveTo(left, top); c.lineTo(left + width, top + BAR); c.moveTo(left + width, top); c.lineTo(left, top + BAR); c.stroke();
  }

  #waitLabel(index) {
    const wait = this.run.waits[index];
    return `line ${wait.line} waits: ${wait.reason}`;
  }

  #label(c, text, left, top, width, state) {
    const begin = Math.max(left, this.gutter);
    const room = Math.min(left + width, this.width - 10) - begin - 8;
    if (room < 26) return;
    c.save();
    c.beginPath(); c.rect(begin, top, room + 6, BAR); c.clip();
    c.fillStyle = this.#colour(`--${state}-ink`);
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
    let nearest = null, distance = 5;
    for (const lane of this.lanes) {
      if (y < lane.top || y >= lane.top + lane.height) continue;
      const row = Math.floor((y - lane.top) / ROW);
      for (let index = 0; index < lane.bars.begin.length; index++) {
        if (lane.bars.row[index] !== row) continue;
        const left = this.#x(lane.bars.begin[index]), right = this.#x(lane.bars.end[index] ?? this.run.end);
        const away = Math.max(left - x, x - Math.max(right, left + 1), 0);
        if (away < distance) {
          distance = away || 1e-9;
          const subject = lane.bars.subject[index];
          nearest = lane.bars.kind[index] === "wait" ? { wait: subject } : { task: subject };
        }
      }
    }
    return nearest;
  }

  #down(event) {
    if (event.button > 0 || !this.run) return;
    const box = this.canvas.getBoundingClientRect();
    this.press = { x: event.clientX, range: [...this.range], moved: 0, axis: event.clientY - box.top < AXIS };
    if (this.press.axis) { this.canvas.setPointerCapture(event.pointerId); this.onTime(this.#at(event.clientX - box.left)); }
  }

  #move(event) {
    if (!this.press) {
      this.canvas.style.cursor = this.run && this.#hit(event) ? "pointer" : "crosshair";
      return;
    }
    if (this.press.axis) { this.onTime(this.#at(event.clientX - this.canvas.getBoundingClientRect().left)); return; }
    const shift = event.clientX - this.press.x;
    this.press.moved = Math.max(this.press.moved, Math.abs(shift));
    if (this.press.moved < 5) return;
    const [from, to] = this.press.range;
    const span = to - from;
    const start = Math.min(Math.max(0, from - (shift / (this.width - this.gutter - 10)) * span), this.run.end - span);
    this.range = [start, start + span];
    this.#later();
  }

  #up(event) {
    const press = this.press;
    this.press = null;
    if (!press || event.type !== "pointerup" || press.axis || press.moved >= 5) return;
    const found = this.#hit(event);
    if (found) this.onSelect(found);
    else this.onTime(this.#at(event.clientX - this.canvas.getBoundingClientRect().left));
  }

  #wheel(event) {
    if (!this.run || (event.deltaX === 0 && event.deltaY === 0)) return;
    event.preventDefault();
    const [from, to] = this.range, span = to - from;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      const shift = ((event.deltaX || event.deltaY) / this.width) * span;
      const start = Math.min(Math.max(0, from + shift), this.run.end - span);
      this.range = [start, start + span];
    } else {
      const at = this.#at(event.clientX - this.canvas.getBoundingClientRect().left);
      const wide = Math.min(this.run.end, Math.max(100, span * Math.exp(event.deltaY * 0.0015)));
      const start = Math.min(Math.max(0, at - ((at - from) / span) * wide), this.run.end - wide);
      this.range = [start, start + wide];
    }
    this.#later();
  }
}
