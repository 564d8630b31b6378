"""Runs the two large examples sequentially and in parallel, compares the results, and draws what was run.

Writes into ``demo-output/``: a trace of each run, and the graph of each pipeline as DOT and SVG.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import astronomy_pipeline
import model_selection

import pydron
from pydron.export.to_dot import to_dot
from pydron_viz.render import render_dot

OUTPUT = Path("demo-output")


def timed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, float]:
    """A call's result, and its seconds."""
    began = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - began


def draw(graph: Any, name: str) -> list[Path]:
    """Write the graph of a pipeline as DOT and SVG."""
    source = to_dot(graph).source
    dot, svg = OUTPUT / f"{name}.dot", OUTPUT / f"{name}.svg"
    dot.write_text(source, encoding="utf-8")
    svg.write_bytes(render_dot(source, "svg"))
    return [dot, svg]


def show(title: str, name: str, example: Any) -> bool:
    """Run one example both ways; True if the results are identical."""
    print(f"\n{title}\n{'-' * len(title)}")
    arguments = example.prepare()
    expected, sequential = timed(example.pipeline.sequential, arguments)
    print(example.describe(expected))
    trace = OUTPUT / f"{name}.pydron"
    with pydron.configure(executor="local"):
        first, starting = timed(example.pipeline, arguments)
    with pydron.configure(executor="local", trace=trace):
        result, parallel = timed(example.pipeline, arguments)
    identical = bool(first == expected and result == expected)
    print(f"  sequential  {sequential:6.2f} s")
    print(f"  parallel    {starting:6.2f} s   {sequential / starting:.2f} times as fast; workers start, load libraries")
    print(
        f"  again       {parallel:6.2f} s   {sequential / parallel:.2f} times as fast; workers are there, with a trace"
    )
    print(f"  results     {'identical' if identical else 'DIFFERENT'}")
    print(f"  graph       {', '.join(str(path) for path in draw(example.pipeline.graph, name))}")
    print(f"  trace       {trace}")
    print(f"              open it with: .venv/bin/pydron view {trace}")
    return identical


def main() -> int:
    """Run both examples. The exit status is 1 if a result differs."""
    OUTPUT.mkdir(exist_ok=True)
    same = [
        show("A night at an observatory: from raw frames to a catalogue", "astronomy", astronomy_pipeline),
        show("Which classifier reads handwritten digits best?", "digits", model_selection),
    ]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
