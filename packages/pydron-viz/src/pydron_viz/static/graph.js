// The diagram: laid out once by Graphviz on the server, recoloured here for every moment.

import { count, duration } from "./format.js";
import { leading } from "./model.js";

const SVG = "http://www.w3.org/2000/svg";

export class Graph {
  /** onSelect is called with {task} or {node} when a node is chosen, onLook when another part is looked at. */
  constructor(onSelect, onLook) {
    this.onSelect = onSelect;
    this.onLook = onLook;
    this.pane = document.getElementById("graph");
    this.nodes = [];
    this.of = new Int32Array(0);
    this.pointers = new Map();
    document.getElementById("zoom-in").addEventListener("click", () => this.zoom(1.3));
    document.getElementById("zoom-out").addEventListener("click", () => this.zoom(1 / 1.3));
    document.getElementById("zoom-fit").addEventListener("click", () => this.fit());
    this.pane.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.pane.addEventListener("pointerdown", (event) => this.#down(event));
    this.pane.addEventListener("pointermove", (event) => this.#drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.pane.addEventListener(name, (event) => this.#up(event));
    this.pane.addEventListener("keydown", (event) => {
      const node = event.target.closest(".node");
      if (node && event.key === "Enter") this.#choose(node);
    });
    new ResizeObserver(() => this.#apply()).observe(this.pane);
  }

  /** Show a diagram as /api/diagram gives it. Keeps the zoom when the view is the same as before. */
  load(run, diagram) {
    this.run = run;
    const parsed = new DOMParser().parseFromString(diagram.svg, "image/svg+xml");
    const svg = document.importNode(parsed.documentElement, true);
    if (parsed.querySelector("parsererror") || svg.tagName !== "svg") throw new Error("The diagram could not be read.");
    // Nothing of this can run under the page's policy; it is removed all the same.
    for (const element of svg.querySelectorAll("script, foreignObject")) element.remove();
    const box = svg.viewBox.baseVal;
    const whole = [box.x, box.y, box.width, box.height];
    const keep = this.view === diagram.view && this.whole && whole.every((value, index) => value === this.whole[index]);
    this.view = diagram.view;
    this.whole = whole;
    this.head = headOf(svg);
    if (!keep) { this.window = this.#initial(); this.chosen = false; }
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", "Calls and what they need");
    for (const title of svg.querySelectorAll("title")) title.remove();
    for (const link of svg.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    this.pane.replaceChildren(svg);
    this.svg = svg;
    this.nodes = [];
    this.of = diagram.columns.of;
    const places = membersOf(this.of, diagram.nodes.length);
    this.drawn = diagram.nodes.map(({ id, name, place }, number) => {
      const element = svg.getElementById(id);
      return element ? this.#adopt(element, places[number], name, place) : null;
    });
    this.#apply();
  }

  /** Show a sentence instead of a diagram. */
  say(text) {
    const message = document.createElement("p");
    message.className = "message";
    message.textContent = text;
    this.pane.replaceChildren(message);
    this.svg = null;
    this.nodes = [];
    this.drawn = [];
    this.of = new Int32Array(0);
  }

  /** Recolour for a moment. Only what has changed is touched. */
  draw(time) {
    for (const node of this.nodes) {
      const counts = this.run.counts(time, node.places);
      const state = leading(this.run.states, counts);
      const caption = node.places.length === 1 ? this.#words(node.places[0], state) : this.#tally(counts);
      if (state !== node.state) {
        if (node.state) node.element.classList.remove(`state-${node.state}`);
        node.element.classList.add(`state-${state}`);
        node.state = state;
      }
      if (caption !== node.caption) {
        node.text.textContent = node.caption = caption;
        // Room was left for a usual caption; an unusually long one is narrowed instead of running over the edge.
        if (caption.length > node.room) {
          node.text.setAttribute("textLength", String(node.width));
          node.text.setAttribute("lengthAdjust", "spacingAndGlyphs");
        } else node.text.removeAttribute("textLength");
        node.element.setAttribute("aria-label", `${node.name}, ${caption}`);
      }
      if (node.bar) {
        const over = counts[this.run.states.indexOf("done")] + counts[this.run.states.indexOf("failed")];
        node.bar.setAttribute("width", String((node.width * over) / node.places.length));
      }
    }
  }

  /** The drawn node that stands for a task, by the task's place. */
  nodeOf(place) {
    return place >= 0 && place < this.of.length ? this.drawn[this.of[place]] ?? null : null;
  }

  /** Mark what is selected, and what it needs and is needed by: places of tasks, 1 for direct, 2 for further away. */
  select(selection, marked = new Map()) {
    if (!this.svg) return;
    for (const element of this.svg.querySelectorAll(".selected, .related, .further")) element.classList.remove("selected", "related", "further");
    let chosen = selection.node ? this.nodes.find((node) => node.element.id === selection.node) : null;
    if (selection.task !== undefined) chosen = this.nodeOf(this.run.place(selection.task));
    const near = new Map();
    for (const [place, distance] of marked) {
      const node = this.nodeOf(place);
      if (node && node !== chosen) near.set(node, Math.min(distance, near.get(node) ?? 2));
    }
    for (const [node, distance] of near) node.element.classList.add(distance === 1 ? "related" : "further");
    chosen?.element.classList.add("selected");
    const nodes = new Set([...(chosen ? [chosen] : []), ...near.keys()].map((node) => node.element.id.replace(/^node-/, "")));
    const key = chosen?.element.id.replace(/^node-/, "");
    if (nodes.size) for (const edge of this.svg.querySelectorAll(".edge")) {
      const [, from, to] = edge.id.split("-");
      if (from === key || to === key) edge.classList.add("related");
      else if (selection.task !== undefined && nodes.has(from) && nodes.has(to)) edge.classList.add("further");
    }
  }

  /** Mark the nodes and edges of the critical path: places of tasks, first to last. */
  mark(places) {
    if (!this.svg) return;
    for (const element of this.svg.querySelectorAll(".critical")) element.classList.remove("critical");
    const steps = new Set();
    let before = null;
    for (const place of places) {
      const node = this.nodeOf(place);
      node?.element.classList.add("critical");
      if (node && before && node !== before) steps.add([before, node].map((one) => one.element.id.replace(/^node-/, "")).join("-"));
      before = node;
    }
    for (const edge of this.svg.querySelectorAll(".edge")) if (steps.has(edge.id.replace(/^edge-/, ""))) edge.classList.add("critical");
  }

  /** Bring the node of a task into sight, if it is not. */
  reveal(place) {
    const node = this.nodeOf(place);
    if (!node || !this.window) return;
    const box = node.element.getBoundingClientRect(), pane = this.pane.getBoundingClientRect();
    if (box.left >= pane.left && box.right <= pane.right && box.top >= pane.top && box.bottom <= pane.bottom) return;
    const scale = this.#seen()[2] / Math.max(1, pane.width);
    this.window = [this.window[0] + ((box.left + box.right) / 2 - (pane.left + pane.right) / 2) * scale,
      this.window[1] + ((box.top + box.bottom) / 2 - (pane.top + pane.bottom) / 2) * scale, ...this.window.slice(2)];
    this.#apply();
  }

  /** Show everything. */
  fit() {
    if (!this.whole) return;
    this.window = [...this.whole];
    this.#apply();
    this.#tell();
  }

  /** Look at a part: "left,top,width,height", as told to onLook. Without one, at what is shown first. */
  look(text) {
    if (!this.whole) return;
    const numbers = (text ?? "").split(",").map(Number);
    if (numbers.length === 4 && numbers.every(Number.isFinite) && numbers[2] > 0 && numbers[3] > 0) this.window = numbers;
    else if (this.chosen) this.window = this.#initial();
    this.chosen = Boolean(text);
    this.#apply();
  }

  // The part that is looked at belongs to the state of the page.
  #tell() {
    this.chosen = true;
    this.onLook(this.window.map((value) => Number(value.toFixed(1))).join(","));
  }

  /** Zoom by a factor around a point of the pane (its middle by default). */
  zoom(factor, x = 0.5, y = 0.5) {
    if (!this.window) return;
    const [left, top, width, height] = this.#seen();
    const limit = Math.max(this.whole[2], this.whole[3]) * 4;
    const wide = Math.min(Math.max(width / factor, 40), limit);
    const high = (wide * height) / width;
    this.window = [left + (width - wide) * x, top + (height - high) * y, wide, high];
    this.#apply();
    this.#tell();
  }

  #initial() {
    const { clientWidth, clientHeight } = this.pane;
    const scale = Math.min(clientWidth / this.whole[2], clientHeight / this.whole[3]);
    // Small diagrams are not blown up: text beyond its natural size reads no better. What has no room at a size at which
    // it can be read begins at its top.
    const wanted = Math.max(Math.min(scale, 1.6), this.view.startsWith("graph:") ? 0.85 : 0.58);
    if (!scale || wanted === scale) return [...this.whole];
    const width = clientWidth / wanted, height = clientHeight / wanted;
    const top = scale < wanted ? this.whole[1] : this.whole[1] - (height - this.whole[3]) / 2;
    let left = this.whole[0] - (width - this.whole[2]) / 2;
    if (width < this.whole[2] && this.head !== null)
      left = this.whole[0] + Math.min(Math.max(0, this.head - width / 2), this.whole[2] - width);
    return [left, top, width, height];
  }

  #adopt(element, places, name, place) {
    const texts = element.querySelectorAll("text");
    const text = texts[texts.length - 1];
    if (!text) return null;
    element.classList.add("state");
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    const node = { element, places, name, place, text, state: "", caption: "", room: text.textContent.length };
    const tip = document.createElementNS(SVG, "title");
    tip.textContent = place ? `${name} at ${place}` : name;
    element.prepend(tip);
    this.#measure(node);
    this.nodes.push(node);
    return node;
  }

  /** Find the width of a node, and give those that stand for several calls a bar of progress. */
  #measure(node) {
    const shape = node.element.querySelector("path, polygon");
    const numbers = (shape?.getAttribute("d") || shape?.getAttribute("points") || "").match(/-?\d+(\.\d+)?/g)?.map(Number);
    if (!numbers || numbers.length < 8) { node.room = Infinity; return; }
    const xs = numbers.filter((_, index) => index % 2 === 0), ys = numbers.filter((_, index) => index % 2 === 1);
    const left = Math.min(...xs) + 9;
    node.width = Math.max(...xs) - 9 - left;
    if (node.places.length === 1) return;
    node.bar = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ class: "progress", x: left, y: Math.max(...ys) - 4.6, height: 2.4, width: 0 }))
      node.bar.setAttribute(name, String(value));
    node.element.append(node.bar);
  }

  #words(place, state) {
    if (state === "future") return "not reached";
    const { began, ended } = this.run;
    if ((state === "done" || state === "failed") && began[place] >= 0 && ended[place] >= 0)
      return `${state} ${duration(ended[place] - began[place])}`;
    return state;
  }

  #tally(counts) {
    const listed = this.run.states.filter((state, index) => state !== "future" && counts[index])
      .map((state) => `${count(counts[this.run.states.indexOf(state)])} ${state}`);
    return listed.join(" · ") || "not reached";
  }

  #choose(element) {
    const node = this.nodes.find((one) => one.element === element);
    if (node) this.onSelect(node.places.length === 1 ? { task: this.run.id(node.places[0]) } : { node: element.id });
  }

  // What of the diagram is seen: the window, widened to the shape of the pane, as preserveAspectRatio does.
  #seen() {
    const { clientWidth, clientHeight } = this.pane;
    let [left, top, width, height] = this.window;
    const shape = clientWidth / Math.max(1, clientHeight);
    if (width / height < shape) { left -= (height * shape - width) / 2; width = height * shape; }
    else { top -= (width / shape - height) / 2; height = width / shape; }
    return [left, top, width, height];
  }

  #apply() {
    if (this.svg && this.window) this.svg.setAttribute("viewBox", this.window.join(" "));
  }

  #wheel(event) {
    event.preventDefault();
    const box = this.pane.getBoundingClientRect();
    const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015));
    this.zoom(factor, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  #down(event) {
    if (event.button > 0) return;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.moved = this.pointers.size > 1 ? Infinity : 0;
    this.pressed = event.target.closest(".node[tabindex]");
  }

  #drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before || !this.window) return;
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const distance = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]);
      const box = this.pane.getBoundingClientRect();
      this.zoom(distance(now) / Math.max(1, distance(before)),
        ((now[0] + other[0]) / 2 - box.left) / box.width, ((now[1] + other[1]) / 2 - box.top) / box.height);
    } else {
      this.moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (this.moved > 4) {
        this.pane.classList.add("dragging");
        this.pane.setPointerCapture(event.pointerId);
        const scale = this.#seen()[2] / Math.max(1, this.pane.clientWidth);
        this.window = [this.window[0] - (now[0] - before[0]) * scale, this.window[1] - (now[1] - before[1]) * scale, ...this.window.slice(2)];
        this.#apply();
        this.#tell();
      }
    }
    this.pointers.set(event.pointerId, now);
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    this.pane.classList.remove("dragging");
    if (event.type === "pointerup" && this.moved <= 4) {
      if (this.pressed) { this.pressed.focus({ preventScroll: true }); this.#choose(this.pressed); }
      else this.onSelect({});
    }
  }
}

// How far from the left the node stands that is drawn highest: where a function begins.
function headOf(svg) {
  const [, shift] = /translate\(([-\d.]+)/.exec(svg.querySelector("g.graph")?.getAttribute("transform") ?? "") ?? [];
  const texts = Array.from(svg.querySelectorAll(".node text"), (text) => [Number(text.getAttribute("y")), Number(text.getAttribute("x"))]);
  const [highest] = texts.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return highest && shift ? highest[1] + Number(shift) : null;
}

// Per drawn node the places of its tasks.
function membersOf(of, count) {
  const sizes = new Int32Array(count);
  for (const number of of) if (number >= 0) sizes[number]++;
  const places = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(count);
  for (let place = 0; place < of.length; place++) if (of[place] >= 0) places[of[place]][filled[of[place]]++] = place;
  return places;
}
