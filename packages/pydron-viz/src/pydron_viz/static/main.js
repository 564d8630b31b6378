// Puts the page together: one time, one selection and one view, which all parts follow.

import { Address } from "./address.js";
import { Details } from "./details.js";
import { count, duration } from "./format.js";
import { Graph } from "./graph.js";
import { fetched, Run } from "./model.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

const FOLLOW = 1500;

class Page {
  constructor() {
    this.address = new Address();
    this.selection = {};
    this.view = "run";
    this.graph = new Graph((selection) => this.select(selection));
    this.timeline = new Timeline((selection) => this.select(selection), (time) => { this.transport.pause(); this.transport.move(time); });
    this.details = new Details((selection) => this.select(selection));
    this.transport = new Transport((time) => this.draw(time));
    this.picker = document.getElementById("view");
    this.picker.addEventListener("change", () => this.show(this.picker.value));
    this.address.onChange((values) => this.apply(values));
    document.getElementById("export").addEventListener("toggle", () => this.links());
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("click", (event) => { const menu = document.getElementById("export"); if (!menu.contains(event.target)) menu.open = false; });
  }

  async start() {
    await this.load();
    await this.apply(this.address.values, true);
    document.body.dataset.ready = "yes";
    if (this.run.run.state === "running") setTimeout(() => this.follow(), FOLLOW);
  }

  async load() {
    this.run = new Run(await fetched("/api/run"));
    this.transport.load(this.run);
    this.timeline.load(this.run);
    this.details.load(this.run);
    this.header();
    this.legend();
    const chosen = this.picker.value;
    this.picker.replaceChildren(...this.run.views.map(({ key, label }) => new Option(label, key)));
    if (chosen) this.picker.value = chosen;
  }

  /** Take time, view and selection from the address. */
  async apply(values, first = false) {
    const wanted = this.run.views.some(({ key }) => key === values.view) ? values.view : "run";
    if (first || wanted !== this.view) await this.show(wanted, false);
    const seconds = Number(values.t);
    const time = values.t !== undefined && Number.isFinite(seconds) ? seconds * 1e9 : this.run.end;
    this.transport.pause();
    this.transport.move(time);
    const number = (text) => (/^\d+$/.test(text ?? "") ? Number(text) : undefined);
    const task = number(values.task), wait = number(values.wait);
    if (task !== undefined && this.run.index.has(task)) await this.select({ task });
    else if (wait !== undefined && wait < this.run.waits.length) await this.select({ wait });
    else await this.select(values.node ? { node: values.node } : {});
  }

  /** Show another view of the run. */
  async show(view, keep = true) {
    this.view = view;
    this.picker.value = view;
    try {
      const diagram = await fetched(`/api/diagram?view=${encodeURIComponent(view)}`);
      if (this.view !== view) return;
      this.graph.load(this.run, diagram);
    } catch (problem) {
      this.graph.say(problem.message);
    }
    this.address.set({ view: view === "run" ? null : view });
    if (keep) { this.graph.draw(this.transport.time); this.graph.select(this.selection); }
  }

  async select(selection) {
    this.selection = selection;
    const node = selection.node ? this.graph.nodes.find((one) => one.element.id === selection.node) : undefined;
    this.graph.select(selection);
    this.timeline.select(node ? { tasks: node.tasks } : selection);
    this.address.set({ task: selection.task ?? null, wait: selection.wait ?? null, node: selection.node ?? null });
    await this.details.show(selection, node);
    this.details.draw(this.transport.time);
  }

  draw(time) {
    this.graph.draw(time);
    this.timeline.draw(time);
    this.details.draw(time);
    const counts = this.run.counts(time);
    for (const element of this.counters) element.textContent = count(counts[this.run.states.indexOf(element.dataset.state)]);
    this.address.set({ t: time >= this.run.end ? null : Number((time / 1e9).toFixed(9)) });
  }

  header() {
    const { run, tasks } = this.run;
    document.title = `${run.title} · Pydron`;
    document.getElementById("title").textContent = run.title;
    const badge = document.getElementById("run-state");
    badge.textContent = run.state;
    badge.className = `badge ${run.state === "running" ? "live" : run.state === "finished" ? "" : "bad"}`;
    const workers = `${count(run.workers)} worker${run.workers === 1 ? "" : "s"}`;
    const started = run.started.replace("T", " ").replace(/\.\d+.*$/, "");
    document.getElementById("facts").textContent = [duration(run.duration), `${count(tasks.id.length)} calls`, workers, started && `started ${started}`].filter(Boolean).join(" · ");
  }

  legend() {
    const list = document.getElementById("legend");
    const items = this.run.states.filter((state) => state !== "future").map((state) => {
      const item = document.createElement("li"), swatch = document.createElement("span"), number = document.createElement("b");
      swatch.className = `swatch state-${state}`;
      number.dataset.state = state;
      number.textContent = "0";
      item.append(swatch, `${state} `, number);
      return item;
    });
    list.replaceChildren(...items);
    this.counters = [...list.querySelectorAll("b")];
  }

  links() {
    for (const link of document.querySelectorAll("#export a")) {
      const query = new URLSearchParams({ view: this.view, time: String(Math.round(this.transport.time)) });
      link.href = `/export/${link.dataset.format}?${query}`;
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
    if (event.key === "Escape") { document.getElementById("export").open = false; this.select({}); }
    else if (event.key === "+" || event.key === "=") this.graph.zoom(1.3);
    else if (event.key === "-") this.graph.zoom(1 / 1.3);
    else if (event.key === "0") this.graph.fit();
    else return;
    event.preventDefault();
  }

  /** Keep up with a program that is still running. */
  async follow() {
    try {
      const { revision } = await fetched("/api/revision");
      if (revision !== this.run.revision) {
        const atEnd = this.transport.time >= this.run.end && !this.transport.playing;
        await this.load();
        await this.show(this.view, false);
        this.transport.move(atEnd ? this.run.end : this.transport.time);
        await this.select(this.selection);
      }
      if (this.run.run.state === "running") setTimeout(() => this.follow(), FOLLOW);
    } catch (problem) {
      report(problem);
    }
  }
}

function report(problem) {
  const line = document.getElementById("problem");
  line.textContent = problem.message;
  line.hidden = false;
}

const page = new Page();
window.pydron = page;
page.start().catch(report);
