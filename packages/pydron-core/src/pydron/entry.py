"""The entry of a scheduled function: a real function that looks like the user's and leaves no trace in tracebacks.

A traceback gets one line for each Python frame that an exception leaves. The entry's frame cannot be avoided, so it
takes the place of the user's own frame: its code (:mod:`pydron.stand_in`) carries the user's file, name and parameters.
After a failure the gate puts the traceback together, with an entry at the very place where the user's code failed
(:mod:`pydron.places`), and the entry raises the error as it is. Before Python 3.11 it cannot: raising adds a line.
There its code holds one ``raise`` statement per line.
"""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Callable
from types import CodeType, FrameType, FunctionType
from typing import TYPE_CHECKING, Any

from pydron import runner
from pydron.behind import let_go_behind
from pydron.callers import seen_from_outside
from pydron.errors import InternalError
from pydron.ir.lazy import lazy_graph
from pydron.ir.nodes import Graph
from pydron.marks import FUNCTIONAL, SCHEDULED
from pydron.refusing import REFUSED
from pydron.stand_in import has_gate, stand_in

# The compiler is imported where a function is compiled, or its graph looked at: workers, which import the modules that
# the calls come from, do neither.
if TYPE_CHECKING:
    from pydron.emit.unit import Unit


class Gate:
    """What the code of an entry calls. It knows its record weakly, because code is no part of garbage collection.

    A copy by pickle knows none until the record that comes with it is rebuilt.
    """

    __slots__ = ("_record",)

    def __init__(self) -> None:
        self._record: Callable[[], Record | None] = _nothing

    def bind(self, record: Record) -> None:
        """Belong to a record."""
        self._record = weakref.ref(record)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        record = self._record()
        if record is None:
            caller = sys._getframe(1)
            return _collected(caller.f_code, caller.f_globals).as_written(*args, **kwargs)
        quiet = record.quiet
        if quiet is not None and quiet.settings is runner.settings() and quiet.holds() and not REFUSED:
            return record.as_written(*args, **kwargs)
        brief = record.brief
        if brief is not None and brief.settings is runner.settings() and brief.fits(args, kwargs) and not REFUSED:
            return brief.run(record, args, kwargs)
        return runner.run(record, args, kwargs)

    def place(self, error: BaseException) -> int:
        """Cut the traceback down to the user's frames, with one for the function itself.

        Before Python 3.11 raising the error once more puts that one in front: this returns the line (relative) that the
        entry has to raise from.
        """
        offset = self._place(error, sys._getframe(1))
        let_go_behind(error)
        del error  # this frame, too, is behind the entries that were made
        return offset

    def _place(self, error: BaseException, entry: FrameType) -> int:
        function = self._bound().function
        place, shown = runner.frames_of_failure(self._bound(), error)
        if runner.shows_everything() and error.__traceback__ is not None:
            shown = error.__traceback__.tb_next
        if sys.version_info >= (3, 11):
            if place is not None:
                variables = entry.f_locals
                own = {name: value for name, value in variables.items() if not name.startswith(".")}
                if type(variables) is dict:
                    variables.clear()  # before Python 3.13 the frame keeps it, and with it the error
                shown = runner.entry_of(function.__code__, place, shown, function.__globals__, own)
            error.__traceback__ = shown
            return 0
        error.__traceback__ = shown
        offset = 0 if place is None else place.line - function.__code__.co_firstlineno
        return offset if offset > 0 else 0

    def _bound(self) -> Record:
        record = self._record()
        if record is None:
            raise InternalError("The code of a scheduled function has outlived the function.")
        return record

    def __reduce__(self) -> Any:
        return (Gate, ())


def _nothing() -> None:
    return None


def _collected(code: CodeType, namespace: dict[str, Any]) -> Record:
    """The record of an entry that is being collected as garbage, and is called by a ``__del__`` that goes with it.

    Weak references to garbage are cleared before any ``__del__`` runs; the function still has its record, and is found
    where functions usually are: in its module, or in a class there.

    Raises:
        InternalError: It is not there.
    """
    members = [value for owner in namespace.values() if isinstance(owner, type) for value in vars(owner).values()]
    for function in (*namespace.values(), *members):
        if isinstance(function, (staticmethod, classmethod)):
            function = function.__func__
        if type(function) is FunctionType and function.__code__ is code:
            record = function.__dict__.get(SCHEDULED)
            if isinstance(record, Record):
                return record
    raise InternalError("The code of a scheduled function has outlived the function.")


class Record:
    """What Pydron keeps of one scheduled function.

    Attributes:
        function: The undecorated function.
        as_written: What runs it within the entry.
        entry: The function that users call.
        gate, code: What the entry's code calls, and that code.
        taken_apart: Its graph, built when first looked at.
        graph: The same with what its global names mean, so that it runs elsewhere.
        strict: As given to the decorator.
        verified: Whether a strict function has been found to have no sync-points.
        compiled: Room for what the runtime emits from the graph.
        quiet: What the runtime knows of a function that comes to no functional call: ``holds()`` as long as that is
            so, under the ``settings`` in force when it was found out. None while nothing is known.
        brief: What the runtime knows of a function whose calls are over before anybody could help: under its
            ``settings``, ``run()`` makes those calls that it ``fits()``. None while nothing is known.
    """

    __slots__ = (
        "__weakref__", "as_written", "brief", "code", "compiled", "entry", "function", "gate", "graph", "quiet",
        "strict", "taken_apart", "verified",
    )  # fmt: skip

    def __init__(self, function: FunctionType, strict: bool, gate: Gate | None = None) -> None:
        self.function = function
        self.as_written = seen_from_outside(function)
        self.entry: FunctionType = function
        self.code = function.__code__
        self.gate = Gate() if gate is None else gate
        self.gate.bind(self)
        self.strict = strict
        self.verified = False
        self.taken_apart: Graph = lazy_graph(functools.partial(_build, function))
        self.graph: Graph = lazy_graph(functools.partial(_with_globals, self))
        self.compiled: Any = None
        self.quiet: Any = None
        self.brief: Any = None

    def emit(self) -> Unit | None:
        """The code emitted from the graph; None where the function runs as a whole.

        Raises:
            SyncPointError: The function is strict, and has sync-points.
        """
        if self.strict:
            self.verify()
        from pydron.compile import compile_graph

        return compile_graph(self.taken_apart)

    def verify(self) -> None:
        """See to it, once, that a strict function has no sync-points.

        Raises:
            SyncPointError: It has.
        """
        if not self.verified:
            from pydron.explain.strictness import demand_no_sync_points  # a door: hardly any function is strict

            demand_no_sync_points(self.entry, self.function.__qualname__, self.function.__code__.co_filename)
            self.verified = True

    def __reduce__(self) -> Any:
        # A scheduled function that travels by value is rebuilt from the undecorated one at the other end.
        return (_rebuild_record, (self.function, self.strict, self.gate))

    def is_record_of(self, function: FunctionType) -> bool:
        """Whether a function that carries this record is scheduled: it still has the code of an entry.

        One that copied the attributes of the entry is not, nor is an entry that somebody has given other code.
        """
        return function.__code__ is self.code or has_gate(function.__code__, self.gate)


def _rebuild_record(function: FunctionType, strict: bool, gate: Gate) -> Record:
    record = Record(function, strict, gate)
    make_entry(record)
    return record


def _build(function: FunctionType) -> Graph:
    from pydron.frontend.build import build_graph

    return build_graph(function)


def _with_globals(record: Record) -> Graph:
    from pydron.export.globals import with_globals

    return with_globals(record.taken_apart, record.function)


def _lines_of(code: CodeType) -> int:
    last = max((line for _, _, line in code.co_lines() if line is not None), default=code.co_firstlineno)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            last = max(last, constant.co_firstlineno + _lines_of(constant))
    return max(1, last - code.co_firstlineno + 1)


def _room_for(code: CodeType) -> int:
    """How many lines an entry has to be able to raise from. From Python 3.11 on it raises as its gate has placed it."""
    if sys.version_info >= (3, 11):
        return 1
    size = 32
    while size < _lines_of(code):
        size *= 4
    return size


def make_entry(record: Record) -> FunctionType:
    """The function that users call in place of ``record.function``.

    It has the user's parameters, defaults and free variables, so it can be looked at, and changed, like the user's.
    """
    function = record.function
    code = function.__code__
    made = stand_in(code, record.gate, _room_for(code))
    entry = FunctionType(made, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    functools.update_wrapper(entry, function)
    entry.__kwdefaults__ = function.__kwdefaults__
    entry.__dict__.pop(FUNCTIONAL, None)
    adorn(entry, record)
    return entry


def adorn(entry: FunctionType, record: Record) -> None:
    """Give what users call the attributes of a scheduled function."""
    record.entry, record.code = entry, entry.__code__
    entry.__dict__[SCHEDULED] = record
    entry.__dict__["sequential"] = record.function
    entry.__dict__["graph"] = record.graph
    entry.__dict__["_repr_html_"] = functools.partial(_shown, record)


def _shown(record: Record) -> str:
    """For notebooks."""
    from pydron.export.notebook import function_html

    return function_html(record.function.__qualname__, record.graph)
