// How times and sizes are written, as in pydron_viz/wording.py.

const digits = (value) => String(Number(value.toPrecision(3)));

/** A duration in nanoseconds, for people. */
export function duration(ns) {
  if (ns < 1000) return `${Math.round(ns)} ns`;
  if (ns < 999500) return `${digits(ns / 1e3)} µs`;
  if (ns < 999500000) return `${digits(ns / 1e6)} ms`;
  if (ns < 100e9) return `${digits(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  const parts = hours ? [[hours, "h"], [minutes % 60, "min"]] : [[minutes, "min"], [seconds % 60, "s"]];
  return parts.filter(([value]) => value).map(([value, unit]) => `${count(value)} ${unit}`).join(" ");
}

/** A moment of the run in seconds, with as many places as a run of this length needs. */
export function moment(ns, end) {
  const places = Math.min(9, Math.max(0, 3 - Math.floor(Math.log10(end / 1e9))));
  return `${(ns / 1e9).toFixed(places)} s`;
}

/** A moment of the run to the microsecond. */
export const exact = (ns) => `${(ns / 1e9).toFixed(6)} s`;

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
