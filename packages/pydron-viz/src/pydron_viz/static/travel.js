// What the journeys of calls to their workers and back cost, on the timeline: small bars of their own.

import { duration } from "./format.js";

const HIGH = 6;

export class Travel {
  /** Columns of lane, begin, end, kind and task, sorted by time; null for none. */
  constructor(found) {
    this.found = found;
    this.lanes = new Map();
    found?.columns.lane.forEach((lane, index) => {
      if (!this.lanes.has(lane)) this.lanes.set(lane, []);
      this.lanes.get(lane).push(index);
    });
  }

  /** Draw the stretches of a lane, what is later than time faintly; x makes places of times, colour colours of names. */
  draw(c, number, top, bar, [from, to], time, x, colour) {
    if (!this.found) return;
    const { columns, kinds } = this.found;
    let reached = -1;
    for (const index of this.lanes.get(number) ?? []) {
      if (columns.end[index] < from) continue;
      if (columns.begin[index] > to) break;
      const left = x(Math.max(from, columns.begin[index])), right = x(Math.min(to, columns.end[index]));
      // Where several share a pixel one is enough.
      if (right < reached + 0.5) continue;
      reached = right;
      const { key } = kinds[columns.kind[index]], width = Math.max(1.5, right - left);
      const inside = key === "load" || key === "dump";
      // Within a call along its upper edge: its name stays readable.
      const y = inside ? top + 1 : top + (bar - HIGH) / 2, high = inside ? 3 : HIGH;
      c.globalAlpha = columns.begin[index] > time ? 0.35 : 1;
      drawJourney(c, key, left, y, width, high, colour);
    }
    c.globalAlpha = 1;
  }

  /** What happened to which call in a lane at a time, as a sentence; "" for nothing. */
  meaning(number, time, label) {
    if (!this.found) return "";
    const { columns, kinds } = this.found;
    const index = this.lanes.get(number)?.find((one) => columns.begin[one] <= time && time < columns.end[one]);
    if (index === undefined) return "";
    const { label: word, meaning } = kinds[columns.kind[index]];
    return `${label(columns.task[index])}, ${word} for ${duration(columns.end[index] - columns.begin[index])}. ${meaning}`;
  }
}

/** A stretch of a journey. Sent things have an arrow's head, serialised ones a grid: colour is not all that tells them apart. */
export function drawJourney(c, key, left, top, width, high, colour) {
  const sent = key === "send" || key === "back";
  c.fillStyle = colour(`--travel-${sent ? "way" : "data"}`);
  c.fillRect(left, top, width, high);
  if (width <= 5) return;
  c.fillStyle = c.strokeStyle = colour("--pane");
  c.lineWidth = 1;
  c.beginPath();
  if (sent) {
    const tip = key === "send" ? left + width - 1 : left + 1, back = key === "send" ? tip - 4 : tip + 4;
    c.moveTo(tip, top + high / 2); c.lineTo(back, top + 1); c.lineTo(back, top + high - 1);
    c.fill();
    return;
  }
  for (let at = left + 3; at < left + width - 1; at += 4) { c.moveTo(at + 0.5, top); c.lineTo(at + 0.5, top + high); }
  c.stroke();
}
