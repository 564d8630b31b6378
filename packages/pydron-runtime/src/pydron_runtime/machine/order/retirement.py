"""Retirement: results begin to count in program order.

The queues of the frames form one queue in program order: a frame's own entries stand where the frame stands in its
parent's queue. The oldest entry is found by descending from the main frame.
"""

from __future__ import annotations

from pydron_runtime.machine.order.entries import Entry, State
from pydron_runtime.machine.order.frames import Frame


def retire(main: Frame) -> Entry | None:
    """Remove every entry from the front that is done, in program order.

    Returns:
        The oldest entry that stays: failed, or not done, or a frame whose code has not finished and which has nothing
        in its queue. None when nothing is left.
    """
    frame = main
    while True:
        queue = frame.queue
        while queue:
            entry = queue[0]
            if isinstance(entry, Frame):
                if entry.queue:
                    break
                if not entry.finished or entry.state is State.FAILED:
                    return entry
            elif entry.state is not State.DONE:
                return entry
            queue.popleft()
            main.machine.retired(entry)
        if queue:
            assert isinstance(queue[0], Frame)
            frame = queue[0]
        elif frame is main:
            return None
        elif frame.finished and frame.state is not State.FAILED:
            frame = frame.frame  # type: ignore[assignment]
        else:
            return frame
