// The panel beside the graph: what is selected, or an overview of the run.

import { make, reasonLink, table } from "./dom.js";
import { failureParts } from "./errors.js";
import { bytes, count, duration, exact } from "./format.js";
import { fetched } from "./model.js";

export class Details {
  /** onSelect is called with a selection when the user follows a link, onUnfold to take the selected node apart. */
  constructor(onSelect, onUnfold) {
    this.onSelect = onSelect;
    this.onUnfold = onUnfold;
    this.panel = document.getElementById("details");
    this.asked = 0;
  }

  load(run) {
    this.run = run;
    this.summary = null;
  }

  /** Show a selection; group is what is known of a folded node or a line: its name and the places of its tasks. */
  async show(selection, group) {
    const asked = ++this.asked;
    let content, task = null;
    try {
      if (selection.task !== undefined) content = this.#task((task = await fetched(`/api/task/${selection.task}`)));
      else if (selection.wait !== undefined) content = this.#wait(await fetched(`/api/wait/${selection.wait}`));
      else if (group?.places.length) content = this.#group(group, await fetched(`/api/task/${this.run.id(group.places[0])}`));
      else content = this.#overview((this.summary ??= await fetched("/api/summary")));
    } catch (problem) {
      content = [make("p", { class: "error" }, problem.message)];
    }
    // A slow answer must not replace what was selected since.
    if (asked === this.asked) { this.panel.replaceChildren(...content); this.panel.scrollTop = 0; }
    return asked === this.asked ? task : null;
  }

  /** The state words of what is shown, for a moment. */
  draw(time) {
    for (const element of this.panel.querySelectorAll("[data-task]")) {
      const state = this.run.states[this.run.state(this.run.place(Number(element.dataset.task)), time)];
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
      this.#head(`${task.name} #${task.id}`, task.file, task.line, task.path),
      make("p", {}, make("span", { class: "swatch" }), make("span", { "data-task": task.id, class: "now" }), task.retirement === "cancelled" ? " (its result was not wanted any more)" : ""),
      ...this.#error(task),
      this.#source(task.source, task.line),
      make("h3", {}, "How long"),
      make("table", {}, ...spans.map(([name, begin, end]) => make("tr", {}, make("th", {}, name), make("td", { class: "number" }, duration(end - begin))))),
      make("h3", {}, "When"),
      make("table", {}, ...moments),
      make("h3", {}, "Where and what"),
      make("table", {}, ...facts.map(([name, value]) => make("tr", {}, make("th", {}, name), make("td", {}, value)))),
      ...(task.arguments && !task.failure ? [make("pre", { class: "arguments", tabindex: "0" }, task.arguments)] : []),
      ...task.lost.map((one) => make("p", { class: "error" }, `Attempt ${one.attempt} on ${one.worker}: ${one.outcome}. ${one.error}`)),
      ...this.#neighbours("Needs the results of", task.needs),
      ...this.#neighbours("Needs, by way of the program", task.fed_by),
      ...this.#neighbours("Its result is needed by", task.users),
    ];
  }

  #error({ error, failure }) {
    if (!error.type && !error.message) return [];
    return [make("p", { class: "error" }, [error.type, error.message].filter(Boolean).join(": ")), ...failureParts(failure)];
  }

  #wait(wait) {
    return [
      this.#head(`${wait.own ? "The program" : "A part that had been put off"} waited ${duration(wait.end - wait.begin)}`, wait.file, wait.line, wait.path),
      this.#reason(wait),
      wait.task ? make("p", {}, "Last for ", this.#link(`${wait.task.name} #${wait.task.id}`, { task: wait.task.id })) : "",
      this.#source(wait.source, wait.line),
      make("table", {},
        make("tr", {}, make("th", {}, "from"), make("td", { class: "number" }, exact(wait.begin))),
        make("tr", {}, make("th", {}, "to"), make("td", { class: "number" }, exact(wait.end)))),
    ].filter(Boolean);
  }

  #reason({ reason, title, sentence, hint }) {
    return make("div", { class: "reason" },
      make("p", {}, reasonLink(reason), ` ${title}`),
      make("p", {}, sentence), hint ? make("p", {}, make("b", {}, "What to do. "), hint) : "");
  }

  #group(group, first) {
    const shown = Array.from(group.places.slice(0, 200), (place) => this.run.id(place));
    const rows = shown.map((id) => make("tr", {}, make("td", {}, this.#link(this.run.label(this.run.place(id)), { task: id })),
      // The swatch has to stand right before its word.
      make("td", {}, make("span", { class: "swatch" }), " ", make("span", { "data-task": id }))));
    return [
      this.#head(`${group.name} ×${count(group.places.length)}`, first.file, first.line, first.path),
      group.element && !document.body.dataset.report
        ? make("p", {}, make("button", { id: "unfold", title: "U", click: () => this.onUnfold() }, "Unfold in the graph")) : "",
      this.#source(first.source, first.line),
      make("h3", {}, group.places.length > shown.length ? `The first ${shown.length} of its calls` : "Its calls"),
      make("table", {}, ...rows),
    ].filter(Boolean);
  }

  #overview(summary) {
    const { run } = this.run;
    const parts = [make("h2", {}, "Overview"), make("p", { class: "place" }, run.command || "unknown program")];
    if (run.error) parts.push(make("p", { class: "error" }, run.error));
    parts.push(make("p", {}, `${count(summary.tasks)} functional calls, at most ${count(summary.overlapping)} at once. ${duration(summary.work)} of work in ${duration(summary.duration)}.`));
    if (summary.errors.length) {
      parts.push(make("h3", {}, "Errors"));
      for (const one of summary.errors.slice(0, 20))
        parts.push(make("p", {}, this.#link(`${one.name} #${one.task}`, { task: one.task }), make("span", { class: "error" }, one.error)));
    }
    parts.push(...table("Where the program waited", ["line", "times", "total"], summary.places, (one) => [
      this.#link(`${one.line}: ${one.code}${one.beside ? " (put off)" : ""}`, { wait: one.first }), count(one.count), duration(one.total)]));
    parts.push(...table("Functions", ["name", "calls", "mean", "total"], summary.functions, (one) => [
      one.name, count(one.count), duration(one.mean), duration(one.total)]));
    parts.push(...table("Workers", ["name", "calls", "busy"], summary.workers, (one) => [
      one.name, count(one.tasks), `${Math.round(one.utilisation * 100)} %`]));
    parts.push(make("p", { class: "place" }, "Press ", make("kbd", {}, "?"), " for the keys."));
    return parts;
  }

  #head(title, file, line, path) {
    return make("div", {},
      make("button", { class: "close", title: "Back to the overview (Escape)", "aria-label": "Back to the overview", click: () => this.onSelect({}) }, "×"),
      make("h2", {}, title),
      file ? make("p", { class: "place" }, this.#link(`${file}, line ${line}`, { path, line })) : "");
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
