"""The export for Perfetto keeps to the letter of the trace event format, on every kind of run.

Perfetto's own trace processor is a program that it fetches from the internet when it is first used, so it is no part of
these tests. They check what its importer demands: https://perfetto.dev/docs/getting-started/other-formats and the
document "Trace Event Format" that it refers to.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import sample_runs

from pydron.trace import TaskRow, Trace, WorkerRow, read_trace
from pydron_runtime.recording_sqlite import SqliteRecorder
from pydron_viz.exports import export

Event = dict[str, Any]


def events_of(trace: Trace) -> list[Event]:
    """The events, as a strict reader of JSON sees them."""

    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} is no JSON")

    document = json.loads(export(trace, "chrome").decode("utf-8"), parse_constant=refuse)
    assert isinstance(document, dict) and set(document) <= {"traceEvents", "displayTimeUnit", "otherData"}
    assert document["displayTimeUnit"] in ("ms", "ns")
    assert all(isinstance(value, str) for value in document["otherData"].values())
    events: list[Event] = document["traceEvents"]
    return events


def check(events: list[Event]) -> None:
    """Every rule of the format that an importer may rely on."""
    slices: dict[tuple[int, int], list[Event]] = defaultdict(list)
    flows: dict[int, list[Event]] = defaultdict(list)
    named = set()
    for event in events:
        assert event["ph"] in ("M", "X", "s", "f"), event
        assert type(event["pid"]) is int and type(event["tid"]) is int and event["tid"] >= 0
        assert isinstance(event["name"], str) and event["name"]
        assert event["name"].isprintable()
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name", "thread_sort_index")
            kind = int if event["name"] == "thread_sort_index" else str
            (value,) = event["args"].values()
            assert type(value) is kind
            if event["name"] == "thread_name":
                assert event["tid"] not in named, "a track is named once"
                named.add(event["tid"])
            continue
        assert isinstance(event["ts"], (int, float)) and event["ts"] >= 0
        assert isinstance(event["cat"], str) and event["cat"] and "," not in event["cat"]
        if event["ph"] == "X":
            assert isinstance(event["dur"], (int, float)) and event["dur"] >= 0
            assert isinstance(event.get("args", {}), dict)
            slices[event["pid"], event["tid"]].append(event)
        else:
            flows[event["id"]].append(event)
    assert {track for _, track in slices} <= named
    for track in slices.values():
        check_nesting(track)
    for pair in flows.values():
        check_flow(pair, slices)


def check_nesting(track: list[Event]) -> None:
    """Slices of one track lie within one another or beside one another."""
    open_until: list[float] = []
    for event in sorted(track, key=lambda event: (event["ts"], -event["dur"])):
        end = event["ts"] + event["dur"]
        while open_until and open_until[-1] <= event["ts"] + 1e-6:
            open_until.pop()
        assert not open_until or end <= open_until[-1] + 1e-6, f"{event} begins in one slice and ends in another"
        open_until.append(end)


def check_flow(pair: list[Event], slices: dict[tuple[int, int], list[Event]]) -> None:
    """A flow has one start and one end, and each is bound to a slice that encloses it."""
    assert [event["ph"] for event in sorted(pair, key=lambda event: event["ph"], reverse=True)] == ["s", "f"]
    assert len({(event["name"], event["cat"]) for event in pair}) == 1
    for event in pair:
        assert event["ph"] == "s" or event["bp"] == "e"
        around = slices[event["pid"], event["tid"]]
        assert any(one["ts"] - 1e-6 <= event["ts"] <= one["ts"] + one["dur"] + 1e-6 for one in around), event


def test_a_finished_run_keeps_to_the_format(pipeline: Trace) -> None:
    """Calls, waits and results that flow from call to call."""
    events = events_of(pipeline)
    check(events)
    assert sum(event["ph"] == "X" and event["cat"] == "task" for event in events) == 129
    assert sum(event["ph"] == "s" for event in events) > 60


def test_hostile_and_killed_runs_keep_to_it_too(hostile_file: Path, tmp_path: Path) -> None:
    """Control characters, missing times, no calls at all."""
    check(events_of(read_trace(hostile_file)))
    SqliteRecorder(tmp_path / "t", argv=[], executor="inline", workers=0).close("finished")
    check(events_of(read_trace(tmp_path / "t")))


def test_what_travels_has_tracks_of_its_own() -> None:
    """Serialising, sending and reading stand below their lane, in as many tracks as it takes for none to overlap."""
    tasks = tuple(
        TaskRow(number, "f", worker="w", outcome="ok", reached=100_000 * number, issued=100_000 * number + 300_000,
                sent=10**6 + number, received=10**6 * number, started=10**6 * number + 1, loaded=10**6 * number + 90_000,
                returned=10**6 * number + 600_000, finished=10**6 * number + 700_000,
                arrived=10**6 * number + 1_900_000)
        for number in range(1, 9)
    )  # fmt: skip
    events = events_of(Trace(tasks=tasks, workers=(WorkerRow("w", started=0),)))
    check(events)
    travelling = [event for event in events if event.get("cat") == "travel"]
    assert {event["name"] for event in travelling} == {"serialising", "sending", "reading", "returning"}
    tracks = {event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert {"program: travel", "program: travel (2)", "w: travel", "w: travel (2)"} <= tracks


@pytest.mark.parametrize("count", [1, 40])
def test_calls_that_did_not_end_reach_to_the_end(tmp_path: Path, count: int) -> None:
    """A run that is still going on has slices of a length, not of none."""
    recorder = SqliteRecorder(tmp_path / "t", argv=["p.py"], executor="local", workers=2)
    run = sample_runs.Simulated(recorder, "p.py")
    run.start()
    for number in range(1, count + 1):
        run.issue(number, "f", 1, 1, number)
        recorder.task_sent(number, f"worker-{1 + number % 2}", 1, run.at(10**6 * number))
    assert recorder.flush()
    trace = read_trace(tmp_path / "t")
    recorder.close("finished")
    check(events_of(trace))
