"""Pinning: what a call sees of the variables around it when it happens later than its place in the program.

The variables of an enclosing function may be bound anew by the code that runs ahead. A deferred call gets cells of its
own, with what they hold at its place in the program. Objects that its global and free names mean may be modified; the
frame announces them as read, so that later stores to them wait.
"""

from __future__ import annotations

from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from pydron.analysis.provenance import is_of_python
from pydron.emit.builder import PREFIX
from pydron.entry import Record
from pydron.marks import scheduled_record

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code

_BUDGET = 40
"""Functions looked at on behalf of one."""


def pinned(function: FunctionType) -> FunctionType:
    """A copy of a function whose free variables stay what they are now."""
    return _with_cells(function, _copied_cells(function), {}) if function.__closure__ else function


def pinned_code(code: Code) -> Code:
    """The same for the emitted code of a function."""
    from pydron_runtime.machine.code import copy_of  # the two refer to each other

    function = code.record.function
    if not function.__closure__:
        return code
    cells = _copied_cells(function)
    record = Record(_with_cells(function, cells, {}), code.record.strict)
    record.taken_apart = code.record.taken_apart
    pinned = copy_of(code, record, _with_cells(code.function, cells, {}))
    record.compiled = pinned
    return pinned


def _copied_cells(function: FunctionType) -> dict[str, CellType]:
    """New cells with the contents of a function's; one that is empty, as it will be bound later, stays itself."""
    cells: dict[str, CellType] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            cells[name] = CellType(cell.cell_contents)
        except ValueError:
            cells[name] = cell
    return cells


def _with_cells(
    function: FunctionType, cells: dict[str, CellType], done: dict[FunctionType, FunctionType]
) -> FunctionType:
    """A copy of a function, and of its emitted parts, with other cells for some of its free variables."""
    if function in done:
        return done[function]
    closure: list[CellType] = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        if name in cells:
            cell = cells[name]
        elif name.startswith(PREFIX) and not name.startswith(f"{PREFIX}op_"):
            content = cell.cell_contents
            if isinstance(content, FunctionType):
                cell = CellType(_with_cells(content, cells, done))
        closure.append(cell)
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, tuple(closure)
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__ = function.__qualname__
    done[function] = copy
    return copy


def surroundings(function: FunctionType) -> dict[str, Any]:
    """The objects that a call may read besides its arguments: those that global and free names mean now.

    The functions among them are looked into as well.
    """
    found: dict[str, Any] = {}
    stack, seen = [function], {id(function)}
    while stack:
        current = stack.pop()
        record = scheduled_record(current)
        if record is not None:
            current = record.function  # the entry itself mentions nothing
        contents = [current.__globals__[name] for name in current.__code__.co_names if name in current.__globals__]
        for cell in current.__closure__ or ():
            try:
                contents.append(cell.cell_contents)
            except ValueError:
                continue
        for value in contents:
            if type(value) is not FunctionType:
                found[f"{len(found)} around"] = value
            elif id(value) not in seen and len(seen) < _BUDGET and not is_of_python(value):
                seen.add(id(value))
                stack.append(value)
    return found
