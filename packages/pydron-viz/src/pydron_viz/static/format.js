// How times and sizes are written, as in pydron_viz/wording.py.

const digits = (value) => String(Number(value.toPrecision(3)));

/** A duration in nanoseconds, for people. */
export function duration(ns) {
  if (ns < 1000) return `${Math.round(ns)} ns`;
  if (ns < 999500) return `${digits(ns / 1e3)} µs`;
  if (ns < 999500000) return `${digits(ns / 1e6)} ms`;
  if (ns < 100e9) return `${digits(ns / 1e9)} s`;
  return `${Number((ns / 60e9).toPrecision(4))} min`;
}

/** A moment of the run in seconds, with as many places as a run of this length needs. */
export function moment(ns, end) {
  const places = end < 1e6 ? 9 : end < 1e9 ? 6 : end < 1e11 ? 3 : 1;
  return `${(ns / 1e9).toFixed(places)} s`;
}

/** A number of bytes, for people. */
export function bytes(size) {
  let value = size;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 999.5) return `${digits(value)} ${unit}`;
    value /= 1000;
  }
  return `${digits(value)} TB`;
}

/** A count with thousands apart. */
export const count = (number) => number.toLocaleString("en");
