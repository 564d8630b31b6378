"""Code: the functions that the emitted code of one scheduled function has become in this process."""

from __future__ import annotations

import copy
import functools
import inspect
import itertools
import operator
from collections.abc import Iterator, Mapping
from types import CellType, CodeType, FunctionType
from typing import Any

from pydron import runner
from pydron.callers import Caller, caller_at, steps_at
from pydron.emit.builder import PREFIX
from pydron.emit.facts import Facts
from pydron.emit.lookups import Callee
from pydron.emit.regions import Deferrable
from pydron.emit.streams import ELEMENTS
from pydron.emit.unit import UNIT, Unit
from pydron.entry import Record
from pydron.ir.nodes import Graph
from pydron.location import Span
from pydron.preparing import prepared
from pydron.uninterrupted import uninterrupted
from pydron_runtime.machine.naming import as_generator_expression, named_as
from pydron_runtime.machine.operation_table import OPERATIONS

_numbers = itertools.count(1)


class Code:
    """Emitted code of one scheduled function, ready to run.

    Attributes:
        record: The scheduled function.
        function: Takes the frame, then the user's arguments.
        places: (node id, span) per site.
        callees: What the function calls by name.
        signature: The user's.
        plain: See :func:`_plain`.
        deferrable: Control nodes that are functions of their own.
        number: Of the graph, in the trace.
        computing: See :mod:`.loops.computing`; by the loop's node, as far as somebody asked.
        scouts: What looks ahead for loops, as far as it was needed: by the loop's node, and what else it depends on.
        streams: Which sites stand in generator expressions, inner ones first.
        sole_readers: See :mod:`pydron.emit.sole_readers`.
    """

    __slots__ = (
        "_callers", "_sole_readers", "callees", "computing", "deferrable", "facts", "function", "number", "places",
        "plain", "record", "signature", "scouts", "streams",
    )  # fmt: skip

    def __init__(self, record: Record, unit: Unit, number: int = 0) -> None:
        self.record = record
        self.number = number or next(_numbers)
        self.places: tuple[tuple[int, Span], ...] = unit.places
        self.deferrable: tuple[Deferrable, ...] = unit.deferrable
        self.facts: Facts = unit.facts
        self.callees = unit.callees
        self.streams = unit.streams
        self.computing: dict[int, tuple[Callee, ...] | None] = {}
        self.scouts: dict[Any, Any] = {}
        self.function = _load(record.function, unit, record.taken_apart)
        self.signature = inspect.signature(record.function)
        self.plain = _plain(self.signature)
        self._callers: dict[int, Caller] = {}
        self._sole_readers: Mapping[int, frozenset[int]] | None = None

    @property
    def sole_readers(self) -> Mapping[int, frozenset[int]]:
        """Calls whose result one place reads, and no other."""
        if self._sole_readers is None:
            from pydron.emit.sole_readers import sole_readers  # not needed unless there are iterators

            self._sole_readers = sole_readers(self.record.taken_apart)
        return self._sole_readers

    def follow_defaults(self) -> None:
        """Take over the default values of what users call, in case somebody has given it others."""
        entry, function = self.record.entry, self.function
        if entry.__defaults__ is function.__defaults__ and entry.__kwdefaults__ is function.__kwdefaults__:
            return
        for follower in (function, self.record.function):
            follower.__defaults__ = entry.__defaults__
            follower.__kwdefaults__ = entry.__kwdefaults__
        self.signature = prepared(inspect.signature, self.record.function)
        self.plain = _plain(self.signature)

    def accepts(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether the arguments fit the parameters. (If not, the original function raises Python's own error.)"""
        if not kwargs and self.plain is not None:
            return self.plain[0] <= len(args) <= self.plain[1]
        try:
            prepared(functools.partial(self.signature.bind, *args, **kwargs))
        except TypeError:
            return False
        return True

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by parameter, defaults included; parameters without a value are left out."""
        return prepared(self._bind, args, kwargs)

    def _bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        bound = self.signature.bind_partial(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def span(self, site: int) -> Span:
        """The place of a site in the user's source."""
        return self.places[site][1]

    def caller(self, site: int) -> Caller:
        """What makes the call of a site as if from the user's own line."""
        found = self._callers.get(site)
        if found is None:
            function = self.record.function
            found = self._callers[site] = caller_at(function.__code__, function.__globals__, self.span(site).line)
        return found

    def steps(self, site: int, iterator: Iterator[Any]) -> Iterator[Any]:
        """The elements of an iterator, asked for as if from the user's own line."""
        function = self.record.function
        return steps_at(function.__code__, function.__globals__, self.span(site).line, iterator)

    def node(self, site: int) -> int:
        """The node of a site."""
        return self.places[site][0]

    def lookup(self, name: str) -> Any:
        """What a global or free name of the function means now.

        Raises:
            LookupError: It means nothing.
        """
        function = self.record.function
        if name in function.__code__.co_freevars:
            cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
            try:
                return cell.cell_contents
            except ValueError:
                raise LookupError(name) from None
        if name in function.__globals__:
            return function.__globals__[name]
        builtins = function.__builtins__ if hasattr(function, "__builtins__") else __builtins__
        return builtins[name] if isinstance(builtins, dict) else getattr(builtins, name)


def copy_of(code: Code, record: Record, function: FunctionType) -> Code:
    """The same code for another function object of the user's, with other free variables."""
    made = copy.copy(code)
    made.record, made.function = record, function
    return made


def _compile(record: Record) -> None:
    with uninterrupted():  # the first time, that imports the compiler
        unit = record.emit()
        record.compiled = False if unit is None else Code(record, unit)


def code_of(record: Record) -> Code | None:
    """The code of a scheduled function, made the first time; None where it runs as a whole."""
    if record.compiled is None:
        prepared(_compile, record)
    code: Code | None = record.compiled or None
    if code is not None:
        code.follow_defaults()
    return code


def _plain(signature: inspect.Signature) -> tuple[int, int] | None:
    """How many arguments by position the function takes at least and at most; None where it is not that simple."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = list(signature.parameters.values())
    if any(parameter.kind not in kinds for parameter in parameters):
        return None
    least = sum(parameter.default is inspect.Parameter.empty for parameter in parameters)
    return least, len(parameters)


def _load(original: FunctionType, unit: Unit, graph: Graph) -> FunctionType:
    """Run the unit, then give its functions the cells of the user's own closure.

    Args:
        graph: What the unit was emitted from.
    """
    namespace: dict[str, Any] = {}
    exec(unit.code, original.__globals__, namespace)
    make: FunctionType = namespace[UNIT]
    arguments: dict[str, Any] = dict.fromkeys(unit.free_names)
    arguments.update({f"{PREFIX}op_{name}": OPERATIONS[name] for name in unit.operations})
    arguments.update({f"{PREFIX}{name}": getattr(operator, name) for name in unit.operators})
    made = make(**arguments)
    done: dict[CodeType, FunctionType] = {}
    function = _rebind(made, original, done)
    runner.takes_apart(original.__code__, graph)
    for part in done.values():
        if part.__code__.co_name == "<genexpr>":
            runner.takes_apart(part.__code__, graph)
    function.__defaults__ = original.__defaults__
    function.__kwdefaults__ = original.__kwdefaults__
    function.__qualname__ = original.__qualname__
    return function


def _rebind(
    function: FunctionType,
    original: FunctionType,
    done: dict[CodeType, FunctionType],
    role: runner.Role = "function",
    users: CodeType | None = None,
) -> FunctionType:
    """A copy of an emitted function, and of those it refers to, whose free variables are the user's own cells.

    Its frames, and those of its regions and helpers, are shown as the user's function; those of a function that
    computes the elements of a generator expression as that.

    Args:
        users: The code that it stands for.
    """
    code = function.__code__
    if code in done:
        return done[code]
    named = named_as(code, original)
    if code.co_name.startswith(ELEMENTS):
        named = users = as_generator_expression(named)
    elif users is not None and users is not original.__code__:
        named = as_generator_expression(named)
    users = original.__code__ if users is None else users
    cells = dict(zip(original.__code__.co_freevars, original.__closure__ or ()))
    closure = []
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        if name in cells:
            closure.append(cells[name])
            continue
        content = cell.cell_contents
        if isinstance(content, FunctionType) and name.startswith(PREFIX) and not name.startswith(f"{PREFIX}op_"):
            content = _rebind(content, original, done, "part", users)
        closure.append(CellType(content))
    if named is not users:
        runner.show_as(named, users, role)
    rebound = FunctionType(named, function.__globals__, function.__name__, function.__defaults__, tuple(closure))
    rebound.__kwdefaults__ = function.__kwdefaults__
    done[code] = rebound
    return rebound
