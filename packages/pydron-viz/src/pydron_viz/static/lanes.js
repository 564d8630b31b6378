// What the timeline draws: lanes of rows of bars. Bars of one row do not overlap and are sorted, so that those in sight
// are found without looking at the others. The rule which calls have bars is that of pydron_viz/timeline.py.

export const TASK = 0, WAIT = 1, LOST = 2;

/** A row of bars, as columns. */
class Row {
  constructor() {
    this.begin = [];
    this.end = [];
    this.kind = [];
    this.subject = [];
    this.until = -1;
  }

  add(begin, end, kind, subject) {
    this.begin.push(begin);
    this.end.push(end);
    this.kind.push(kind);
    this.subject.push(subject);
    this.until = end;
  }

  get length() { return this.begin.length; }

  /** The first bar that ends after a time. */
  after(time) {
    let low = 0, high = this.end.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The lanes of a run, with their bars. */
export function lanesOf(run) {
  const lanes = run.lanes.map((lane) => ({ ...lane, rows: [] }));
  const byName = new Map(lanes.map((lane) => [lane.worker, lane]));
  const bars = new Map(lanes.map((lane) => [lane, []]));
  for (let place = 0; place < run.count; place++) {
    const span = spanOf(run, place);
    if (span) bars.get(byName.get(run.workers[run.columns.worker[place]]) ?? lanes[0]).push([span[0], span[1], TASK, place]);
  }
  for (const { task, worker, begin, end } of run.attempts)
    bars.get(byName.get(worker) ?? lanes[0]).push([begin, end ?? run.end, LOST, run.place(task)]);
  for (let index = 0; index < run.waits.length; index++) {
    const { begin, end } = run.wait(index);
    bars.get(lanes[0]).push([begin, end, WAIT, index]);
  }
  for (const lane of lanes) {
    pack(lane, bars.get(lane));
    bars.delete(lane);
  }
  return { lanes };
}

/** When a call ran on its lane; null where it has no bar. */
function spanOf(run, place) {
  const { started, sent, finished, retired, worker, outcome } = run.columns;
  const begin = started[place] < 0 ? sent[place] : started[place];
  const word = run.outcomes[outcome[place]];
  if (begin < 0 || (started[place] < 0 && !run.workers[worker[place]]) || word === "lost" || word === "untransportable") return null;
  let end = finished[place];
  if (end < 0) end = retired[place] >= 0 ? Math.max(begin, retired[place]) : run.end;
  return [begin, end];
}

// Bars that overlap (a program that waits inside a call that it runs itself) are put below one another.
function pack(lane, bars) {
  bars.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  for (const [begin, end, kind, subject] of bars) {
    let row = lane.rows.find((one) => one.until <= begin);
    if (!row) lane.rows.push((row = new Row()));
    row.add(begin, end, kind, subject);
  }
  if (!lane.rows.length) lane.rows.push(new Row());
}
