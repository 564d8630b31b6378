"""Calls with keywords, and of methods, as functions of their operands.

The machine puts operations off on operands. What it makes of such a call can be put together again as the program has
written it, so that nothing stands between the program's line and the callee.
"""

from __future__ import annotations

from typing import Any


class CallForm:
    """``callee(*operands, **named)``, or ``target.method(*operands, **named)``.

    Attributes:
        callee: What is called; None where it is a method of the first operand.
        method: The name of the method.
        count: How many of the operands are given by position, if any is named; the target of a method counts.
        names: The names of the others.
    """

    __slots__ = ("callee", "count", "method", "names")

    def __init__(self, callee: Any, count: int = 0, names: tuple[str, ...] = (), method: str = "") -> None:
        self.callee = callee
        self.count = count
        self.names = names
        self.method = method

    def __call__(self, *operands: Any) -> Any:
        callee, args, kwargs = self.spelled(operands)
        return callee(*args, **kwargs)

    def spelled(self, operands: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """Callee, arguments by position, and those by keyword."""
        kwargs: dict[str, Any] = {}
        if self.names:
            kwargs = dict(zip(self.names, operands[self.count :]))
            operands = operands[: self.count]
        if self.method:
            return getattr(operands[0], self.method), operands[1:], kwargs
        return self.callee, operands, kwargs


def with_keywords(callee: Any, count: int, names: tuple[str, ...]) -> Any:
    """A callee as a function of operands: so many positional arguments, then one for each keyword."""
    return CallForm(callee, count, names) if names else callee


def method_call(name: str, count: int = 0, names: tuple[str, ...] = ()) -> CallForm:
    """A method as a function of its target, so many positional arguments, and one for each keyword."""
    return CallForm(None, 1 + count, names, name)
