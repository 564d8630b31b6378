// What the patterns of the timeline mean, and how much of the workers' time each kind of idling took.

import { make } from "./dom.js";
import { drawIdle, hatch } from "./patterns.js";
import { drawJourney } from "./travel.js";

const WIDTH = 26, HEIGHT = 12;

/** Fill a list with the kinds that a timeline shows: waits of the program, idle workers, journeys of calls. */
export function fillKey(list, { lanes, run, idle, travel, colour }) {
  const items = [];
  const add = (name, share, meaning, draw) => items.push(make("li", { title: meaning }, swatch(draw), name, share ? make("b", {}, share) : ""));
  if (run.waits.length) add("program waits", "", "The program stood still at a line.", (c) => {
    c.fillStyle = colour("--wait-fill");
    c.fillRect(0, 0, WIDTH, HEIGHT);
    hatch(c, 0, 0, WIDTH, HEIGHT, colour("--wait-line"), 0, WIDTH);
  });
  const times = idleTimes(idle), whole = lanes.reduce((sum, lane) => sum + (lane.worker ? (lane.end ?? run.end) - (lane.begin ?? run.end) : 0), 0);
  idle?.kinds.forEach((kind, number) => {
    const share = times[number] / Math.max(1, whole);
    if (times[number]) add(kind.label, kind.key === "lost" ? "" : percent(share), `${kind.meaning} The share is that of the workers' time.`,
      (c) => drawIdle(c, { ...kind, label: "" }, 0, 0, WIDTH, HEIGHT, colour));
  });
  const found = new Set(travel?.columns.kind), words = new Set();
  travel?.kinds.forEach((kind, number) => {
    if (!found.has(number) || words.has(kind.label)) return;
    words.add(kind.label);
    add(kind.label, "", kind.meaning, (c) => drawJourney(c, kind.key, 0, (HEIGHT - 6) / 2, WIDTH, 6, colour));
  });
  list.replaceChildren(...items);
  list.hidden = !items.length;
}

function idleTimes(idle) {
  const times = (idle?.kinds ?? []).map(() => 0);
  idle?.columns.kind.forEach((kind, index) => { times[kind] += idle.columns.end[index] - idle.columns.begin[index]; });
  return times;
}

const percent = (share) => (share < 0.01 ? "under 1 %" : `${Math.round(100 * share)} %`);

function swatch(draw) {
  const ratio = devicePixelRatio || 1;
  const canvas = make("canvas", { width: WIDTH * ratio, height: HEIGHT * ratio, "aria-hidden": "true" });
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  draw(c);
  return canvas;
}
