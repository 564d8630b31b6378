"""Recorded runs to look at: realistic traces, written through the real recorder with times that the maker chooses."""

from __future__ import annotations

import os
import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydron.export.globals import with_globals
from pydron.frontend.build import build_graph
from pydron.ir.nodes import Call, Graph, walk
from pydron_runtime.recording_sqlite import SqliteRecorder

MS = 1_000_000
"""Nanoseconds in a millisecond."""

PROGRAM = '''"""Calibrates frames and measures their sources."""

import pydron


@pydron.functional
def process(frame):
    return calibrate(frame, master_flat)


@pydron.functional
def measure(image):
    if image.mean() < 0:
        raise ValueError("frame is empty")
    return find_sources(image)


@pydron.functional
def merge(left, right):
    return left + right


@pydron.schedule
def calibration_pipeline(inputs):
    outputs = []
    for input in inputs:
        output = process(input)
        outputs = outputs + [output]
    catalogue = []
    for image in outputs:
        catalogue.append(measure(image))
    write_report(catalogue)
    total = merge(catalogue[0], catalogue[-1])
    return outputs, total
'''


def graph_of_program(file: Path) -> Graph:
    """The graph of the sample program's pipeline."""
    function = runpy.run_path(os.fspath(file))["calibration_pipeline"].__wrapped__
    return with_globals(build_graph(function), function)


def line_of(text: str) -> int:
    """The line of the sample program that holds a text."""
    return next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if text in line)


@dataclass
class Simulated:
    """Plays the part of the machine and the scheduler: tasks on workers, at times that follow from their durations."""

    recorder: SqliteRecorder
    file: str
    workers: tuple[str, ...] = ("worker-1", "worker-2")
    free: dict[str, int] = field(default_factory=dict)
    finished: dict[int, int] = field(default_factory=dict)

    def start(self, first_free: int = 30 * MS) -> None:
        """Start the workers; each can take tasks from ``first_free`` on."""
        for number, worker in enumerate(self.workers):
            self.free[worker] = first_free + 4 * MS * number
            self.recorder.worker_started(worker, "localhost", 4000 + number, self.at(self.free[worker]))

    def at(self, time: int) -> int:
        """A time of the run on the recorder's clock."""
        return self.recorder.origin + time

    def issue(
        self, task: int, name: str, node: int, line: int, time: int, needs: tuple[int, ...] = (), **more: Any
    ) -> None:
        """The program reaches a call."""
        self.recorder.task_issued(
            task, name, more.get("frame", 1), 1, node, self.file, line, f"{task:06d}", needs,
            more.get("size", 320_117), more.get("arguments", f"({name[0]}{task},)"), self.at(time),
        )  # fmt: skip

    def execute(self, task: int, issued: int, duration: int, needs: tuple[int, ...] = (), error: str = "") -> int:
        """Some worker runs the call. Returns when it ended."""
        ready = max([issued, *(self.finished[need] for need in needs)])
        worker = min(self.free, key=lambda name: (max(self.free[name], ready), name))
        begin = max(self.free[worker], ready) + MS // 4
        end = begin + duration
        self.recorder.task_ready(task, self.at(ready))
        self.recorder.task_sent(task, worker, 1, self.at(begin - MS // 5))
        outcome = "failed" if error else "ok"
        self.recorder.task_finished(
            task, worker, 1, self.at(begin), self.at(end), outcome, 0 if error else 640_052,
            "ValueError" if error else "", error,
            f'Traceback (most recent call last):\n  File "{self.file}", line 15, in measure\nValueError: {error}\n'
            if error else "",
        )  # fmt: skip
        self.free[worker], self.finished[task] = end, end
        return end


def pipeline(path: Path, directory: Path, count: int = 64, failing: int | None = 41) -> None:
    """A finished run of the sample program: ``2 * count + 1`` calls on two workers, one failing, two waits."""
    file = directory / "pipeline.py"
    file.write_text(PROGRAM, encoding="utf-8")
    graph = graph_of_program(file)
    recorder = SqliteRecorder(path, argv=["pipeline.py", "--frames", str(count)], executor="local", workers=2)
    recorder.origin -= 1_960 * MS  # so that the run ends, by the clock, about when its last call does
    run = Simulated(recorder, os.fspath(file))
    node = {call.callee: call.id for call in walk(graph.body) if isinstance(call, Call)}
    recorder.graph(1, graph.name, graph.qualname, run.file, graph.to_json(), graph.source)
    recorder.frame_started(1, None, 1, None, "function", "0", run.at(2 * MS))
    run.start()
    recorder.wait(
        1, 1, None, run.file, line_of("output = process(input)"), "start", "the workers start", None, run.at(3 * MS),
        run.at(30 * MS),
    )  # fmt: skip
    for task in range(1, count + 1):
        run.issue(task, "process", node["process"], line_of("output = process(input)"), 3 * MS + task * MS // 10)
    second = 12 * MS
    for task in range(count + 1, 2 * count + 1):
        time = second + task * MS // 10
        run.issue(task, "measure", node["measure"], line_of("catalogue.append"), time, (task - count,))
    last = 0
    for task in range(1, count + 1):
        run.execute(task, 3 * MS, (38 + (task * 7) % 23) * MS)
        if task % 4 == 0:
            for other in range(task - 3, task + 1):
                error = "frame is empty" if other == failing else ""
                last = max(last, run.execute(other + count, second, (6 + (other * 5) % 9) * MS, (other,), error))
    place = line_of("write_report")
    recorder.wait(
        1, 1, node["write_report"], run.file, place, "PD101", "call of write_report is not known to be pure", 2 * count,
        run.at(second + 3 * MS), run.at(last),
    )  # fmt: skip
    for task in range(1, 2 * count + 1):
        retired = run.finished[task] if failing is None or task < failing + count else last
        outcome = "failed" if failing is not None and task == failing + count else "ok"
        if failing is not None and task > failing + count:
            outcome = "cancelled"
        recorder.task_retired(task, run.at(min(retired + MS, last + MS)), outcome)
    final = 2 * count + 1
    run.issue(final, "merge", node["merge"], line_of("total = merge"), last + 2 * MS, (count + 1, 2 * count))
    recorder.task_inline(final, "small", run.at(last + 2 * MS), run.at(last + 3 * MS), None)
    recorder.task_retired(final, run.at(last + 3 * MS), "ok")
    recorder.frame_finished(1, run.at(last + 4 * MS), None)
    for worker in run.workers:
        recorder.worker_stopped(worker, run.at(last + 6 * MS), "closed")
    recorder.close("finished")


HOSTILE = (
    '"];x->y;"',
    "</text><script>window.broken=1</script>",
    "<b>bold</b>",
    "<img src=x onerror=window.broken=1>",
    "back\\slash\\",
    'quote\\"',
    "nul\0nul",
    "line\nbreak\x1b[31mred\x07",
    "lone\ud800surrogate",
    "&lt;&amp;&#65;",
    "名前 ñ 🎈",
    "\u202eright-to-left",
    "'; DROP TABLE task; --",
    "${jndi}{{7*7}}{% x %}",
    "long" * 300_000,
    "",
)
"""Names that mean something to one of the languages that they pass through."""


def hostile(path: Path) -> None:
    """A run in which every text is one of :data:`HOSTILE`, killed at an odd moment: some times are missing."""
    recorder = SqliteRecorder(path, argv=list(HOSTILE), executor=HOSTILE[0], workers=1)
    at = recorder.origin
    recorder.worker_started(HOSTILE[1], HOSTILE[2], 1, at)
    for number, name in enumerate(HOSTILE, 1):
        recorder.graph(number, name, name, f"/no/{name}", "{" + name, name)
        recorder.frame_started(number, number - 1 or None, number, number, name, name, at)
        needs = (number - 1,) if number > 1 else ()
        recorder.task_issued(number, name, number, number, 1, name, number, name, needs, 5, name, at + number)
        recorder.task_sent(number, HOSTILE[1], 1, at + number * 10)
        if number % 2:
            recorder.task_finished(
                number, HOSTILE[1], 1, at + number * 10, at + number * 10 + 5, "failed", 0, name, name, name
            )
        recorder.wait(number, number, None, name, number, name, name, number, at + number, at + number + 3)
    recorder.close(HOSTILE[1], HOSTILE[1])
