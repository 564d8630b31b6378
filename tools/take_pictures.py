"""Makes the pictures of the viewer in ``docs/images``: ``python tools/take_pictures.py``.

Runs the programs that the pages tell of, with real workers and a trace, opens the viewer in headless
Chromium, and takes a picture of each view. The figures in ``docs/why-not-faster.md`` are those of its
pictures: what is printed at the end tells them.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WALK = ROOT / "docs" / "why-not-faster.md"
COMMAND = "from pydron.cli.main import main; raise SystemExit(main())"

STARS = '''\
"""Measures the stars of a night."""

import time

import numpy as np

import pydron


@pydron.functional
def load(number, dark):
    time.sleep(0.05)
    return np.full((400, 500), float(number))


@pydron.functional
def measure(frame, gain):
    time.sleep(0.03)
    return brightest(frame, gain)


def brightest(frame, gain):
    if frame.max() == 7:
        raise ValueError(f"frame {frame.max():.0f} has no stars")
    return frame.max() * gain


@pydron.schedule
def night(numbers, dark):
    found = []
    for number in numbers:
        found.append(measure(load(number, dark), gain=1.5))
    return found


if __name__ == "__main__":
    print(night(range(12), "dark.fits"))
'''


def programs() -> dict[str, str]:
    """Texts by file name: those of the walk from slow to fast as a reader would write them, and one that fails."""
    blocks = re.findall(r"```text\n(.*?)```", WALK.read_text(encoding="utf-8"), re.DOTALL)
    slow, body = blocks[0], blocks[1]
    head, rest = slow.split("    totals = []\n")
    return {"survey.py": slow, "faster.py": head + body + rest[rest.index("\n\nif") :], "stars.py": STARS}


def record(folder: Path, program: str, name: str, workers: int) -> Path:
    """Run a program of the folder, and return its trace."""
    trace = folder / f"{name}.pydron"
    words = [sys.executable, "-c", COMMAND, "run", "--workers", str(workers), "--trace", trace.name, program]
    subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    return trace


def main() -> None:
    """Record, look, and write the pictures."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from browsing import Browser, served  # the tests' own support, found once the path says where

    from pydron.trace import read_trace
    from pydron_viz.analysis.waiting import ranked

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in programs().items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / "astronomy_pipeline.py").write_bytes((ROOT / "examples" / "astronomy_pipeline.py").read_bytes())
        survey, faster = record(folder, "survey.py", "before", 4), record(folder, "faster.py", "after", 4)
        stars, night = record(folder, "stars.py", "stars", 2), record(folder, "astronomy_pipeline.py", "night", 2)
        costly = ranked(read_trace(survey))[0].first
        middle = read_trace(night).end * 0.4 / 1e9
        window = Browser()
        for picture, trace, other, state in (
            ("viewer", night, None, f"t={middle:.3f}&task=5"),
            ("viewer-critical", night, None, "critical=1"),
            ("viewer-function", survey, None, "view=graph%3A1"),
            ("viewer-progress", night, None, f"tab=progress&t={middle:.3f}"),
            ("viewer-whatif", night, None, "tab=whatif"),
            ("viewer-errors", stars, None, "tab=errors"),
            ("viewer-compare", survey, faster, "tab=compare"),
            ("faster-before", survey, None, "tab=source"),
            ("faster-whatif", survey, None, f"tab=whatif&without={costly}"),
            ("faster-after", faster, None, "tab=source"),
        ):
            with served(trace, other) as address:
                window.open(f"{address}#{state}")
                window.until("return pydron.timeline.idle")
                if "without" in state:
                    window.until("return document.querySelector('#whatif .curve.other')")
                window.js("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                window.picture(folder / "picture.png")
            write(folder / "picture.png", IMAGES / f"{picture}.png")
        window.close()
        for words in (
            ("whatif", survey.name, "--workers", "1", "4", "16", "--without", "31"),
            ("compare", survey.name, faster.name),
        ):
            subprocess.run([sys.executable, "-c", COMMAND, "trace", *words], cwd=folder, check=True)


def write(source: Path, target: Path) -> None:
    """Store a picture with 256 colours: a screenshot needs no more, and is a third of the size."""
    from PIL import Image

    data = io.BytesIO()
    # Also colours of few pixels count, such as those of the keys: nothing is mixed.
    picture = Image.open(source).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(data, "PNG", optimize=True)
    target.write_bytes(data.getvalue())


if __name__ == "__main__":
    main()
