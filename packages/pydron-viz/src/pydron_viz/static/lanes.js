// What the timeline draws: lanes of rows of bars. Bars of one row do not overlap and are sorted, so that those in sight
// are found without looking at the others. The rule which calls have bars is that of pydron_viz/timeline.py.

export const TASK = 0, WAIT = 1, LOST = 2;

const MOST_PARTS = 3;

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

  /** A row of those bars of which a test of their kind and subject is true. */
  only(test) {
    const found = new Row();
    for (let index = 0; index < this.length; index++)
      if (test(this.kind[index], this.subject[index])) found.add(this.begin[index], this.end[index], this.kind[index], this.subject[index]);
    return found;
  }

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
  const lanes = run.lanes.map((lane) => ({ ...lane, rows: [], bars: [] }));
  const putOff = lanes.find((lane) => lane.worker === null) ?? lanes[0];
  const byName = new Map(lanes.map((lane) => [lane.worker, lane]));
  const byWorker = run.workers.map((name) => byName.get(name) ?? lanes[0]);
  // Bars are numbered: those of the tasks by place, then the waits, then the attempts that led to nothing.
  const waits = run.count + run.waits.length, count = waits + run.attempts.length;
  const begin = new Float64Array(count), end = new Float64Array(count);
  const { worker } = run.columns;
  for (let place = 0; place < run.count; place++) if (span(run, place, begin, end)) byWorker[worker[place]].bars.push(place);
  for (let index = 0; index < run.waits.length; index++) {
    begin[run.count + index] = run.columns.wait_begin[index];
    end[run.count + index] = run.columns.wait_end[index];
    (run.columns.wait_own[index] ? lanes[0] : putOff).bars.push(run.count + index);
  }
  run.attempts.forEach((attempt, index) => {
    begin[waits + index] = attempt.begin;
    end[waits + index] = attempt.end ?? run.end;
    (byName.get(attempt.worker) ?? lanes[0]).bars.push(waits + index);
  });
  for (const lane of lanes) {
    lane.bars.sort((a, b) => begin[a] - begin[b] || end[b] - end[a]);
    for (const bar of lane.bars) {
      // Bars that overlap (a program that waits inside a call that it runs itself) are put below one another.
      let row = lane.rows.find((one) => one.until <= begin[bar]);
      if (!row) {
        // Of parts that were put off any number may wait at once: some of them tell enough.
        if (lane === putOff && lane !== lanes[0] && lane.rows.length >= MOST_PARTS) { lane.more = true; continue; }
        lane.rows.push((row = new Row()));
      }
      const kind = bar < run.count ? TASK : bar < waits ? WAIT : LOST;
      row.add(begin[bar], end[bar], kind, kind === TASK ? bar : kind === WAIT ? bar - run.count : run.place(run.attempts[bar - waits].task));
    }
    if (!lane.rows.length) lane.rows.push(new Row());
    delete lane.bars;
  }
  return lanes;
}

/** Enter when a call ran on its lane; false where it has no bar. */
function span(run, place, begins, ends) {
  const { started, finished, retired, worker, outcome } = run.columns;
  const begin = run.began[place];
  const word = run.outcomes[outcome[place]];
  if (begin < 0 || (started[place] < 0 && !run.workers[worker[place]]) || word === "lost" || word === "untransportable") return false;
  begins[place] = begin;
  ends[place] = finished[place] >= 0 ? finished[place] : retired[place] >= 0 ? Math.max(begin, retired[place]) : run.end;
  return true;
}
