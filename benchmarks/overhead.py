"""What Pydron costs where there is nothing to gain: ratios of processor time, taken in one process.

    python benchmarks/overhead.py

Prints one line per figure: what was measured, the figure, and the bound that it has to keep. The ratios hold on a busy
machine too; the times in milliseconds are of this machine. Exit status 1 if a ratio is out of its bound.
"""

from __future__ import annotations

import linecache
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pydron
from pydron.emit.unit import emit_unit
from pydron.frontend.build import build_graph

ROUNDS = 7


def loop(n: int) -> int:
    """Arithmetic only."""
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


def containers(n: int) -> tuple[int, int]:
    """Branches, methods of builtins, a generator expression."""
    out: list[Any] = []
    for i in range(n):
        if i % 3:
            out.append(str(i))
        else:
            out.extend([i, i + 1])
    return len(out), sum(x for x in out if isinstance(x, int))


def recursive(n: int) -> int:
    """Calls of itself by a name that means the plain function in one program and the scheduled one in the other."""
    return n if n < 2 else recursive(n - 1) + recursive(n - 2)


def cost(function: Callable[[], object]) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    function()
    return time.process_time() - started


def ratio(plain: Callable[..., Any], argument: int, calls: int) -> float:
    """Plain time by scheduled time, the best of some rounds of each, taken in turns."""
    scheduled = pydron.schedule(plain)
    scheduled(argument)
    one: list[float] = []
    other: list[float] = []
    for _ in range(ROUNDS):
        for times, function in ((one, plain), (other, scheduled)):
            globals()[plain.__name__] = function
            function(argument)
            times.append(cost(lambda: [function(argument) for _ in range(calls)]))  # noqa: B023
    return min(one) / min(other)


def program(lines: int) -> str:
    """Source of a function of so many lines: assignments, branches, loops, calls of functional functions."""
    body: list[str] = []
    while len(body) < lines - 8:
        number = len(body)
        body += [
            f"    a{number} = f(xs[{number % 3}]) + {number}",
            f"    b{number} = {{'x': a{number}, 'y': [xs, {number}]}}",
            f"    if a{number} > {number}:",
            f"        out.append(a{number} * 2)",
            "    else:",
            f"        log = out[:{number}]",
            f"    for x in xs[:{number}]:",
            "        total += x",
        ]
    head = ["def f(x):", "    return x", "def big(xs):", "    out, total, log = [], 0, None"]
    return "\n".join([*head, *body, "    return out, total, log", ""])


def compilation(lines: int) -> tuple[float, float]:
    """Milliseconds to compile a function of so many lines; the same by how often CPython compiles it meanwhile."""
    text = program(lines)
    filename = "<benchmark>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names: dict[str, Any] = {}
    exec(compile(text, filename, "exec"), names)
    emit_unit(build_graph(names["f"]))  # what the compiler imports when it is first used does not count
    spent = min(cost(lambda: emit_unit(build_graph(names["big"]))) for _ in range(ROUNDS))
    cpython = min(cost(lambda: compile(text, filename, "exec")) for _ in range(ROUNDS))
    return spent * 1e3, spent / cpython


def importing() -> float:
    """Milliseconds of processor time for ``import pydron``, in fresh interpreters."""
    code = "import time; t = time.process_time(); import pydron; print(time.process_time() - t)"
    words = [sys.executable, "-c", code]
    return min(float(subprocess.check_output(words, timeout=60)) for _ in range(ROUNDS)) * 1e3


LONG_CALLS = ((loop, 100_000, 2), (containers, 30_000, 2), (recursive, 19, 1))
"""Functions, their arguments, and how often each is called."""


def main() -> int:
    """Measure everything. Returns the exit status."""
    kept = True
    for plain, argument, calls in (*LONG_CALLS, (loop, 1000, 100)):
        found = ratio(plain, argument, calls)
        bound = 0.95 if calls <= 2 else 0.9
        kept = kept and found >= bound
        print(f"{plain.__name__}({argument}), no functional call: {found:.3f} of plain speed (at least {bound})")
    milliseconds, times = compilation(200)
    print(f"compile a function of 200 lines: {milliseconds:.1f} ms, once (below 50); {times:.0f} times CPython's own")
    print(f"import pydron: {importing():.1f} ms (below 80)")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
