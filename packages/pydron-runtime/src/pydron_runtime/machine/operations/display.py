"""Operations of displays that look at what they are made of: ``[*a, b]``, ``{**a, k: v}``, ``{k: v}``, ``{*a}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.iteration.folding import fold
from pydron_runtime.machine.iteration.lent import is_fed
from pydron_runtime.machine.operations.access import spread
from pydron_runtime.machine.operations.pure import key
from pydron_runtime.machine.order.current import current, value_of
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import CONTAINERS, MAPPINGS, VIEWS, is_immutable, is_safe, is_safe_type

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def put_off_display(frame: Frame, site: int, kinds: str, *operands: Any) -> bool:
    """Whether a display is to be put off: something that it looks at is not there, and all the rest only computes.

    Args:
        kinds: What is done with each operand; see ``pydron.emit.displays``.
    """
    missing = False
    containers = frame.machine.containers
    for kind, operand in zip(kinds, operands):
        if kind == "v":
            continue
        operand = current(frame, site, operand)
        if type(operand) is Pending:
            missing = missing or kind != "*" or operand.parts is None
        elif kind == "k":
            if not (is_immutable(operand) and is_safe(operand)):
                return False
        elif kind == "m":
            if type(operand) not in MAPPINGS:
                return False
        elif type(operand) in CONTAINERS:
            missing = missing or kind == "s" and operand in containers
        elif type(operand) not in VIEWS and not is_safe_type(type(operand)):
            return False
    return missing


def spread_hashed(frame: Frame, site: int, operand: Any) -> Any:
    """What ``*operand`` goes through in the display of a set: each element is there when it is hashed."""
    operand = value_of(frame, site, operand)
    if is_fed(frame.machine, operand):
        return value_of(frame, site, fold(frame, site, set, spread(frame, site, operand)))
    source = spread(frame, site, operand)
    return source if source is operand else (key(frame, site, element) for element in source)
