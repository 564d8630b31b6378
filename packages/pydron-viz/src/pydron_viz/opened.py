"""The trace that the viewer shows, kept up to date while its program is running."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from pydron.trace import Trace, TraceReader
from pydron_viz.replay import Replay


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A trace as it was at one moment.

    Attributes:
        revision: Differs between snapshots that may differ.
    """

    revision: str
    trace: Trace
    replay: Replay


class OpenTrace:
    """A trace file that is read again when it has changed. May be used from any thread.

    Raises:
        TraceFormatError: On opening, and later from each method: the file cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._lock = threading.Lock()
        self._reader = TraceReader(path)
        self._snapshot: Snapshot | None = None

    def revision(self) -> str:
        """What the revision of a snapshot would be now. Cheap."""
        with self._lock:
            return self._revision()

    def snapshot(self) -> Snapshot:
        """The trace as it is now. Blocks while it is read, if it has changed."""
        with self._lock:
            revision = self._revision()
            if self._snapshot is None or self._snapshot.revision != revision:
                trace = self._reader.read()
                self._snapshot = Snapshot(revision, trace, Replay(trace))
            return self._snapshot

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._reader.close()

    def _revision(self) -> str:
        # A killed program writes no more, so its death shows in the state only.
        return f"{self._reader.revision()}.{self._reader.run().state}"
