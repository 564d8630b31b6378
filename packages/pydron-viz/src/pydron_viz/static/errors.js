// What went wrong: the calls that failed, by place and error, with both sides of each traceback and how to make them again.

import { make } from "./dom.js";
import { count } from "./format.js";
import { fetched } from "./model.js";

export class Errors {
  /** onSelect is called with {task} or {path, line}. */
  constructor(onSelect) {
    this.onSelect = onSelect;
    this.pane = document.getElementById("errors");
    this.tab = document.getElementById("tab-errors");
  }

  load(run) {
    this.run = run;
    this.ready = false;
    const failed = run.columns.outcome.reduce((sum, outcome, place) => sum + (run.final[place] === run.failed ? 1 : 0), 0);
    this.tab.textContent = failed ? `Errors ${count(failed)}` : "Errors";
  }

  /** Show the errors. Asks the server when it is shown first. */
  async show() {
    if (this.ready) return;
    this.ready = true;
    try {
      this.#fill(await fetched("/api/errors"));
    } catch (problem) {
      this.ready = false;
      this.pane.replaceChildren(make("p", { class: "message" }, problem.message));
    }
  }

  #fill({ run, groups }) {
    const end = run ? make("p", { class: "ended" }, "The run ended with ", make("b", { class: "error" }, run)) : "";
    if (!groups.length) {
      this.pane.replaceChildren(...[end, make("p", { class: "message" }, "No functional call failed.")].filter(Boolean));
      return;
    }
    this.pane.replaceChildren(...[end, ...groups.map((group) => this.#group(group))].filter(Boolean));
  }

  #group(group) {
    const { first } = group;
    const others = group.tasks.slice(1);
    const more = group.count - group.tasks.length;
    return make("article", { class: "failure" },
      make("h2", {}, make("span", { class: "swatch state-failed" }), ` ${group.error}`),
      make("p", { class: "place" }, this.#task(group.tasks[0], group.name), " at ",
        make("button", { class: "link", click: () => this.onSelect({ path: group.path, line: group.line }) }, `${group.file}:${group.line}`),
        first?.worker ? ` on ${first.worker}` : " in the program",
        group.seen ? "" : ". The program never saw it: an earlier failure came first."),
      ...failureParts(first),
      others.length ? make("p", { class: "others" }, `${count(group.count - 1)} more of the kind: `, ...others.map((id) => this.#task(id, group.name)), more > 0 ? `and ${count(more)} more` : "") : "");
  }

  #task(id, name) {
    return make("button", { class: "link", click: () => this.onSelect({ task: id }) }, `${name} #${id}`);
  }
}

/** Arguments, tracebacks and the command that makes the call again, of what the server tells about a failed call. */
export function failureParts(failure) {
  if (!failure) return [];
  const { arguments: given, error, local, rerun } = failure;
  const parts = [];
  if (given) parts.push(make("h3", {}, "Arguments"), make("pre", { tabindex: "0" }, given));
  if (error.traceback) parts.push(make("h3", {}, failure.worker ? "In the call, on the worker" : "In the call"), make("pre", { class: "traceback", tabindex: "0" }, error.traceback));
  if (local) parts.push(make("h3", {}, "In the program, when the failure counted"), make("pre", { class: "traceback", tabindex: "0" }, local));
  if (rerun.command) parts.push(make("h3", {}, "Make just this call again, under the debugger"), command(rerun.command));
  else if (rerun.note) parts.push(make("p", { class: "place" }, `The call cannot be made again: ${rerun.note}`));
  return parts;
}

function command(text) {
  const button = make("button", { click: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(line);  // the browser does not let the page copy: the text is ready to be
    }
  } }, "Copy");
  const line = make("code", {}, text);
  return make("div", { class: "command" }, line, button);
}
