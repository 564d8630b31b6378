"""What a viewer that follows a running program costs that program.

Runs a program of many short calls with a trace, again and again, by turns alone and followed: by ``pydron view`` in a
process of its own, asked by a client for what the page asks for, as often as the page asks. Compared is the processor
time of the program's process, as a ratio.

    python benchmarks/viewer_follow.py [--rounds 5] [--calls 3000]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from viewer_scale import viewer

PROGRAM = """\
import json, os, sys, time
import pydron


@pydron.functional
def busy(number):
    until = time.process_time() + 0.0005
    while time.process_time() < until:
        pass
    return number


@pydron.schedule
def work(count):
    return [busy(number) for number in range(count)]


count = int(sys.argv[1])
work(200)
begin = time.process_time()
for _ in range(6):
    work(count // 6)
print(json.dumps(time.process_time() - begin))
"""

PAGE = ("/api/run", "/api/diagram?view=run", "/api/summary", "/api/idle", "/api/travel")
"""What the page asks for when there is anything new."""

RARELY, SHARE = 1.5, 5
"""As in the page: seconds between two refreshes, at least, and how much longer than a refresh it rests."""


def follow(address: str, over: threading.Event) -> None:
    """Ask as the page does until the program is over."""
    base, _, query = address.partition("/?")
    while not over.is_set():
        begin = time.perf_counter()
        for path in PAGE:
            with urllib.request.urlopen(f"{base}{path}{'&' if '?' in path else '?'}{query}", timeout=60) as answer:
                answer.read()
        over.wait(max(RARELY, SHARE * (time.perf_counter() - begin)))


def run(folder: Path, calls: int, followed: bool) -> float:
    """Seconds of processor time that the program's own process took."""
    trace = folder / "t"
    for file in folder.glob("t*"):
        file.unlink()
    command = [sys.executable, str(folder / "program.py"), str(calls)]
    environment = {**os.environ, "PYDRON_TRACE": str(trace), "PYDRON_WORKERS": "2", "PYDRON_ALWAYS": "1"}
    over = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        if not followed:
            return float(json.loads(program.stdout.read()))
        while not trace.exists():
            time.sleep(0.01)
        with viewer(trace) as (address, _, _):
            client = threading.Thread(target=follow, args=(address, over))
            client.start()
            try:
                return float(json.loads(program.stdout.read()))
            finally:
                over.set()
                client.join()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=3000)
    arguments = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
        for number in range(arguments.rounds):
            first = number % 2 == 0
            times = {followed: run(folder, arguments.calls, followed) for followed in (first, not first)}
            ratios.append(times[True] / times[False])
            print(
                f"alone {times[False]:.2f} s, followed {times[True]:.2f} s of processor time: {ratios[-1]:.3f}",
                flush=True,
            )
    print(f"followed / alone: median {statistics.median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
