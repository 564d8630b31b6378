"""Quiet functions: those that come to no functional call, whatever their arguments, as long as their names keep their
meaning.

Such a function runs as it is. To see that it is still quiet has to take no time, because it may be called often: each
name is compared, by identity, with what it meant when the function was looked at thoroughly
(:mod:`pydron_runtime.prospects`).
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, CellType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from pydron.analysis.reach import names_functional
from pydron.marks import generation, scheduled_record
from pydron_runtime.machine.calls.within_itself import run_within_itself

if TYPE_CHECKING:
    from pydron.config import Settings
    from pydron.entry import Record
    from pydron_runtime.machine.code import Code

_MISSING: Any = object()


@dataclass(slots=True)
class Quiet:
    """Why a function is quiet, or was this time.

    Attributes:
        always: Whether it will be next time. If not, that depends on its arguments.
        generation: Of what is functional.
        names: (namespace, name, value): what each name means.
        cells: The same for variables of enclosing functions.
        recursive: Whether it calls itself by name, and what it calls then will be quiet too.
        settings: Those under which calls of the function may be run as they are without looking at anything else; None
            where there are none.
    """

    always: bool
    generation: int
    names: tuple[tuple[Mapping[str, Any], str, Any], ...]
    cells: tuple[tuple[CellType, Any], ...]
    recursive: bool
    settings: Settings | None = None

    def holds(self) -> bool:
        """Whether the function is quiet, whatever its arguments: nothing has changed."""
        if not self.always or self.generation != generation():
            return False
        for namespace, name, value in self.names:
            if namespace.get(name, _MISSING) is not value:
                return False
        for cell, value in self.cells:
            if _content(cell) is not value:
                return False
        return True


def quiet_of(code: Code) -> Quiet:
    """What is known of a function without prospects for its next calls.

    Asked for only when a call of the function was found to have no prospects.
    """
    made = _Guards(code.record)
    parameters = code.signature.parameters
    always = True
    for named in code.callees:
        if not named.captured:
            always = made.add(named.root, named.attributes) and always
        elif named.root in parameters:
            always = False
    # One that is given a functional function in a call of itself had better be asked for its prospects each time.
    recursive = made.recursive and (always or not names_functional(code.record.function))
    return Quiet(always, generation(), tuple(made.names), tuple(made.cells), recursive)


def remember(record: Record, quiet: Quiet, present: Settings) -> None:
    """Keep what is known of a function for its next calls.

    Args:
        present: The settings now; under these the function runs as it is.
    """
    record.quiet = quiet
    if not quiet.recursive:
        quiet.settings = present


def run_quietly(record: Record, quiet: Quiet, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a function that is quiet, this time at least, as it is. Raises what it raises."""
    if quiet.recursive:
        return run_within_itself(record, args, kwargs)
    return record.function(*args, **kwargs)


class _Guards:
    """Collects what names mean."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._function = record.function
        self.recursive = False
        self.names: list[tuple[Mapping[str, Any], str, Any]] = []
        self.cells: list[tuple[CellType, Any]] = []

    def add(self, root: str, attributes: tuple[str, ...]) -> bool:
        """Note what a dotted name means. False where what it means may change without a name being bound."""
        found = self._root(root)
        for attribute in attributes:
            if type(found) is not ModuleType:
                # What methods an object of a builtin type has is for ever; everything else may get others.
                return found is _MISSING or type(found).__module__ == "builtins" and not isinstance(found, type)
            namespace: Mapping[str, Any] = vars(found)
            found = namespace.get(attribute, _MISSING)
            self.names.append((namespace, attribute, found))
        if isinstance(found, (FunctionType, BuiltinFunctionType)):
            scheduled = scheduled_record(found)
            self.recursive = self.recursive or scheduled is self._record
            return scheduled is None or scheduled is self._record
        return found is _MISSING or isinstance(found, type)

    def _root(self, name: str) -> Any:
        function = self._function
        if name in function.__code__.co_freevars:
            cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
            found = _content(cell)
            self.cells.append((cell, found))
            return found
        found = function.__globals__.get(name, _MISSING)
        self.names.append((function.__globals__, name, found))
        if found is _MISSING:
            found = vars(builtins).get(name, _MISSING)
            self.names.append((vars(builtins), name, found))
        return found


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING
