"""Objects whose variable is the function's, though code that was emitted as a function of its own has bound it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.values.endings import ends_visibly

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def stay(frame: Frame, name: str, value: Any) -> None:
    """A region has bound a variable that nobody reads after it: the object stays until the variable is bound anew.

    Args:
        value: What the variable holds; None where it is the function's own again.
    """
    while frame.kind == "region" and frame.frame is not None:
        frame = frame.frame
    if ends_visibly(value):
        if frame.kept is None:
            frame.kept = {}
        frame.kept[name] = value
    elif frame.kept:
        frame.kept.pop(name, None)
