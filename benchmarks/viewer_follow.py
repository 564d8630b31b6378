"""What a viewer that follows a running program costs that program.

A viewer touches the program it follows in two ways. It needs processors: the page sees to that itself
(``SHARE`` in ``main.js``), and rests long enough between two refreshes that they take a fortieth of the
computer's processors at most. And it reads the trace that the program is writing: that is measured here. A
process records the same calls in the same number of transactions, by turns alone and while ``pydron view``,
in a process of its own, is asked for all that the page asks for, again and again, *without any rest*.
Compared is what the writing process has used: processor time, and what it has written, by system calls and by
bytes. A reader that made the writer wait, or write anything again, would show there. Told are ratios,
followed to alone: their geometric mean over the rounds, and the interval that holds it with 95 % confidence.

    python benchmarks/viewer_follow.py [--rounds 12] [--transactions 150]
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from viewer_scale import viewer

WRITER = """\
import json, sys, time
from pydron_runtime.recording_sqlite import SqliteRecorder

CALLS = 40  # in a transaction


def used():
    with open("/proc/self/io") as file:
        counts = dict(line.split(": ") for line in file.read().splitlines())
    return {"cpu": time.process_time(), "writes": int(counts["syscw"]), "bytes": int(counts["wchar"])}


recorder = SqliteRecorder(sys.argv[1], argv=["program.py"], executor="local", workers=2)
recorder.frame_started(1, None, 1, None, "function", "0", recorder.origin)
recorder.flush()
print("ready", flush=True)
sys.stdin.readline()
begin, number, longest = used(), 0, 0.0
for _ in range(int(sys.argv[2])):
    for number in range(number + 1, number + 1 + CALLS):
        at = recorder.origin + 1_000_000 * number
        recorder.task_issued(number, "busy", 1, 1, 1, "program.py", 7, f"{number:09d}", (), 10, f"({number},)", at)
        recorder.task_sent(number, "w1", 1, at)
        recorder.task_finished(number, "w1", 1, at, at + 900_000, "ok", 10, "", "", "")
        recorder.task_retired(number, at + 950_000, "ok")
    before = time.perf_counter()
    assert recorder.flush()
    longest = max(longest, time.perf_counter() - before)
    time.sleep(0.03)
end = used()
recorder.close("finished")
print(json.dumps({name: end[name] - begin[name] for name in end} | {"longest": longest}))
"""

PAGE = ("/api/run", "/api/diagram?view=run", "/api/summary", "/api/idle", "/api/travel")
"""What the page asks for when there is anything new."""

MEASURES = {"cpu": "processor time", "writes": "system calls that write", "bytes": "bytes written"}

Used = dict[str, float]


def follow(address: str, over: threading.Event, asked: list[float]) -> None:
    """Ask what the page asks, without any rest, until the writer is done."""
    base, _, query = address.partition("/?")
    while not over.is_set():
        for path in PAGE:
            with urllib.request.urlopen(f"{base}{path}{'&' if '?' in path else '?'}{query}", timeout=60) as answer:
                answer.read()
        asked.append(time.perf_counter())


def run(folder: Path, transactions: int, followed: bool) -> tuple[Used, int]:
    """What the writing process used, and how often its trace was read meanwhile."""
    trace = folder / "t"
    for file in folder.glob("t*"):
        file.unlink()
    command = [sys.executable, "-c", WRITER, str(trace), str(transactions)]
    over, asked = threading.Event(), list[float]()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None and writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        if not followed:
            writer.stdin.write("\n")
            writer.stdin.flush()
            return json.loads(writer.stdout.read()), 0
        with viewer(trace) as (address, _, _):
            client = threading.Thread(target=follow, args=(address, over, asked))
            client.start()
            try:
                writer.stdin.write("\n")
                writer.stdin.flush()
                return json.loads(writer.stdout.read()), len(asked)
            finally:
                over.set()
                client.join()


def interval(ratios: list[float]) -> tuple[float, float, float]:
    """The geometric mean, and the bounds between which it lies with 95 % confidence (two standard errors)."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = statistics.fmean(logs)
    error = 2 * statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
    return math.exp(middle), math.exp(middle - error), math.exp(middle + error)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--transactions", type=int, default=150)
    arguments = parser.parse_args()
    ratios: dict[str, list[float]] = {name: [] for name in MEASURES}
    with tempfile.TemporaryDirectory() as name:
        for number in range(arguments.rounds):
            first = number % 2 == 0
            found = {followed: run(Path(name), arguments.transactions, followed) for followed in (first, not first)}
            (alone, _), (followed, readings) = found[False], found[True]
            for measure, those in ratios.items():
                those.append(followed[measure] / alone[measure])
            told = ", ".join(f"{MEASURES[measure]} {those[-1]:.3f}" for measure, those in ratios.items())
            longest = " and ".join(f"{1000 * one['longest']:.0f} ms" for one in (alone, followed))
            print(f"read {readings} times; followed / alone: {told}; longest transaction {longest}", flush=True)
    for measure, those in ratios.items():
        print("{}: {:.3f}, between {:.3f} and {:.3f}".format(MEASURES[measure], *interval(those)))


if __name__ == "__main__":
    main()
