// The panel beside the graph: what is selected, or an overview of the run.

import { bytes, count, duration, exact } from "./format.js";
import { fetched } from "./model.js";

/** An element with a class, attributes and children; text is always text, never markup. */
function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  const { click, ...attributes } = options;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (click) element.addEventListener("click", click);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export class Details {
  /** onSelect is called with a selection when the user follows a link. */
  constructor(onSelect) {
    this.onSelect = onSelect;
    this.panel = document.getElementById("details");
    this.asked = 0;
  }

  load(run) {
    this.run = run;
  }

  /** Show a selection; node is what the graph knows of a folded node. */
  async show(selection, node) {
    const asked = ++this.asked;
    let content;
    try {
      if (selection.task !== undefined) content = this.#task(await fetched(`/api/task/${selection.task}`));
      else if (selection.wait !== undefined) content = this.#wait(await fetched(`/api/wait/${selection.wait}`));
      else if (node) content = this.#group(node, await fetched(`/api/task/${node.tasks[0]}`));
      else content = this.#overview();
    } catch (problem) {
      content = [make("p", { class: "error" }, problem.message)];
    }
    // A slow answer must not replace what was selected since.
    if (asked === this.asked) { this.panel.replaceChildren(...content); this.panel.scrollTop = 0; }
  }

  /** The state words of what is shown, for a moment. */
  draw(time) {
    for (const element of this.panel.querySelectorAll("[data-task]")) {
      const state = this.run.states[this.run.state(this.run.index.get(Number(element.dataset.task)), time)];
      if (element.textContent !== state) {
        element.textContent = state === "future" ? "not reached" : state;
        element.previousElementSibling?.setAttribute("class", `swatch state-${state}`);
      }
    }
  }

  #task(task) {
    const moments = task.moments.map(({ name, meaning, time }) => make("tr", { title: meaning }, make("th", {}, name), make("td", { class: "number" }, exact(time))));
    const times = Object.fromEntries(task.moments.map(({ name, time }) => [name, time]));
    const spans = [
      ["ran", times.started, times.finished],
      ["waited for its arguments", times.issued, times.ready],
      ["waited for a worker", times.ready, times.started],
      ["waited for its turn to count", times.finished, times.retired],
    ].filter(([, begin, end]) => begin !== undefined && end !== undefined && end >= begin);
    const facts = [
      ["worker", task.worker || (task.inline_reason ? `the program itself (${task.inline_reason})` : "")],
      ["attempts", task.attempts > 1 ? count(task.attempts) : ""],
      ["arguments", task.argument_bytes === null ? "" : bytes(task.argument_bytes)],
      ["result", task.result_bytes === null ? "" : bytes(task.result_bytes)],
    ].filter(([, value]) => value);
    return [
      this.#head(`${task.name} #${task.id}`, task.file, task.line),
      make("p", {}, make("span", { class: "swatch" }), make("span", { "data-task": task.id, class: "now" }), task.retirement === "cancelled" ? " (its result was not wanted any more)" : ""),
      ...this.#error(task),
      this.#source(task.source, task.line),
      make("h3", {}, "How long"),
      make("table", {}, ...spans.map(([name, begin, end]) => make("tr", {}, make("th", {}, name), make("td", { class: "number" }, duration(end - begin))))),
      make("h3", {}, "When"),
      make("table", {}, ...moments),
      make("h3", {}, "Where and what"),
      make("table", {}, ...facts.map(([name, value]) => make("tr", {}, make("th", {}, name), make("td", {}, value)))),
      ...(task.arguments ? [make("pre", { class: "arguments", tabindex: "0" }, task.arguments)] : []),
      ...task.lost.map((one) => make("p", { class: "error" }, `Attempt ${one.attempt} on ${one.worker}: ${one.outcome}. ${one.error}`)),
      ...this.#neighbours("Needs the results of", task.needs),
      ...this.#neighbours("Its result is needed by", task.users),
    ];
  }

  #error({ error }) {
    if (!error.type && !error.message) return [];
    const line = make("p", { class: "error" }, [error.type, error.message].filter(Boolean).join(": "));
    return error.traceback ? [line, make("pre", { class: "traceback", tabindex: "0" }, error.traceback)] : [line];
  }

  #wait(wait) {
    return [
      this.#head(`The program waited ${duration(wait.end - wait.begin)}`, wait.file, wait.line),
      make("p", {}, make("b", {}, wait.reason), wait.detail ? `: ${wait.detail}` : ""),
      wait.task ? make("p", {}, "Last for ", this.#link(`${wait.task.name} #${wait.task.id}`, { task: wait.task.id })) : "",
      this.#source(wait.source, wait.line),
      make("table", {},
        make("tr", {}, make("th", {}, "from"), make("td", { class: "number" }, exact(wait.begin))),
        make("tr", {}, make("th", {}, "to"), make("td", { class: "number" }, exact(wait.end)))),
    ].filter(Boolean);
  }

  #group(node, first) {
    const shown = node.tasks.slice(0, 200);
    const rows = shown.map((id) => make("tr", {}, make("td", {}, this.#link(`${this.run.name(id)} #${id}`, { task: id })),
      make("td", {}, make("span", { class: "swatch" }), " ", make("span", { "data-task": id }))));
    return [
      this.#head(`${node.name} ×${count(node.tasks.length)}`, first.file, first.line),
      this.#source(first.source, first.line),
      make("h3", {}, node.tasks.length > shown.length ? `The first ${shown.length} of its calls` : "Its calls"),
      // The swatch has to stand right before its word.
      make("table", {}, ...rows),
    ];
  }

  #overview() {
    const { summary, run } = this.run;
    const parts = [make("h2", {}, "Overview"), make("p", { class: "place" }, run.command || "unknown program")];
    if (run.error) parts.push(make("p", { class: "error" }, run.error));
    parts.push(make("p", {}, `${count(summary.tasks)} functional calls, at most ${count(summary.overlapping)} at once. ${duration(summary.work)} of work in ${duration(summary.duration)}.`));
    if (summary.errors.length) {
      parts.push(make("h3", {}, "Errors"));
      for (const one of summary.errors.slice(0, 20))
        parts.push(make("p", {}, this.#link(`${one.name} #${one.task}`, { task: one.task }), make("span", { class: "error" }, one.error)));
    }
    parts.push(...this.#table("Where the program waited", ["line", "times", "total"], summary.waits, (one) => [
      this.#link(`${one.line}: ${one.reason}`, this.#firstWait(one)), count(one.count), duration(one.total)]));
    parts.push(...this.#table("Functions", ["name", "calls", "mean", "total"], summary.functions, (one) => [
      one.name, count(one.count), duration(one.mean), duration(one.total)]));
    parts.push(...this.#table("Workers", ["name", "calls", "busy"], summary.workers, (one) => [
      one.name, count(one.tasks), `${Math.round(one.utilisation * 100)} %`]));
    parts.push(make("h3", {}, "Keys"), make("p", { class: "place" }, "Space plays and pauses. Left and right go to the previous and next event, with Shift by a hundredth of the run. Home and End go to its ends. Plus, minus and 0 zoom the graph. Escape returns here."));
    return parts;
  }

  #firstWait(figures) {
    let longest = -1;
    this.run.waits.forEach((wait, index) => {
      if (wait.line !== figures.line || wait.reason !== figures.reason) return;
      const best = this.run.waits[longest];
      if (longest < 0 || wait.end - wait.begin > best.end - best.begin) longest = index;
    });
    return { wait: longest };
  }

  #table(title, heads, rows, cells) {
    if (!rows.length) return [];
    const kind = (index) => (index ? { class: "number" } : {});
    return [
      make("h3", {}, title),
      make("table", {},
        make("thead", {}, make("tr", {}, ...heads.map((head, index) => make("th", kind(index), head)))),
        make("tbody", {}, ...rows.slice(0, 50).map((row) => make("tr", {}, ...cells(row).map((cell, index) => make("td", kind(index), cell)))))),
    ];
  }

  #head(title, file, line) {
    return make("div", {},
      make("button", { class: "close", title: "Back to the overview (Escape)", "aria-label": "Back to the overview", click: () => this.onSelect({}) }, "×"),
      make("h2", {}, title), file ? make("p", { class: "place" }, `${file}, line ${line}`) : "");
  }

  #source(source, line) {
    if (!source.lines.length) return make("p", { class: "place" }, "The trace does not hold the source of this line.");
    return make("pre", { class: "source", tabindex: "0" }, ...source.lines.map((text, index) =>
      make("span", source.first + index === line ? { class: "here" } : {}, make("i", {}, String(source.first + index)), text)));
  }

  #neighbours(title, { count: all, shown }) {
    if (!all) return [];
    const more = all > shown.length ? ` and ${count(all - shown.length)} more` : "";
    return [make("h3", {}, title), make("p", {}, ...shown.map(({ id, name }) => this.#link(`${name} #${id}`, { task: id })), more)];
  }

  #link(text, selection) {
    return make("button", { class: "link", click: () => this.onSelect(selection) }, text);
  }
}
