// The user's source with what each line cost, and the places where the program stood still, by the time they cost.

import { make, reasonLink } from "./dom.js";
import { count, duration } from "./format.js";
import { fetched } from "./model.js";

const MOST_WAITS = 3;

export class Source {
  /** onSelect is called with {path, line} or {wait}. */
  constructor(onSelect) {
    this.onSelect = onSelect;
    this.pane = document.getElementById("source");
    this.picker = document.getElementById("file");
    this.picker.addEventListener("change", () => this.show(this.picker.value));
    this.rows = new Map();
    this.critical = new Map();
    this.all = false;
  }

  load(run) {
    this.run = run;
    this.picker.replaceChildren(...run.sources.map(({ path, label }) => new Option(label, path)));
    this.picker.closest("label").hidden = run.sources.length < 2;
    this.file = null;
    this.wanted = null;
  }

  /** Show a file (that with the most calls, if none is given). */
  async show(path, again = false) {
    if (!again && this.file && (path === undefined || path === this.file.file)) return;
    if (!this.run.sources.length) {
      this.pane.replaceChildren(make("p", { class: "message" }, "The trace holds no source."));
      return;
    }
    try {
      const query = path === undefined ? "" : `?file=${encodeURIComponent(path)}`;
      [this.file, this.summary] = await Promise.all([fetched(`/api/source${query}`), fetched("/api/summary")]);
    } catch (problem) {
      this.rows.clear();
      this.pane.replaceChildren(make("p", { class: "message" }, problem.message));
      return;
    }
    this.picker.value = this.file.file;
    this.#fill();
  }

  /** Mark the line of a selection, and the lines of what it is related with: path and line to 1 (near) or 2. */
  select(place, related = []) {
    this.chosen = place;
    this.related = related;
    this.#marks(true);
  }

  /** Mark the lines of the critical path: places of tasks. */
  mark(places) {
    this.critical.clear();
    for (const place of places) {
      const { path, line } = this.run.site(place);
      const key = `${path}\n${line}`;
      const known = this.critical.get(key) ?? { calls: 0, time: 0 };
      const { started, finished } = this.run.columns;
      this.critical.set(key, { calls: known.calls + 1, time: known.time + finished[place] - started[place] });
    }
    this.#marks(false);
  }

  #marks(scroll) {
    if (!this.file) return;
    for (const [line, { row, path }] of this.rows) {
      row.classList.remove("here", "related", "further", "critical");
      const one = this.critical.get(`${this.file.file}\n${line}`);
      row.classList.toggle("critical", Boolean(one));
      path.textContent = one ? "◆" : "";
      path.title = one ? `on the critical path: ${count(one.calls)} calls, ${duration(one.time)}` : "";
    }
    for (const { path, line, distance } of this.related ?? [])
      if (path === this.file.file) this.rows.get(line)?.row.classList.add(distance === 1 ? "related" : "further");
    if (this.chosen?.path !== this.file.file) return;
    const row = this.rows.get(this.chosen.line)?.row;
    row?.classList.add("here");
    if (scroll && row) row.scrollIntoView({ block: "nearest" });
  }

  #fill() {
    const { first, text, lines } = this.file;
    const figures = new Map(lines.map((line) => [line.line, line]));
    const most = Math.max(1, ...lines.map(({ total }) => total)), longest = Math.max(1, ...lines.map(({ waited }) => waited));
    this.rows = new Map();
    const known = text.length ? text : ["(the trace does not hold the source of this file)"];
    const rows = known.map((code, index) => {
      const number = first + index, line = figures.get(number);
      const path = make("td", { class: "path" });
      const row = make("tr", {
        tabindex: line ? "0" : null, "data-line": number, class: line ? "busy" : "",
        click: () => this.onSelect({ path: this.file.file, line: number }),
      },
        make("th", { scope: "row" }, String(number)), path,
        make("td", { class: "number" }, line?.calls ? count(line.calls) : ""),
        this.#bar(line?.total, most, "time"),
        make("td", { class: "number" }, line?.parallel ? `${line.parallel.toFixed(1)}×` : ""),
        this.#bar(line?.waited, longest, "wait"),
        make("td", { class: "code" }, code || " "));
      row.addEventListener("keydown", (event) => { if (event.key === "Enter") row.click(); });
      this.rows.set(number, { row, path });
      return row;
    });
    const heads = [["line", ""], ["", ""], ["calls", "functional calls at this line"], ["time", "what they took together"],
      ["parallel", "how many of them ran at once, on average while any did"], ["waited", "how long the program stood still here"], ["", ""]];
    this.pane.replaceChildren(
      this.#waits(),
      make("div", { class: "listing" }, make("table", { class: "code", "aria-label": `Source of ${this.file.name} with costs` },
        make("thead", {}, make("tr", {}, ...heads.map(([head, title]) => make("th", { title, scope: "col" }, head)))),
        make("tbody", {}, ...rows))));
    this.#marks(false);
    const start = this.file.functions[0]?.[0];
    if (!this.chosen && start) this.#reveal(start);
    else this.#marks(true);
  }

  #reveal(line) {
    const row = this.rows.get(line)?.row, head = this.pane.querySelector("thead");
    if (row) this.pane.querySelector(".listing").scrollTop = row.offsetTop - head.offsetHeight - 8;
  }

  #bar(value, most, kind) {
    const cell = make("td", { class: `number bar ${kind}` });
    if (!value) return cell;
    const fill = make("i", {});
    fill.style.width = `${Math.max(2, (100 * value) / most)}%`;
    cell.append(fill, make("span", {}, duration(value)));
    return cell;
  }

  // The waits that cost most, each with its reason and what to do about it.
  #waits() {
    const { places, duration: whole } = this.summary;
    if (!places.length) return make("p", { class: "waits none" }, "The program never stood still: it waited for nothing before its end.");
    const shown = this.all ? places : places.slice(0, MOST_WAITS);
    const items = shown.map((one) => make("li", {},
      make("button", { class: "link", click: () => this.onSelect({ wait: one.first }) }, `${one.name}:${one.line}`),
      make("b", {}, duration(one.total)),
      make("span", { class: "place" }, ` in ${count(one.count)} wait${one.count === 1 ? "" : "s"}${one.beside ? " of parts that had been put off, while the program went on. " : `, ${Math.round((100 * one.total) / Math.max(1, whole))} % of the run. `}`),
      reasonLink(one.code, one.title),
      ` ${one.sentence} `, one.hint ? make("span", { class: "hint" }, one.hint) : ""));
    const more = places.length > MOST_WAITS
      ? make("button", { class: "link", click: () => { this.all = !this.all; this.#fill(); } }, this.all ? "Show fewer" : `Show all ${count(places.length)}`) : "";
    return make("section", { class: "waits", "aria-label": "Waits by the time they cost" }, make("h2", {}, "Where the program waited"), make("ol", {}, ...items), more);
  }
}
