// The run, and the rule that says what a call was doing at a moment: the same as Life.at in pydron_viz/replay.py.

/** Fetch JSON. Throws an Error with the server's sentence. */
export async function fetched(address) {
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new Error("The viewer has stopped. Start 'pydron view' again and open the address that it prints.");
  }
  const document = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(document.error || `The viewer answered with status ${response.status}.`);
  return document;
}

export class Run {
  constructor(document) {
    Object.assign(this, document);
    this.index = new Map(this.tasks.id.map((id, index) => [id, index]));
    this.future = this.states.indexOf("future");
    this.waiting = this.states.indexOf("waiting");
    this.ready = this.states.indexOf("ready");
    this.running = this.states.indexOf("running");
    this.events = this.#events();
  }

  /** Number of the state (in this.states) of the task at a place of the columns. */
  state(index, time) {
    const { issued, ready, began, ended, final } = this.tasks;
    if (time < issued[index]) return this.future;
    if (ended[index] !== null && time >= ended[index]) return final[index];
    if (began[index] !== null && time >= began[index]) return this.running;
    if (ready[index] !== null && time >= ready[index]) return this.ready;
    return this.waiting;
  }

  /** How many of some tasks (all, if none are given) are in each state. */
  counts(time, ids) {
    const counts = new Array(this.states.length).fill(0);
    if (ids) {
      // A diagram may be newer than the run, and know calls that the run does not have yet.
      for (const id of ids) if (this.index.has(id)) counts[this.state(this.index.get(id), time)]++;
    } else for (let index = 0; index < this.tasks.id.length; index++) counts[this.state(index, time)]++;
    return counts;
  }

  name(id) {
    return this.tasks.names[this.tasks.name[this.index.get(id)]];
  }

  /** The first moment after a time, or (backwards) the last before it, at which anything changes. */
  event(time, backwards) {
    let low = 0, high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (backwards ? this.events[middle] < time : this.events[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return backwards ? (low > 0 ? this.events[low - 1] : 0) : (low < this.events.length ? this.events[low] : this.end);
  }

  /** The tasks that a task needs, and those that need it. */
  related(id) {
    const needs = this.tasks.needs;
    const users = [];
    needs.forEach((list, index) => { if (list.includes(id)) users.push(this.tasks.id[index]); });
    const index = this.index.get(id);
    return { needs: index === undefined ? [] : needs[index], users };
  }

  #events() {
    const times = new Set(this.moments);
    for (const column of ["issued", "ready", "began", "ended"])
      for (const time of this.tasks[column]) if (time !== null) times.add(time);
    return Float64Array.from(times).sort();
  }
}

/** The state that colours a folded node: what asks for attention first, else what is furthest behind. */
export function leading(states, counts) {
  for (const state of ["failed", "running", "ready", "waiting", "future", "done", "cancelled"])
    if (counts[states.indexOf(state)]) return state;
  return "future";
}
