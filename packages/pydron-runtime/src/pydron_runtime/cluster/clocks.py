"""Clocks: when a call on another host began and ended, on this host's clock.

The difference between two monotonic clocks is estimated from above by each report: it arrives after what it tells of.
The smallest estimate so far is the best; what is left of error is the time that the quickest message took.
"""

from __future__ import annotations

import msgspec

from pydron_runtime.protocol.messages import Report

SAME = 50_000_000
"""Nanoseconds. Clocks that seem to differ by less are taken for the same one, as on one machine."""


class Clocks:
    """The clocks of workers."""

    def __init__(self) -> None:
        self._offsets: dict[str, int] = {}

    def converted(self, worker: str, report: Report, now: int) -> Report:
        """A report with the times of this host."""
        latest = max((ended.finished for ended in report.ended), default=0)
        if not latest:
            return report
        offset = min(self._offsets.get(worker, now - latest), now - latest)
        self._offsets[worker] = offset
        if 0 <= offset < SAME:
            return report
        return Report(
            tuple(
                msgspec.structs.replace(ended, started=ended.started + offset, finished=ended.finished + offset)
                if ended.finished
                else ended
                for ended in report.ended
            )
        )
