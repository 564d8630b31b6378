// Patterns on the timeline's canvas, so that colour is not all that tells things apart.

/** Slanting lines: the program stands still. */
export function hatch(c, left, top, width, height, colour, from, to) {
  c.save();
  c.beginPath(); c.rect(left, top, width, height); c.clip();
  c.strokeStyle = colour;
  c.globalAlpha *= 0.35;
  c.lineWidth = 1;
  c.beginPath();
  for (let x = Math.max(left, from) - height; x < Math.min(left + width, to); x += 6) { c.moveTo(x, top + height); c.lineTo(x + height, top); }
  c.stroke();
  c.restore();
}

/** A cross: an attempt that was lost. */
export function cross(c, left, top, width, height) {
  c.beginPath();
  c.moveTo(left, top); c.lineTo(left + width, top + height);
  c.moveTo(left + width, top); c.lineTo(left, top + height);
  c.stroke();
}

/** A stretch in which a worker had nothing to do: a pattern per kind, and its word where there is room. */
export function drawIdle(c, { key, label }, left, top, width, height, colour) {
  c.save();
  c.beginPath(); c.rect(left, top, width, height); c.clip();
  c.strokeStyle = colour(`--idle-${key}`);
  c.lineWidth = 1;
  c.globalAlpha = 0.75;
  c.beginPath();
  PATTERNS[key]?.(c, left, top, width, height);
  c.stroke();
  c.globalAlpha = 1;
  const wide = c.measureText(label).width;
  if (label && wide + 14 < width) {
    c.fillStyle = colour("--paper");
    c.fillRect(left + 3, top, wide + 8, height);
    c.fillStyle = colour("--ink-2");
    c.fillText(label, left + 7, top + height / 2 + 0.5);
  }
  c.restore();
}

const PATTERNS = {
  data: (c, left, top, width, height) => { for (let x = left + 0.5; x < left + width; x += 5) { c.moveTo(x, top + 3); c.lineTo(x, top + height - 3); } },
  sync: (c, left, top, width, height) => { for (let x = left - height; x < left + width; x += 6) { c.moveTo(x, top + height); c.lineTo(x + height, top); } },
  lost: (c, left, top, width, height) => {
    for (let x = left - height; x < left + width; x += 8) { c.moveTo(x, top + height); c.lineTo(x + height, top); c.moveTo(x, top); c.lineTo(x + height, top + height); }
  },
  start: (c, left, top, width, height) => { c.moveTo(left, top + height / 2); c.lineTo(left + width, top + height / 2); },
  program: (c, left, top, width, height) => { for (let y = top + 2.5; y < top + height; y += 5) { c.moveTo(left, y); c.lineTo(left + width, y); } },
  handing: (c, left, top, width, height) => { for (let x = left + 2; x < left + width; x += 6) { c.moveTo(x, top + height / 2); c.lineTo(x + 1.5, top + height / 2); } },
};
