// The run, and the rule that says what a call was doing at a moment: the same as Life.at in pydron_viz/replay.py.
//
// Tasks are columns of numbers, because a run may have a million of them. A task is meant by its place in the columns;
// people see its id. A time of -1 stands for "has not happened".

// In a report the answers lie in the page; there is no server.
const recorded = JSON.parse(document.getElementById("recorded")?.textContent ?? "null");

/** Whether this is a report. */
export const isReport = recorded !== null;

function looked(address, kind) {
  const found = recorded[kind][decodeURIComponent(address)] ?? recorded[kind][address];
  if (found === undefined) throw new Error("The report does not hold this. Open the trace with 'pydron view'.");
  return found;
}

async function answered(address) {
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new Error("The viewer has stopped. Start 'pydron view' again and open the address that it prints.");
  }
  if (response.ok) return response;
  const document = await response.json().catch(() => ({}));
  throw new Error(document.error || `The viewer answered with status ${response.status}.`);
}

/** Fetch JSON. Throws an Error with the server's sentence. */
export async function fetched(address) {
  return isReport ? looked(address, "documents") : (await answered(address)).json();
}

const TYPES = { Float64Array, Int32Array, Uint8Array };

// Integers of 64 bits as numbers, which are exact up to a hundred days in nanoseconds.
function numbers(data, place, count) {
  const low = new Uint32Array(data, place, 2 * count), high = new Int32Array(data, place, 2 * count);
  const found = new Float64Array(count);
  for (let index = 0; index < count; index++) found[index] = high[2 * index + 1] * 4294967296 + low[2 * index];
  return found;
}

/** Fetch a document with columns, as pydron_viz/packing.py packs it. */
export async function fetchedColumns(address) {
  const data = isReport ? Uint8Array.from(atob(looked(address, "columns")), (char) => char.charCodeAt(0)).buffer
    : await (await answered(address)).arrayBuffer();
  const length = new DataView(data).getUint32(0, true);
  const document = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  const columns = {};
  for (const [name, [type, place, count]] of Object.entries(document.columns))
    columns[name] = type === "BigInt64Array" ? numbers(data, 4 + length + place, count) : new TYPES[type](data, 4 + length + place, count);
  return { ...document, columns };
}

export class Run {
  constructor({ columns, ...document }) {
    Object.assign(this, document);
    for (const word of ["waiting", "ready", "running", "done", "failed", "cancelled", "future"]) this[word] = this.states.indexOf(word);
    this.columns = columns;
    this.count = columns.id.length;
    this.dense = this.count > 0 && columns.id[0] === 1 && columns.id[this.count - 1] === this.count;
    if (!this.dense) this.index = new Map(Array.from(columns.id, (id, place) => [id, place]));
    this.#lives();
    this.waits = { length: columns.wait_begin.length };
  }

  /** The place of a task, or -1. */
  place(id) {
    if (this.dense) return Number.isInteger(id) && id >= 1 && id <= this.count ? id - 1 : -1;
    return this.index.get(id) ?? -1;
  }

  id(place) { return this.columns.id[place]; }
  site(place) { return this.sites[this.columns.site[place]]; }
  name(place) { return this.site(place).name; }
  label(place) { return `${this.name(place)} #${this.id(place)}`; }

  /** A wait of the program, by its place. */
  wait(index) {
    const { wait_begin, wait_end, wait_reason, wait_line, wait_task, wait_file, wait_own } = this.columns;
    return { begin: wait_begin[index], end: wait_end[index], reason: this.reasons[wait_reason[index]], line: wait_line[index],
      task: wait_task[index], file: this.files[wait_file[index]], own: wait_own[index] };
  }

  /** Number of the state (in this.states) of a task. */
  state(place, time) {
    if (time < this.issued[place]) return this.future;
    const ended = this.ended[place];
    if (ended >= 0 && time >= ended) return this.final[place];
    const began = this.began[place];
    if (began >= 0 && time >= began) return this.running;
    const ready = this.readied[place];
    if (ready >= 0 && time >= ready) return this.ready;
    return this.waiting;
  }

  /** How many of some tasks (all, if no places are given) are in each state. */
  counts(time, places) {
    const counts = new Array(this.states.length).fill(0);
    if (places) for (const place of places) counts[this.state(place, time)]++;
    else for (let place = 0; place < this.count; place++) counts[this.state(place, time)]++;
    return counts;
  }

  /** The first moment after a time, or (backwards) the last before it, at which anything changes. */
  event(time, backwards) {
    const events = (this.events ??= this.#events());
    let low = 0, high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (backwards ? events[middle] < time : events[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return backwards ? (low > 0 ? events[low - 1] : 0) : (low < events.length ? events[low] : this.end);
  }

  /** Places of the tasks at a line of a file. */
  atLine(path, line) {
    const wanted = new Set();
    this.sites.forEach((site, number) => { if (site.path === path && site.line === line) wanted.add(number); });
    const found = [];
    const { site } = this.columns;
    for (let place = 0; place < this.count; place++) if (wanted.has(site[place])) found.push(place);
    return found;
  }

  // The same rule as `life` in pydron_viz/replay.py.
  #lives() {
    const { issued, ready, sent, started, finished, retired, outcome, retirement } = this.columns;
    const [ok, failed, cancelled] = ["ok", "failed", "cancelled"].map((word) => this.outcomes.indexOf(word));
    const count = this.count;
    const begins = this.#presumed();
    this.issued = new Float64Array(count);
    this.readied = new Float64Array(count);
    this.began = new Float64Array(count);
    this.ended = new Float64Array(count);
    this.final = new Uint8Array(count);
    for (let place = 0; place < count; place++) {
      const began = started[place] < 0 ? begins.get(place) ?? -1 : started[place];
      const readied = ready[place] >= 0 ? ready[place] : began < 0 ? sent[place] : began;
      let ended = finished[place], final = outcome[place] === failed ? this.failed : this.done;
      if (ended < 0 && retired[place] >= 0) {
        ended = retired[place];
        final = retirement[place] === cancelled ? this.cancelled : retirement[place] === ok ? this.done : this.failed;
      }
      let first = issued[place];
      if (first < 0) {
        const known = [readied, began, ended].filter((moment) => moment >= 0);
        first = known.length ? Math.min(...known) : 0;
      }
      this.issued[place] = first;
      this.readied[place] = readied;
      this.began[place] = began;
      this.ended[place] = ended;
      this.final[place] = final;
    }
  }

  // When calls presumably began of whose begin nothing is known: presumed_begins of pydron_viz/replay.py.
  #presumed() {
    const { sent, started, finished, retired, worker } = this.columns;
    const last = new Map(), waiting = new Map(), found = new Map();
    for (let place = 0; place < this.count; place++) {
      const of = worker[place];
      if (started[place] >= 0) {
        const ended = finished[place] >= 0 ? finished[place] : retired[place] >= 0 ? retired[place] : Infinity;
        if (!(last.get(of) >= ended)) last.set(of, ended);
      } else if (sent[place] >= 0) waiting.has(of) ? waiting.get(of).push(place) : waiting.set(of, [place]);
    }
    for (const [of, places] of waiting) {
      let reached = this.workers[of] ? last.get(of) ?? 0 : 0;
      for (const place of places.sort((a, b) => sent[a] - sent[b] || a - b)) {
        if (!this.workers[of]) { found.set(place, sent[place]); continue; }
        const until = finished[place] >= 0 ? finished[place] : retired[place] >= 0 ? retired[place] : Infinity;
        const begin = Math.max(sent[place], reached);
        if (until <= begin) continue;
        found.set(place, begin);
        reached = until;
      }
    }
    return found;
  }

  #events() {
    const columns = [this.issued, this.readied, this.began, this.ended, this.columns.moments];
    const all = new Float64Array(columns.reduce((total, column) => total + column.length, 0));
    let length = 0;
    for (const column of columns) for (const time of column) if (time >= 0) all[length++] = time;
    const sorted = all.subarray(0, length).sort();
    let kept = 0;
    for (let index = 0; index < length; index++) if (!index || sorted[index] !== sorted[index - 1]) sorted[kept++] = sorted[index];
    return sorted.slice(0, kept);
  }
}

/** The state that colours a folded node: what asks for attention first, else what is furthest behind. */
export function leading(states, counts) {
  for (const state of ["failed", "running", "ready", "waiting", "future", "done", "cancelled"])
    if (counts[states.indexOf(state)]) return state;
  return "future";
}
