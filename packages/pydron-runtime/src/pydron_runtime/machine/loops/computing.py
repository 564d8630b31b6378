"""Computing: loops of unfolded calls that go on as they were written although something before them is under way.

A loop goes on as it was written when everything before it has retired (:mod:`.tiers`): it might print, or change an
object that others see. For a loop in an unfolded call that would be a long time, and the calls behind it are those that
are to be handed out. A functional function without output changes nothing but what it has made itself. So a loop in it
that comes to nothing but computing need not wait, if what the same call has begun before is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydron.emit.lookups import Callee
from pydron.ir.nodes import Call, Const, For, Host, If, Input, Output, Store, While, subregions, walk
from pydron_runtime.machine.calls.deferral import is_pure_callee
from pydron_runtime.machine.order.entries import State
from pydron_runtime.machine.order.frames import Frame

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code

_CONTAINERS = frozenset({list, tuple, range, str, bytes, set, frozenset, dict})


def only_computes(frame: Frame, site: int, source: Any) -> bool:
    """Whether a loop may go on as it was written, whatever is under way.

    Args:
        frame: The loop's.
        site: Of the loop.
        source: What it goes through.
    """
    machine = frame.machine
    if not machine.unfolding.is_unfolded(frame) or machine.undo.is_set_aside:
        return False
    if type(source) not in _CONTAINERS or machine.containers.holds_pending(source):
        return False
    if any(entry.state is not State.DONE or isinstance(entry, Frame) and entry.queue for entry in frame.queue):
        return False
    callees = _callees_of(frame.code, frame.code.node(site))
    return callees is not None and all(is_pure_callee(frame.code, callee) for callee in callees)


def _callees_of(code: Code, number: int) -> tuple[Callee, ...] | None:
    """What a loop calls; None if it does something besides computing and calling functions by global names."""
    if number not in code.computing:
        code.computing[number] = _gathered(code, number)
    return code.computing[number]


def _gathered(code: Code, number: int) -> tuple[Callee, ...] | None:
    loop = next((node for node in walk(code.record.taken_apart.body) if node.id == number), None)
    if not isinstance(loop, (For, While)):
        return None
    found: list[Callee] = []
    for node in (each for _, region in subregions(loop) for each in walk(region)):
        if isinstance(node, Call):
            root, *attributes = node.callee.split(".")
            if node.stream is not None or root in node.reads or not all(map(str.isidentifier, (root, *attributes))):
                return None
            found.append(Callee(root, tuple(attributes), captured=False))
        elif not isinstance(node, (Const, For, Host, If, Input, Output, Store, While)):
            return None
    return tuple(found)
