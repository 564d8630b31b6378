"""The operations that emitted code calls, by name."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.ahead.forecasts import forecast
from pydron_runtime.machine.ahead.scouted import (
    nothing,
    scouted,
    scouted_delete,
    scouted_method,
    scouted_named,
    scouted_parts,
    scouted_set,
    scouted_steps,
    scouted_turns,
)
from pydron_runtime.machine.ahead.scouts import SCOUTING, ahead, looked
from pydron_runtime.machine.calls.activation import choose, loop, loop_over
from pydron_runtime.machine.failures.attempts import PASSING, UNBOUND
from pydron_runtime.machine.failures.guarded import (
    as_it_was,
    attempt,
    caught,
    completes,
    fails,
    leaving,
    manager,
    note,
    raised,
)
from pydron_runtime.machine.loops.streams import go_through
from pydron_runtime.machine.loops.tiers import tiers, turns
from pydron_runtime.machine.operations.access import (
    attribute,
    index_slice,
    item,
    iterate,
    keywords,
    spread,
    spread_mapping,
    unpack,
)
from pydron_runtime.machine.operations.call import call, method, mutate
from pydron_runtime.machine.operations.display import put_off_display, spread_hashed
from pydron_runtime.machine.operations.in_place import in_place
from pydron_runtime.machine.operations.match import matched
from pydron_runtime.machine.operations.pure import (
    binary,
    contains,
    gathered,
    kept_under,
    key,
    listed,
    mapped,
    pure,
    truth,
    tupled,
    unary,
)
from pydron_runtime.machine.operations.store import delete_attribute, delete_item, set_attribute, set_item
from pydron_runtime.machine.order.current import settled, value_of
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import is_immutable
from pydron_runtime.machine.values.staying import stay

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def fence(frame: Frame, site: int, reason: str, detail: str) -> None:
    """A sync-point: everything earlier finishes."""
    frame.machine.fence(frame, site, reason, detail)


def may_put_off(frame: Frame, site: int, names: tuple[str, ...], *operands: Any) -> bool:
    """Whether an expression is to be put off: an operand is not there yet, and none that is there can change.

    The expression may give back an operand itself, so that a copy would not do; nor may it read a global that changes.

    Args:
        names: Global and free names that the expression looks up when it is evaluated.
    """
    missing = False
    for operand in operands:
        if type(operand) is Pending and not operand.done:
            missing = True
        elif not is_immutable(operand.get() if type(operand) is Pending else operand):
            return False
    if not missing:
        return False
    try:
        found = [frame.code.lookup(name) for name in names]
    except (LookupError, AttributeError):
        return False
    return all(is_immutable(value) and type(value) is not ModuleType for value in found)


OPERATIONS: dict[str, Any] = {
    function.__name__: function
    for function in (
        ahead, as_it_was, attempt, attribute, binary, call, caught, choose, completes, contains, delete_attribute,
        delete_item, fails, fence, forecast, gathered, go_through, in_place, index_slice, item, iterate, kept_under,
        key, keywords, leaving, listed, looked, loop, loop_over, manager, mapped, matched, may_put_off, method, mutate,
        note, pure, put_off_display, raised, set_attribute, set_item, settled, spread, spread_hashed, spread_mapping,
        stay, tiers, truth, tupled, turns, unary, unpack, value_of,
    )
}  # fmt: skip
"""What the parameter ``__pydron_op_<name>`` of an emitted unit receives."""

OPERATIONS.update(slice=slice, passing=PASSING, unbound=UNBOUND, name_error=NameError, base_exception=BaseException)

SCOUTING.update(OPERATIONS, unforeseen=Exception, nothing=nothing)
SCOUTING.update(scouted_delete=scouted_delete, scouted_method=scouted_method, scouted_set=scouted_set)
SCOUTING.update(scouted_turns=scouted_turns)
SCOUTING.update(scouted=scouted, scouted_named=scouted_named, scouted_parts=scouted_parts, scouted_steps=scouted_steps)
