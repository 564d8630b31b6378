// The bars of the timeline: calls, waits and lost attempts, in the colours of the moment.

import { LOST, WAIT } from "./lanes.js";
import { cross, hatch } from "./patterns.js";

export const ROW = 20, BAR = 15;

const THIN = 4;

/**
 * Draw those of some bars (the row of a lane with that number, or a part of it) that are in sight. Where several share a
 * pixel one is enough, and thin ones of one colour that touch are drawn at once: a million stay fluid that way. A scene
 * is what #paint of the timeline makes of the moment.
 */
export function drawRow(scene, lane, number, row = lane.rows[number]) {
  const { range: [from, to], x } = scene, top = lane.top + number * ROW + (ROW - BAR) / 2;
  const perPixel = (to - from) / Math.max(1, scene.width - scene.gutter - 10);
  const stretch = new Stretch(scene.c, top);
  let index = row.after(from);
  while (index < row.length && row.begin[index] <= to) {
    const left = x(row.begin[index]), right = Math.max(x(row.end[index]), left + 1);
    if (right - left < THIN && !isCritical(scene, row, index)) {
      const colour = nearness(scene, row, index) ? scene.colour("--select") : scene.palette(stateOf(scene, row, index)).line;
      stretch.add(left, right, colour, opacity(scene, row, index));
    } else {
      stretch.draw();
      drawBar(scene, row, index, left, right, top);
    }
    const drawn = Math.max(row.end[index], row.begin[index] + perPixel) - perPixel / 2;
    index = index + 1 < row.length && row.end[index + 1] > drawn ? index + 1 : Math.max(index + 1, row.after(drawn));
  }
  stretch.draw();
}

/** Thin bars that touch and look the same. */
class Stretch {
  constructor(c, top) {
    this.c = c;
    this.top = top;
    this.colour = "";
  }

  add(left, right, colour, alpha) {
    if (colour === this.colour && alpha === this.alpha && left <= this.right + 0.5) { this.right = Math.max(right, this.right); return; }
    this.draw();
    Object.assign(this, { left, right, colour, alpha });
  }

  draw() {
    if (!this.colour) return;
    this.c.globalAlpha = this.alpha;
    this.c.fillStyle = this.colour;
    this.c.fillRect(this.left, this.top, this.right - this.left, BAR);
    this.c.globalAlpha = 1;
    this.colour = "";
  }
}

function stateOf({ run, time }, row, index) {
  const kind = row.kind[index];
  if (kind === WAIT) return "wait";
  if (row.begin[index] > time) return "future";
  return kind === LOST && time >= row.end[index] ? "failed" : run.states[run.state(row.subject[index], time)];
}

function opacity({ time }, row, index) {
  return row.begin[index] <= time ? 1 : row.kind[index] === WAIT ? 0.35 : 0.6;
}

// 3 for what is selected itself, 1 for what it needs or is needed by, 2 for what is further away, 0 for all else.
function nearness({ run, selection, marked }, row, index) {
  const subject = row.subject[index];
  if (row.kind[index] === WAIT) return selection.wait === subject ? 3 : 0;
  return selection.task !== undefined && run.id(subject) === selection.task ? 3 : marked.get(subject) ?? 0;
}

const isCritical = ({ critical }, row, index) => critical.size > 0 && row.kind[index] !== WAIT && critical.has(row.subject[index]);

/** Draw one bar, with its outline, its name, and the marks of the selection and the critical path. */
function drawBar(scene, row, index, left, right, top) {
  const { c, run } = scene, kind = row.kind[index], subject = row.subject[index], wait = kind === WAIT;
  const near = nearness(scene, row, index), state = stateOf(scene, row, index), { fill, line, ink } = scene.palette(state);
  const width = Math.max(1, right - left - (right - left > 3 ? 1 : 0));
  c.globalAlpha = opacity(scene, row, index);
  c.strokeStyle = near ? scene.colour("--select") : line;
  c.lineWidth = near === 3 ? 3 : near === 1 || state === "running" || state === "failed" ? 2 : 1;
  c.fillStyle = width > 3 ? fill : c.strokeStyle;
  c.fillRect(left, top, width, BAR);
  if (wait) hatch(c, left, top, width, BAR, line, scene.gutter, scene.width);
  if (width > 3) c.strokeRect(left + 0.5, top + 0.5, width - 1, BAR - 1);
  if (kind === LOST && width > 6) cross(c, left, top, width, BAR);
  c.globalAlpha = 1;
  if (width > 34) drawName(scene, wait ? waitName(run.wait(subject)) : run.label(subject), left, top, width, wait ? fill : null, ink);
  if (isCritical(scene, row, index)) {
    c.fillStyle = scene.colour("--critical");
    c.fillRect(left, top + BAR - 3, Math.max(2, width), 4);
  }
}

const waitName = ({ line, reason }) => `line ${line} waits: ${reason}`;

/** The name of a bar, as much of it as fits; over hatching it needs a clear ground. */
function drawName({ c, gutter, width: whole }, text, left, top, width, ground, ink) {
  const begin = Math.max(left, gutter);
  const room = Math.min(left + width, whole - 10) - begin - 8;
  if (room < 26) return;
  c.save();
  c.beginPath(); c.rect(begin, top, room + 6, BAR); c.clip();
  if (text.length > 200) text = text.slice(0, 200);
  let full = c.measureText(text).width;
  if (full > room && / #\d+$/.test(text)) {
    text = text.replace(/ #\d+$/, "");
    full = c.measureText(text).width;
  }
  if (ground && full < room) {
    c.fillStyle = ground;
    c.fillRect(begin + 2, top + 1, full + 6, BAR - 2);
  }
  c.fillStyle = ink;
  const fitting = Math.floor((room / full) * text.length) - 1;
  c.fillText(full <= room ? text : `${text.slice(0, Math.max(1, fitting))}…`, begin + 5, top + BAR / 2 + 0.5);
  c.restore();
}
