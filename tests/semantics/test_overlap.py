"""Ordinary code overlaps its functional calls: how many are in flight at once, read from an executor, never from a clock."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check, peak

from pydron_runtime.testing.scripted import ScriptedExecutor, oldest_first

TAKES = """
class Box:
    def __init__(self):
        self.results, self.table, self.last = [], {}, None
    @schedule
    def fill(self):
        for x in range(4):
            self.results.append(f(x))
            self.table[x] = f(x)
            self.last = f(x)
"""

FOUR = {
    "out = out + [f(x)]": "out = []\nfor x in range(4):\n    out = out + [f(x)]\nreturn out",
    "out += [f(x)]": "out = []\nfor x in range(4):\n    out += [f(x)]\nreturn out",
    "out.append(f(x))": "out = []\nfor x in range(4):\n    out.append(f(x))\nreturn out",
    "out.insert(0, f(x))": "out = []\nfor x in range(4):\n    out.insert(0, f(x))\nreturn out",
    "append through a name": "out = []\nadd = out.append\nfor x in range(4):\n    add(f(x))\nreturn out",
    "list comprehension": "return [f(x) for x in range(4)]",
    "nested comprehension": "return [[f(x + y) for x in range(2)] for y in range(2)]",
    "dict comprehension": "return {x: f(x) for x in range(4)}",
    "comprehension with a condition on results": "return [x for x in range(4) if odd(x)]",
    "d[k] = f(x)": "d = {}\nfor x in range(4):\n    d[x] = f(x)\nreturn d",
    "l[i] = f(x)": "l = [0] * 4\nfor x in range(4):\n    l[x] = f(x)\nreturn l",
    "setdefault and append": "d = {}\nfor x in range(4):\n    d.setdefault(x % 2, []).append(f(x))\nreturn d",
    "a histogram": "d = {}\nfor x in range(4):\n    d[x % 2] = d.get(x % 2, 0) + f(x)\nreturn d",
    "total += f(x)": "total = 0\nfor x in range(4):\n    total += f(x)\nreturn total",
    "total = total + f(x)": "total = 0\nfor x in range(4):\n    total = total + f(x)\nreturn total",
    "text += str(f(x))": "text = ''\nfor x in range(4):\n    text += str(f(x))\nreturn text",
    "best = max(best, f(x))": "best = 0\nfor x in range(4):\n    best = max(best, f(x))\nreturn best",
    "an attribute of an object": "box = Box()\nbox.fill()\nreturn box",
    "a condition on each result": (
        "out = []\nfor x in range(4):\n    if odd(x):\n        y = f(x)\n    else:\n        y = g(x)\n    out.append(y)\n"
        "return out"
    ),
    "the filter pattern": "out = []\nfor x in range(4):\n    a = f(x)\n    if a > 2:\n        out.append(a)\nreturn out",
    "conditional expressions": "return [f(x) if odd(x) else g(x) for x in range(4)]",
    "and, or": "return [odd(x) and f(x) or g(x) for x in range(4)]",
    "nested conditions": (
        "out = []\nfor x in range(4):\n    y = 0\n    if odd(x):\n        if odd(f(x)):\n            y = g(x)\n    out.append(y)\n"
        "return out"
    ),
    "assertions": "for x in range(4):\n    assert f(x) > 0, x",
    "unpacking": "out = []\nfor x in range(4):\n    a, (b,) = pair(x)\n    out.append(a + b)\nreturn out",
    "items of results": "return [table(x)['list'][0] + items(3)[1] for x in range(2)]",
    "attributes of results": "return [f(x).real + f(x).bit_length() for x in range(2)]",
    "arithmetic and comparisons": "return [(f(x) * 2 + g(x)) % 7 < 3 for x in range(2)]",
    "f-strings": "return [f'{f(x):>3} {g(x)!r}' for x in range(2)]",
    "keyword and star arguments": "return [add(f(x), *[g(x)], k=f(x), **{'z': 1}) for x in range(2)]",
    "is None and isinstance": "return [(f(x) is None, isinstance(f(x), int)) for x in range(2)]",
    "slices": "return [items(5)[1:3] + items(5)[::-1] for x in range(2)]",
    "print": "for x in range(4):\n    print(x, f(x))",
    "a scheduled function": "return [nested(x) for x in range(4)]",
    "recursion": "return fib(5)",
    "aliases": "out = []\nother = out\nfor x in range(4):\n    other.append(f(x))\nreturn out, other",
    "containers in containers": "return {'k': [f(1), (f(2), [f(3)])], 'z': {'y': f(4)}}",
    "two stages": "ys = [f(x) for x in range(4)]\nreturn [g(y) for y in ys]",
    "built-ins over results": "return sum([f(1), f(2)]) + max([f(3), f(4)]), sorted([f(5), f(6)]), list(zip([f(7)], [f(8)]))",
    "enumerate and zip": "return [i + x + y for (i, x), y in zip(enumerate([f(1), f(2)]), [f(3), f(4)])]",
    "a loop over a mapping": "return [(k, g(v)) for k, v in {1: f(1), 2: f(2), 3: f(3), 4: f(4)}.items()]",
}

NESTED = """
@schedule
def nested(x):
    a = f(x)
    if a > 2:
        return g(a)
    return a
@schedule
def fib(n):
    if n < 2:
        return f(n)
    return fib(n - 1) + fib(n - 2)
"""


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.split("\n"))
    return f"{PRELUDE}{TAKES}{NESTED}\n@schedule\ndef main():\n{indented}\n"


@pytest.mark.parametrize("name", FOUR)
def test_at_least_four_calls_are_in_flight(name: str) -> None:
    assert peak(program(FOUR[name])) >= 4


def test_the_classic_program_in_all_spellings_has_all_its_calls_in_flight() -> None:
    for body in ("outputs = outputs + [f(x)]", "outputs.append(f(x))"):
        text = f"outputs = []\nfor x in inputs:\n    {body}\nreturn outputs"
        indented = "\n".join("    " + line for line in text.split("\n"))
        whole = (
            f"{PRELUDE}\n@schedule\ndef main(inputs):\n{indented}\ndef arguments():\n    return (list(range(64)),)\n"
        )
        assert peak(whole) == 64


def completions(text: str, steps: int) -> tuple[list[str], list[str]]:
    """Names of calls that completed, and of those that could complete next, after some completions, oldest first."""
    seen: list[tuple[list[str], list[str]]] = []

    class Watching(ScriptedExecutor):
        def step(self) -> bool:
            ready = [task.function.name for task in self.ready()]
            if len(self.order) == steps and not seen:
                seen.append((list(self.names), ready))
            return super().step()

    check(text)
    by_machine(Program(text), Watching(oldest_first))
    return seen[0]


def test_a_second_stage_begins_before_the_first_has_ended() -> None:
    text = program("ys = [f(x) for x in range(4)]\nreturn [g(y) for y in ys]")
    done, ready = completions(text, 1)
    assert done == ["f"]
    assert "g" in ready and "f" in ready


def test_the_calls_of_a_branch_begin_while_conditions_of_others_are_not_known() -> None:
    text = program("out = []\nfor x in range(4):\n    out.append(f(x) if odd(x) else g(x))\nreturn out")
    done, ready = completions(text, 1)
    assert done == ["odd"]
    assert "g" in ready and "odd" in ready


def test_two_loops_that_wait_for_their_own_results_run_side_by_side() -> None:
    body = "a = b = 0\nwhile f(a) < 3:\n    a = f(a)\nwhile g(b) < 30:\n    b = f(b)\nreturn a, b"
    done, ready = completions(program(body), 1)
    assert done == ["f"]
    assert set(ready) == {"f", "g"}


def test_a_result_passed_only_to_other_calls_stays_where_it_is() -> None:
    """The second call refers to the first one's result; the program does not send the value back."""
    tasks = []

    class Keeping(ScriptedExecutor):
        def submit(self, task: object) -> None:
            tasks.append(task)
            super().submit(task)  # type: ignore[arg-type]

    by_machine(Program(program("return total(items(3))")), Keeping(oldest_first))
    assert tasks[1].needs == (tasks[0].id,)  # type: ignore[attr-defined]
    assert not tasks[1].bindings  # type: ignore[attr-defined]
