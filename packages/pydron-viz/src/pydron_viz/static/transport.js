// The one clock of the page: slider, buttons and keys move it, everything else follows.

import { moment } from "./format.js";

const SPEEDS = [["in 12 s", 0], ["0.01×", 0.01], ["0.1×", 0.1], ["0.5×", 0.5], ["1×", 1], ["5×", 5], ["20×", 20], ["100×", 100]];
const WHOLE_RUN = 12;

export class Transport {
  /** onTime is called with nanoseconds whenever the time has changed, onSpeed when another speed is chosen. */
  constructor(onTime, onSpeed) {
    this.onTime = onTime;
    this.onSpeed = onSpeed;
    this.time = 0;
    this.end = 1;
    this.playing = false;
    this.slider = document.getElementById("slider");
    this.clock = document.getElementById("clock");
    this.button = document.getElementById("play");
    this.speed = document.getElementById("speed");
    for (const [label, value] of SPEEDS) this.speed.add(new Option(label, value));
    this.speed.addEventListener("change", () => this.choose(this.speed.value));
    this.slider.addEventListener("input", () => { this.pause(); this.move(Number(this.slider.value)); });
    this.button.addEventListener("click", () => this.toggle());
    document.getElementById("previous").addEventListener("click", () => this.step(true));
    document.getElementById("next").addEventListener("click", () => this.step(false));
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show another run, or a longer version of the same. */
  load(run) {
    this.run = run;
    this.end = run.end;
    this.slider.max = String(run.end);
  }

  /** Play at a speed: how many seconds of the run pass per second, 0 for all of it in a fixed time. */
  choose(value) {
    const known = SPEEDS.find(([, speed]) => String(speed) === String(value)) ?? SPEEDS[0];
    this.speed.value = String(known[1]);
    this.onSpeed(known[1] || null);
  }

  /** Play at the next faster or slower speed. */
  change(steps) {
    const index = SPEEDS.findIndex(([, speed]) => String(speed) === this.speed.value);
    this.choose(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index + steps))][1]);
  }

  move(time) {
    this.time = Math.min(Math.max(0, time), this.end);
    this.slider.value = String(this.time);
    const shown = moment(this.time, this.end);
    this.slider.setAttribute("aria-valuetext", shown);
    this.clock.textContent = `${shown} / ${moment(this.end, this.end)}`;
    this.onTime(this.time);
  }

  step(backwards) {
    this.pause();
    this.move(this.run.event(this.time, backwards));
  }

  toggle() {
    if (this.playing) { this.pause(); return; }
    if (this.time >= this.end) this.move(0);
    this.playing = true;
    this.#show();
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      const factor = Number(this.speed.value);
      const passed = now - before;
      before = now;
      this.move(this.time + (factor ? passed * 1e6 * factor : (passed / (WHOLE_RUN * 1000)) * this.end));
      if (this.time >= this.end) this.pause();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  pause() {
    this.playing = false;
    this.#show();
  }

  #show() {
    this.button.classList.toggle("playing", this.playing);
    this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.run) return;
    const at = event.target;
    if (at.tagName === "SELECT" || (at.tagName === "INPUT" && at.type !== "range") || document.querySelector("dialog[open]")) return;
    const pressing = at.tagName === "BUTTON" || at.tagName === "SUMMARY" || at.tagName === "A" || at.closest?.("#graph .node");
    if (event.key === " " && (!pressing || at.closest?.("#graph .node"))) this.toggle();
    else if (event.key === "ArrowRight") event.shiftKey ? this.#jump(0.01) : this.step(false);
    else if (event.key === "ArrowLeft") event.shiftKey ? this.#jump(-0.01) : this.step(true);
    else if (event.key === "Home") { this.pause(); this.move(0); }
    else if (event.key === "End") { this.pause(); this.move(this.end); }
    else return;
    event.preventDefault();
  }

  #jump(part) {
    this.pause();
    this.move(this.time + part * this.end);
  }
}
