"""How long the viewer takes to show a long run: from the command to the first picture, and per move of the clock.

Writes traces of the given numbers of calls (two stages on eight workers), starts ``pydron view`` on each in a process
of its own, opens it in headless Chromium, and measures.

    python benchmarks/viewer_scale.py [--calls 100000 1000000] [--record FILE]

Needs Debian's ``chromium`` and ``chromium-driver``, and ``selenium``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydron.trace import APPLICATION_ID, SCHEMA_VERSION, schema_sql

WORKERS = 8
MOVES = 60
TASK = (
    "id, name, frame, graph, node, file, line, ordering, argument_bytes, arguments, issued, ready, sent, started,"
    " finished, retired, worker, attempts, outcome, retirement, inline_reason, result_bytes, error_type, error_message,"
    " traceback"
)

PROGRAM = """\
import pydron


@pydron.functional
def process(frame):
    return frame


@pydron.functional
def measure(image):
    return image


@pydron.schedule
def pipeline(frames):
    images = [process(frame) for frame in frames]
    return [measure(image) for image in images]
"""


def write_trace(path: Path, calls: int) -> None:
    """A finished run: half of the calls process, the other half measure their results."""
    connection = sqlite3.connect(path)
    connection.executescript(schema_sql())
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    file = str(path.with_suffix(".py"))
    connection.execute("INSERT INTO source VALUES (?, ?)", (file, PROGRAM))
    connection.execute("INSERT INTO frame VALUES (1, NULL, 1, NULL, 'function', '0', 0, NULL, NULL, NULL)")
    connection.executemany(f"INSERT INTO task ({TASK}) VALUES ({', '.join('?' * 25)})", tasks(file, calls))
    half = calls // 2
    connection.executemany("INSERT INTO dependency VALUES (?, ?)", ((n, n - half) for n in range(half + 1, calls + 1)))
    (end,) = connection.execute("SELECT max(retired) FROM task").fetchone()
    reached = 20_000 * calls
    connection.execute("INSERT INTO wait VALUES (1, 1, 1, 0, ?, 17, 'end', '', ?, ?, ?)", (file, calls, reached, end))
    for worker in range(WORKERS):
        row = (f"w{worker + 1}", "localhost", 100 + worker, 9_000_000, end, "closed")
        connection.execute("INSERT INTO worker VALUES (?, ?, ?, ?, ?, ?)", row)
    facts = {"run": "benchmark", "started": "2026-01-01T10:00:00+00:00", "argv": '["long.py"]', "executor": "local",
             "workers": str(WORKERS), "state": "finished", "finished": str(end), "written": str(end)}  # fmt: skip
    connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    connection.commit()
    connection.close()


def tasks(file: str, calls: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the table of tasks, as list scheduling would have made them."""
    numbers = random.Random(1)
    free = [10_000_000] * WORKERS
    ended = [0] * (calls + 1)
    half = calls // 2
    for number in range(1, calls + 1):
        issued = 20_000 * number
        first = number <= half
        ready = issued if first else max(issued, ended[number - half])
        worker = min(range(WORKERS), key=free.__getitem__)
        began = max(free[worker], ready) + 50_000
        time = numbers.randint(500_000, 9_000_000) if first else numbers.randint(200_000, 2_000_000)
        free[worker] = ended[number] = end = began + time
        name, line, node = ("process", 16, 1) if first else ("measure", 17, 2)
        yield (number, name, 1, 1, node, file, line, f"{number:09d}", 1_000, "(<array 100>,)", issued, ready,
               began - 40_000, began, end, end + 10_000, f"w{worker + 1}", 1, "ok", "ok", None, 2_000, None, None,
               None)  # fmt: skip


@contextmanager
def viewer(trace: Path) -> Iterator[tuple[str, int, float]]:
    """``pydron view`` of a trace: its address, its process, and when it was started."""
    command = [
        sys.executable,
        "-c",
        "from pydron.cli.main import main; raise SystemExit(main())",
        "view",
        "--no-browser",
    ]
    begin = time.perf_counter()
    with subprocess.Popen(
        [*command, str(trace)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None, "pydron view printed no address"
            yield found.group(), process.pid, begin
        finally:
            process.terminate()


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium that is there already: people's is, too."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1280,800",
            f"--user-data-dir={profile}",
        ):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
        driver.set_script_timeout(120)
        try:
            yield driver
        finally:
            driver.quit()


WAIT_FOR = """
const name = arguments[0], done = arguments[arguments.length - 1];
const look = () => document.body?.dataset[name] === 'yes'
  ? requestAnimationFrame(() => requestAnimationFrame(() => done(true))) : setTimeout(look, 10);
look();
"""

SCRUB = """
const [moves, done] = [arguments[0], arguments[arguments.length - 1]];
const slider = document.getElementById('slider'), times = [];
const step = (number) => {
  if (number === moves) { done(times); return; }
  const begin = performance.now();
  slider.value = String(pydron.run.end * ((number * 0.618) % 1));
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => { times.push(performance.now() - begin); step(number + 1); }));
};
step(0);
"""


def peak_memory(process: int) -> float:
    """Most memory that a process has used so far, in megabytes (Linux)."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", text)[0]) / 1000


def measure(driver: Any, trace: Path) -> dict[str, float]:
    """Seconds from the command to the first picture, milliseconds per move of the clock, megabytes of the server."""
    with viewer(trace) as (address, process, begin):
        driver.get("about:blank")
        driver.get(address)
        driver.execute_async_script(WAIT_FOR, "drawn")  # graph, timeline and clock
        opened = time.perf_counter() - begin
        driver.execute_async_script(WAIT_FOR, "ready")  # and every figure beside them
        complete = time.perf_counter() - begin
        moves = sorted(driver.execute_async_script(SCRUB, MOVES))
        return {
            "first_picture_s": round(opened, 2),
            "complete_s": round(complete, 2),
            "scrub_median_ms": round(moves[len(moves) // 2], 1),
            "scrub_longest_ms": round(moves[-1], 1),
            "server_memory_mb": round(peak_memory(process)),
        }


def main() -> None:
    """Measure, print, and record if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--record", metavar="FILE", help="write the figures as JSON")
    arguments = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        for calls in arguments.calls:
            trace = Path(folder) / f"{calls}.pydron"
            write_trace(trace, calls)
            figures[str(calls)] = found = measure(driver, trace)
            print(f"{calls:>9,} calls: first picture {found['first_picture_s']:.2f} s, complete after"
                  f" {found['complete_s']:.2f} s, moving the clock"
                  f" {found['scrub_median_ms']:.0f} ms (longest {found['scrub_longest_ms']:.0f} ms), server"
                  f" {found['server_memory_mb']:.0f} MB", flush=True)  # fmt: skip
            os.unlink(trace)
    if arguments.record:
        Path(arguments.record).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
