"""Writes ``try`` and ``with`` statements for random programs."""

from __future__ import annotations

from random_expressions import Expressions

MANAGERS = """
import contextlib, threading

class Manager:
    def __init__(self, name, swallows=()):
        self.name, self.swallows = name, swallows
    def __enter__(self):
        note("enter", self.name, OUT)
        return self.name
    def __exit__(self, kind, error, trace):
        note("exit", self.name, None if error is None else error.args, OUT)
        return isinstance(error, self.swallows)

class Timer:
    laps = 0
    def __enter__(self):
        self.laps = self.laps + 1
        return self
    def __exit__(self, *failure):
        self.failed = failure[0] is not None

LOCK = threading.RLock()
TIMER = Timer()
"""
"""What such statements use, besides the functions of every random program."""


class Guards(Expressions):
    """Writes guarded statements. A writer of programs gives it the means to write blocks."""

    def _block(self, depth: int, count: int) -> None:
        raise NotImplementedError

    def _say(self, depth: int, text: str) -> None:
        raise NotImplementedError

    def _try(self, depth: int) -> None:
        self._say(depth, "try:")
        self._block(depth + 1, 1 + self._choose(3))
        handlers = self._choose(3)
        for _ in range(handlers):
            name = self._pick(["", "", " as e", " as error", " as c"])
            kind = self._pick(["ValueError", "KeyError", "(ValueError, IndexError)", "LookupError", "Exception"])
            self._say(depth, f"except {kind}{name}:")
            if name and not self._choose(2):
                self._say(depth + 1, f"note({name[4:]}.args, a, b, l)")
            self._ending(depth + 1)
        if handlers and not self._choose(4):
            self._say(depth, "else:")
            self._block(depth + 1, 1)
        if not handlers or not self._choose(3):
            self._say(depth, "finally:")
            self._ending(depth + 1)

    def _ending(self, depth: int) -> None:
        """The end of a guarded statement: short, so that there are many of them."""
        match self._choose(8):
            case 0:
                self._say(depth, "pass")
            case 1:
                self._say(depth, f"{self._pick(['a', 'b', 'c'])} = {self._number(1)}")
            case 2:
                self._say(depth, f"{self._pick(['l', 'm', 'OUT', 'o.items'])}.append({self._any(1)})")
            case 3:
                self._say(depth, "note(a, b, c, l, m)")
            case 4:
                self._say(depth, f"print('ending', {self._number(1)})")
            case 5:
                self._say(depth, self._pick(["raise", f"raise KeyError({self._number(1)})", "return a, l"]))
            case _:
                self._block(depth, 1)

    def _with(self, depth: int) -> None:
        manager = self._pick(
            [
                f"Manager({self._number(1)})",
                f"Manager({self._pick(['1', 'a'])}, (ValueError, KeyError))",
                "contextlib.suppress(ValueError)",
                "contextlib.suppress(KeyError, IndexError)",
                "contextlib.nullcontext(a)",
                f"contextlib.nullcontext({self._number(1)})",
                "LOCK",
                "TIMER",
                "Timer()",
                "Manager(b), contextlib.suppress(ValueError)",
            ]
        )
        self._say(depth, f"with {manager}{self._pick(['', '', ' as c', ' as t'])}:")
        self._block(depth + 1, 1 + self._choose(3))
