"""Load: how many calls ran at once, over the time of a run. Pure."""

from __future__ import annotations

from pydron.trace import TaskColumns

PARTS = 240


def load(tasks: TaskColumns, end: int, parts: int = PARTS) -> list[float]:
    """Calls that ran at once on average, in each of so many equal parts of the time from 0 to ``end``."""
    if end <= 0:
        return []
    size = end / parts
    # Whole parts as a running sum of changes, so that a long call costs no more than a short one.
    changes, rests = [0.0] * (parts + 1), [0.0] * (parts + 1)
    for begin, finished in zip(tasks.started, tasks.finished):
        if begin < 0:
            continue
        until = min(end, finished if finished >= 0 else end)
        if until <= begin:
            continue
        first, last = min(parts, int(begin / size)), min(parts, int(until / size))
        if first == last:
            rests[first] += (until - begin) / size
            continue
        rests[first] += first + 1 - begin / size
        rests[last] += until / size - last
        changes[first + 1] += 1
        changes[last] -= 1
    found, running = [], 0.0
    for change, rest in zip(changes[:parts], rests):
        running += change
        found.append(round(running + rest, 3))
    return found
