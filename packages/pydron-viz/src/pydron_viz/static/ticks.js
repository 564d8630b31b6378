// The words at the ticks of the time axis.

const UNITS = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

/** A time at a tick: as many places as it takes to tell one tick from the next. */
export function tickText(time, step, end) {
  const [unit, size] = end > 60e9 && step >= 1e9 ? UNITS[0] : UNITS.find(([, one]) => time >= one) ?? UNITS[3];
  const places = Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
  return `${(time / size).toFixed(Math.min(9, places))} ${unit}`;
}
