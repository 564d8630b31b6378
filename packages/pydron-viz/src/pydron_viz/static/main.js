// Puts the page together: one time, one selection and one view, which all parts follow.

import { Address } from "./address.js";
import { Compare } from "./compare.js";
import { Details } from "./details.js";
import { Errors } from "./errors.js";
import { count, duration } from "./format.js";
import { Graph } from "./graph.js";
import { fetched, fetchedColumns, isReport, Run } from "./model.js";
import { figuresOf, Progress } from "./progress.js";
import { Source } from "./source.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";
import { WhatIf } from "./whatif.js";

// Milliseconds between two looks at a program that is running, at least, and the share of the computer's processors that
// looking takes at most: what follows a program must not slow it down.
const RARELY = 1500, SHARE = 1 / 40;
const TABS = ["graph", "source", "progress", "whatif", "errors", "compare"];

const byId = (id) => document.getElementById(id);
const whole = (text) => (/^\d+$/.test(text ?? "") ? Number(text) : undefined);

class Page {
  constructor() {
    this.address = new Address();
    this.selection = {};
    this.marked = new Map();
    this.view = "run";
    this.tab = "graph";
    this.path = [];
    this.opened = [];
    const select = (selection) => this.select(selection);
    this.graph = new Graph(select, (seen) => this.address.set({ g: seen }));
    this.timeline = new Timeline(select, (time) => { this.transport.pause(); this.transport.move(time); },
      (range) => this.address.set({ z: range ? range.map((time) => Number((time / 1e9).toFixed(9))).join("-") : null }));
    this.details = new Details(select, () => this.unfold());
    this.source = new Source(select);
    this.progress = new Progress(select);
    this.figures = figuresOf;
    this.whatif = new WhatIf((asked) => this.address.set(asked));
    this.errors = new Errors(select);
    this.compare = new Compare();
    this.transport = new Transport((time) => this.draw(time), (speed) => this.address.set({ speed }));
    this.picker = byId("view");
    this.picker.addEventListener("change", () => this.show(this.picker.value));
    for (const tab of TABS) byId(`tab-${tab}`).addEventListener("click", () => this.open(tab));
    byId("critical").addEventListener("click", () => this.mark(!this.marking));
    byId("fold").addEventListener("click", () => this.foldAll());
    byId("help").addEventListener("click", () => byId("keys").showModal());
    byId("export").addEventListener("toggle", () => this.links());
    this.address.onChange((values) => this.apply(values));
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("click", (event) => { const menu = byId("export"); if (!menu.contains(event.target)) menu.open = false; });
  }

  async start() {
    // Asked for at once: the server lays out the graph while the page reads the run.
    const view = ["sites", "calls"].includes(this.address.values.view) ? this.address.values.view : "run";
    if ((this.address.values.view ?? "run") === view && !this.address.values.open) this.early = { view, diagram: fetchedColumns(`/api/diagram?view=${encodeURIComponent(view)}`) };
    this.early?.diagram.catch(() => {});  // told where it is shown
    await this.load();
    await this.apply(this.address.values, true);
    document.body.dataset.ready = "yes";
    await this.explain();
    if (this.run.run.state === "running" && !isReport) this.follow();
  }

  async load() {
    this.run = new Run(await fetchedColumns("/api/run"));
    for (const part of [this.transport, this.timeline, this.details, this.source, this.progress, this.whatif, this.errors, this.compare]) part.load(this.run);
    this.header();
    this.legend();
    const chosen = this.picker.value;
    this.picker.replaceChildren(...this.run.views.map(({ key, label }) => new Option(label, key)));
    if (chosen) this.picker.value = chosen;
  }

  /** Show why workers were idle. Not worth an error, and not worth waiting for. */
  async explain() {
    if (!this.run.analysed) return;
    this.timeline.explain(...(await Promise.all(["/api/idle", "/api/travel"].map((address) => fetchedColumns(address).catch(() => null)))));
  }

  /** Take everything from the address. */
  async apply(values, first = false) {
    const wanted = this.run.views.some(({ key }) => key === values.view) ? values.view : "run";
    const open = (values.open ?? "").split("_").filter((range) => /^\d+\.\d+\.\d+$/.test(range));
    if (first || wanted !== this.view || open.join() !== this.opened.join()) {
      this.view = wanted;
      this.opened = open;
      await this.show(wanted, false);
    }
    const seconds = Number(values.t);
    const time = values.t !== undefined && Number.isFinite(seconds) ? seconds * 1e9 : this.run.end;
    this.transport.pause();
    this.transport.choose(values.speed);
    this.transport.move(time);
    const range = /^([\d.]+)-([\d.]+)$/.exec(values.z ?? "");
    this.timeline.show(...(range ? [range[1] * 1e9, range[2] * 1e9] : [0, this.run.end]));
    this.graph.look(values.g);
    this.whatif.choose(values);
    await this.open(TABS.includes(values.tab) && !byId(`tab-${values.tab}`).hidden ? values.tab : "graph");
    document.body.dataset.drawn = "yes";  // graph, timeline and clock are there; figures may take longer
    if (Boolean(this.marking) !== (values.critical === "1")) await this.mark(values.critical === "1");
    await this.select(this.#chosen(values));
  }

  #chosen(values) {
    const task = whole(values.task), wait = whole(values.wait), line = whole(values.line);
    if (task !== undefined && this.run.place(task) >= 0) return { task };
    if (wait !== undefined && wait < this.run.waits.length) return { wait };
    if (line !== undefined) return { line, path: values.file ?? this.run.sources[0]?.path ?? "" };
    return values.node ? { node: values.node } : {};
  }

  /** Open one of the TABS. */
  async open(tab) {
    this.tab = tab;
    document.body.dataset.tab = tab;
    for (const one of TABS) {
      byId(`${one}-pane`).hidden = one !== tab;
      byId(`tab-${one}`).setAttribute("aria-selected", String(one === tab));
    }
    this.address.set({ tab: tab === "graph" ? null : tab });
    if (tab === "source") { await this.source.show(); this.source.select(...this.lines()); }
    if (tab === "progress") this.progress.show();
    if (["whatif", "errors", "compare"].includes(tab)) await this[tab].show();
  }

  /** Take the drawn node of a selection apart. */
  async unfold() {
    const node = this.graph.nodes.find((one) => one.element.id === this.selection.node);
    if (!node || node.places.length < 2) return;
    const first = node.places[0], last = node.places[node.places.length - 1];
    this.opened = [...this.opened, `${this.run.columns.site[first]}.${this.run.id(first)}.${this.run.id(last)}`];
    await this.show(this.view);
    await this.select({});
    this.graph.reveal(first);
  }

  /** Fold everything again that was taken apart. */
  async foldAll() {
    this.opened = [];
    await this.show(this.view);
    await this.select({});
  }

  /** Show another view of the run in the graph. */
  async show(view, keep = true) {
    if (view !== this.view) { this.opened = []; this.address.set({ g: null }); }
    this.view = view;
    this.picker.value = view;
    byId("fold").hidden = !this.opened.length;
    try {
      const early = this.early?.view === view && !this.opened.length ? this.early.diagram : null;
      this.early = null;
      const open = this.opened.map((range) => `&open=${range}`).join("");
      const diagram = await (early ?? fetchedColumns(`/api/diagram?view=${encodeURIComponent(view)}${open}`));
      if (this.view !== view) return;
      this.graph.load(this.run, diagram);
    } catch (problem) {
      this.graph.say(problem.message);
    }
    this.address.set({ view: view === "run" ? null : view, open: this.opened.length ? this.opened.join("_") : null });
    if (keep) { this.graph.draw(this.transport.time); this.graph.select(this.selection, this.marked); this.graph.mark(this.path); }
  }

  /** Select a {task}, a {wait}, a drawn {node}, or a {path, line}; nothing with {}. All parts follow. */
  async select(selection) {
    this.selection = selection;
    const node = selection.node ? this.graph.nodes.find((one) => one.element.id === selection.node) : undefined;
    let group = node;
    if (selection.line !== undefined) {
      const places = this.run.atLine(selection.path, selection.line);
      group = { name: places.length ? this.run.name(places[0]) : "", places };
    }
    this.marked = new Map(group ? Array.from(group.places, (place) => [place, 1]) : []);
    this.#follow(selection);
    const { task, wait, node: key, line } = selection;
    const file = line !== undefined && selection.path !== this.run.sources[0]?.path ? selection.path : null;
    this.address.set({ task, wait, node: key, line, file });
    const found = await this.details.show(selection, group);
    if (this.selection !== selection) return;
    if (found) {
      for (const id of [...found.ancestors, ...found.descendants]) this.marked.set(this.run.place(id), 2);
      for (const { id } of [...found.needs.shown, ...found.fed_by.shown, ...found.users.shown]) this.marked.set(this.run.place(id), 1);
      this.marked.delete(-1);
      this.#follow(selection);
    }
    this.details.draw(this.transport.time);
  }

  #follow(selection) {
    this.graph.select(selection, this.marked);
    this.timeline.select(selection, this.marked);
    this.source.select(...this.lines());
    if (selection.task !== undefined) this.graph.reveal(this.run.place(selection.task));
  }

  /** The line of the selection, and the lines of what it is related with. */
  lines() {
    const { selection, run } = this;
    const related = new Map();
    if (selection.line === undefined) for (const [place, distance] of this.marked) {
      const { path, line } = run.site(place), key = `${path}\n${line}`;
      if ((related.get(key)?.distance ?? 3) > distance) related.set(key, { path, line, distance });
    }
    let chosen = null;
    if (selection.task !== undefined) chosen = run.site(run.place(selection.task));
    else if (selection.wait !== undefined) { const { file, line } = run.wait(selection.wait); chosen = { path: file, line }; }
    else if (selection.line !== undefined) chosen = selection;
    return [chosen, [...related.values()]];
  }

  /** Mark the critical path, or stop marking it. */
  async mark(on) {
    this.marking = on;
    try {
      const ids = on ? (this.critical ??= (await fetched("/api/figures")).path) : [];
      this.path = ids.map((id) => this.run.place(id)).filter((place) => place >= 0);
    } catch (problem) {
      this.marking = false;
      report(problem);
    }
    byId("critical").setAttribute("aria-pressed", String(this.marking));
    this.address.set({ critical: this.marking ? 1 : null });
    for (const part of [this.graph, this.timeline, this.source]) part.mark(this.path);
  }

  draw(time) {
    this.graph.draw(time);
    this.timeline.draw(time);
    this.details.draw(time);
    this.progress.draw(time);
    const counts = this.run.counts(time);
    for (const element of this.counters) element.textContent = count(counts[this.run.states.indexOf(element.dataset.state)]);
    this.address.set({ t: time >= this.run.end ? null : Number((time / 1e9).toFixed(9)) });
  }

  header() {
    const { run } = this.run;
    document.title = `${run.title} · Pydron`;
    byId("title").textContent = run.title;
    const badge = byId("run-state");
    badge.textContent = run.state;
    badge.className = `badge ${run.state === "running" ? "live" : run.state === "finished" ? "" : "bad"}`;
    const workers = `${count(run.workers)} worker${run.workers === 1 ? "" : "s"}`;
    const started = run.started.replace("T", " ").replace(/\.\d+.*$/, "");
    byId("facts").textContent = [duration(run.duration), `${count(this.run.count)} calls`, workers, started && `started ${started}`].filter(Boolean).join(" · ");
  }

  legend() {
    const list = byId("legend");
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
      link.href = isReport ? "#" : `/export/${link.dataset.format}?${query}`;
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || ["SELECT", "INPUT"].includes(event.target.tagName) && event.target.type !== "range") return;
    if (byId("keys").open) return;
    const actions = {
      Escape: () => { byId("export").open = false; this.select({}); },
      "?": () => byId("keys").showModal(),
      "+": () => this.graph.zoom(1.3), "=": () => this.graph.zoom(1.3), "-": () => this.graph.zoom(1 / 1.3), 0: () => this.graph.fit(),
      1: () => this.open("graph"), 2: () => this.open("source"), 3: () => this.open("progress"), 4: () => this.open("whatif"), 5: () => this.open("errors"), 6: () => { if (!byId("tab-compare").hidden) this.open("compare"); },
      c: () => this.mark(!this.marking), u: () => this.unfold(), f: () => this.foldAll(),
      w: () => this.timeline.zoom(1.5), s: () => this.timeline.zoom(1 / 1.5), a: () => this.timeline.pan(-0.2), d: () => this.timeline.pan(0.2),
      z: () => this.timeline.show(0, this.run.end),
      "<": () => this.transport.change(-1), ">": () => this.transport.change(1),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || !this.run) return;
    action();
    event.preventDefault();
  }

  /** Keep up with a program that is still running: the server tells when there is anything new. */
  follow() {
    const events = new EventSource("/api/events");
    this.following = events;
    events.onmessage = async ({ data }) => {
      this.news = JSON.parse(data);
      if (this.news.state !== "running") this.wake?.();
      if (this.busy) return;
      this.busy = true;
      try {
        while (this.news.revision !== this.run.revision) {
          const begin = performance.now();
          await this.refresh();
          const rest = Math.max(RARELY, (performance.now() - begin) / (SHARE * (navigator.hardwareConcurrency || 1)));
          if (this.news.state === "running") await new Promise((done) => { this.wake = done; setTimeout(done, rest); });
        }
        if (this.run.run.state !== "running") events.close();
      } catch (problem) {
        events.close();
        report(problem);
      }
      this.busy = false;
    };
  }

  /** Read the run again, and go on showing what is shown. */
  async refresh() {
    const atEnd = this.transport.time >= this.run.end && !this.transport.playing;
    await this.load();
    this.critical = null;
    await this.explain();
    await this.show(this.view, false);
    this.transport.move(atEnd ? this.run.end : this.transport.time);
    if (this.tab !== "graph") await this.open(this.tab);
    if (this.marking) await this.mark(true);
    await this.select(this.selection);
  }
}

function report(problem) {
  const line = byId("problem");
  line.textContent = problem.message;
  line.hidden = false;
}

const page = new Page();
window.pydron = page;
page.start().catch(report);
