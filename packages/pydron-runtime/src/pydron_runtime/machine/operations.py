"""The operations that emitted code calls, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.activation import choose, loop, loop_over
from pydron_runtime.machine.current import value_of
from pydron_runtime.machine.ops_access import attribute, index_slice, item, iterate, keywords, spread, spread_mapping, unpack
from pydron_runtime.machine.ops_call import call, method, mutate
from pydron_runtime.machine.ops_in_place import in_place
from pydron_runtime.machine.ops_pure import binary, contains, key, kept_under, listed, mapped, pure, truth, tupled, unary
from pydron_runtime.machine.ops_store import delete_attribute, delete_item, set_attribute, set_item
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.tiers import tiers

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame


def fence(frame: Frame, site: int, reason: str, detail: str) -> None:
    """A sync-point: everything earlier finishes."""
    frame.machine.fence(frame, site, reason, detail)


def any_pending(frame: Frame, site: int, *operands: Any) -> bool:
    """Whether one of the operands is not there yet."""
    return any(type(operand) is Pending and not operand.done for operand in operands)


OPERATIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        any_pending, attribute, binary, call, choose, contains, delete_attribute, delete_item, fence, in_place,
        index_slice, item, iterate, kept_under, key, keywords, listed, loop, loop_over, mapped, method, mutate, pure,
        set_attribute, set_item, spread, spread_mapping, tiers, truth, tupled, unary, unpack, value_of,
    )
}  # fmt: skip
"""What the parameter ``__pydron_op_<name>`` of an emitted unit receives."""

OPERATIONS["slice"] = slice
