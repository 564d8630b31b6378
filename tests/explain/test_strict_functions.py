"""``@pydron.schedule(strict=True)``: sync-points are an error at the first call, before anything has happened."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from scheduled import Program

import pydron
from pydron.errors import SyncPointError

BEFORE = """
import pydron
@functional
def f(x):
    return x + 1
def unknown(x):
    note("unknown", x)
class Box:
    def dirty(self, x):
        unknown(f(x))
@schedule
def clean(x):
    return f(x)
@schedule
def dirty(x):
    unknown(x)
    return f(x)
"""


def main_of(body: str, decorator: str = "@pydron.schedule(strict=True)") -> tuple[Any, list[Any]]:
    """``main`` of a program, and its log."""
    names = Program(f"{BEFORE}\n{decorator}\n{body}").namespace(pydron.schedule, pydron.functional)
    return names["main"], names["log"]


def refused(body: str, *args: Any) -> SyncPointError:
    main, log = main_of(body)
    with pydron.configure(executor="inline"), pytest.raises(SyncPointError) as caught:
        main(*args)
    assert log == []
    return caught.value


def test_a_call_nobody_knows_is_named_with_line_code_and_cure() -> None:
    error = refused("def main(xs):\n    note('begun')\n    return [f(x) for x in xs]", [1])
    message = str(error)
    assert message.startswith("main is scheduled with strict=True, and has 1 sync-point:\n")
    assert ":21: PD101 call that is not known to be pure: note('begun') may do anything" in message
    assert "To do: If note has no side effects, put @pydron.functional on it" in message
    assert "docs/reasons.md#pd101" in message
    (finding,) = error.findings
    assert (finding.code, finding.line) == ("PD101", 21)  # type: ignore[attr-defined]


REFUSED = {
    "a statement taken whole": ("import json\n    return f(1)", ["PD208"]),
    "a global": ("global LATER\n    LATER = f(1)", ["PD207"]),
    "a scheduled function with sync-points": ("return dirty(1)", ["PD104"]),
    "several": ("unknown(f(1))\n    import json\n    unknown(2)", ["PD101", "PD208", "PD101"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    body, codes = REFUSED[name]
    error = refused(f"def main():\n    {body}\nBOX = []\n")
    assert [finding.code for finding in error.findings] == codes  # type: ignore[attr-defined]


ACCEPTED = {
    "a loop": "out = []\n    for x in xs:\n        out.append(f(x))\n    return out",
    "a branch": "return [f(x) if f(x) > 1 else x for x in xs]",
    "output": "for x in xs:\n        print(f(x))",
    "a scheduled function": "return [clean(x) for x in xs]",
    "a callee known at run time": "g = [f][0]\n    return [g(x) for x in xs]",
    "leaving on a result": "for x in xs:\n        if f(x) > 1:\n            return x",
    "a method with sync-points, which may be another one's": "Box().dirty(xs[0])\n    return 1",
    "a function that is defined below": "return below(f(xs[0]))\ndef below(x):\n    return x * 2",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted(name: str) -> None:
    main, _ = main_of(f"def main(xs):\n    {ACCEPTED[name]}\n")
    plain, _ = main_of(f"def main(xs):\n    {ACCEPTED[name]}\n", "@schedule")
    with pydron.configure(executor="inline"):
        assert main([1, 2]) == main([1, 2]) == plain.sequential([1, 2])


def test_it_is_refused_each_time_and_by_every_executor() -> None:
    main, _ = main_of("def main():\n    unknown(1)")
    for executor in ("inline", "local"):
        with pydron.configure(executor=executor), pytest.raises(SyncPointError):
            main()
    assert main.sequential() is None


def test_a_strict_function_inside_of_another_one_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    text = f"{BEFORE}\n@pydron.schedule(strict=True)\ndef inner():\n    unknown(f(1))\n@schedule\ndef main():\n    inner()\n"
    names = Program(text).namespace(pydron.schedule, pydron.functional)
    with pydron.configure(executor="inline"), pytest.raises(SyncPointError):
        names["main"]()
    assert names["log"] == []


def test_the_error_shows_the_users_lines_only() -> None:
    main, _ = main_of("def main():\n    unknown(1)")
    with pytest.raises(SyncPointError) as caught:
        main()
    assert [entry.name for entry in caught.traceback[1:]] == ["main"]


def test_what_is_never_taken_apart_is_refused_at_once() -> None:
    def generator() -> Any:
        yield 1

    async def coroutine() -> None:
        pass

    for thing, code in (
        (generator, "PD204"), (coroutine, "PD205"), (functools.partial(max, 1), "PD216"), (int, "PD216"),
        (functools.lru_cache(generator), "PD216"),
    ):  # fmt: skip
        with pytest.raises(SyncPointError, match=code):
            pydron.schedule(strict=True)(thing)


def test_static_and_class_methods_may_be_strict() -> None:
    class Tools:
        @pydron.schedule(strict=True)
        @staticmethod
        def static(x: int) -> int:
            return abs(x)

        @classmethod
        @pydron.schedule(strict=True)
        def of_class(cls, x: int) -> int:
            return abs(x)

        @pydron.schedule(strict=True)
        def own(self, x: int) -> int:
            print(x)
            return abs(x)

    assert Tools.static(-1) == Tools().of_class(-1) == Tools().own(-1) == 1


def test_a_scheduled_function_can_be_made_strict_later() -> None:
    main, _ = main_of("def main():\n    unknown(1)", "@schedule")
    with pytest.raises(SyncPointError):
        pydron.schedule(strict=True)(main)()
    assert main() is None
