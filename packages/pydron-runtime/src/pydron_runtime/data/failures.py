"""Exceptions in transit: type, arguments, notes, attributes, causes, contexts and the lines they came from.

Python drops the cause, the context and the traceback of an exception when it is pickled. A failure keeps all
three. Of each traceback it keeps where each frame stood, from which the program builds a traceback that shows
the user's own lines, carets included.
"""

from __future__ import annotations

import io
import math
import pickle
import traceback
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import msgspec

from pydron.interrupts import let_through
from pydron.places import Place, code_at, entry_at, place_of_entry
from pydron_runtime.data.payload import ByValuePickler, Payload, TransportError, dump
from pydron_runtime.data.payload import load as load_payload

_OWN = "pydron_runtime"
_STANDS_FOR_USERS = "pydron_runtime.conformance."
"""Modules whose functions are called as a user's would be."""


class FrameRecord(msgspec.Struct, frozen=True):
    """Where one frame of a traceback stood.

    Lines are 1-based; columns are UTF-8 byte offsets as in ``ast``, or None where the interpreter keeps none. The names
    are those that the code could use there, if one was not found: one of them may have been meant.
    """

    filename: str
    line: int
    name: str
    module: str = ""
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None
    names: tuple[str, ...] = ()


def records_of(trace: TracebackType | None) -> list[FrameRecord]:
    """The frames of a traceback, outermost first, without the leading frames of this package."""
    records: list[FrameRecord] = []
    trace = _users(trace)
    while trace is not None:
        module = _module(trace)
        code = trace.tb_frame.f_code
        place = place_of_entry(trace)
        records.append(
            FrameRecord(
                code.co_filename, place.line, code.co_name, module, place.end_line, place.column, place.end_column
            )
        )
        trace = trace.tb_next
    return records


def _module(entry: TracebackType) -> str:
    module = entry.tb_frame.f_globals.get("__name__")
    return module if isinstance(module, str) else ""


def _users(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that begins where this package called the user's function."""
    while trace is not None and _is_own(_module(trace)):
        trace = trace.tb_next
    return trace


def _is_own(module: str) -> bool:
    from pydron import runner  # late: workers start sooner without it, and most calls do not fail

    if runner.shows_everything():
        return False
    return module == _OWN or module.startswith(_OWN + ".") and not module.startswith(_STANDS_FOR_USERS)


def traceback_of(records: Iterable[FrameRecord]) -> TracebackType | None:
    """A traceback whose entries show the recorded files, lines and names; None if there are none.

    Its frames are new and hold no variables.
    """
    rebuilt: TracebackType | None = None
    for record in reversed(list(records)):
        place = Place(record.line, record.end_line, record.column, record.end_column)
        code = code_at(record.filename, record.name, place)
        rebuilt = entry_at(code, record.line, rebuilt, {**dict.fromkeys(record.names), "__name__": record.module})
    return rebuilt


def _related(exception: BaseException) -> list[BaseException]:
    related = [exception.__cause__, exception.__context__]
    inner = getattr(exception, "exceptions", ())
    if isinstance(inner, tuple):
        related += [item for item in inner if isinstance(item, BaseException)]
    return [item for item in related if item is not None]


def _family(exception: BaseException) -> list[BaseException]:
    """The exception and all that can be reached from it, each once, itself first."""
    family: list[BaseException] = []
    seen: set[int] = set()
    todo = [exception]
    while todo:
        current = todo.pop()
        if id(current) not in seen:
            seen.add(id(current))
            family.append(current)
            todo.extend(reversed(_related(current)))
    return family


def dump_failure(exception: BaseException) -> tuple[Payload, str]:
    """Serialise an exception that a call raised.

    Returns:
        The payload for :func:`load_failure`, and the traceback as text.

    Raises:
        TransportError: It, or one of its causes, would not come back as it was. ``what`` is "exception".
    """
    family = _family(exception)
    place = {id(member): index for index, member in enumerate(family)}

    def index(member: BaseException | None) -> int | None:
        return None if member is None else place[id(member)]

    links = [
        (index(member.__cause__), index(member.__context__), member.__suppress_context__, _hints(member))
        for member in family
    ]
    records = [records_of(member.__traceback__) for member in family]
    for member, each in zip(family, records):
        if isinstance(member, NameError) and each:
            each[-1] = msgspec.structs.replace(each[-1], names=_names_for(member))
    payload = dump((family, links, [[_flat(record) for record in each] for each in records]), "exception")
    _verify(payload, family)
    return payload, _text(exception)


def _flat(record: FrameRecord) -> tuple[Any, ...]:
    return (
        record.filename, record.line, record.name, record.module, record.end_line, record.column, record.end_column,
        record.names,
    )  # fmt: skip


def load_failure(payload: Payload) -> tuple[BaseException, list[FrameRecord]]:
    """The exception as it was raised, and the frames it came through in the worker.

    Cause, context and the members of a group have their tracebacks; the exception itself has none yet, so that
    whoever raises it decides what stands above the frames (:func:`traceback_of`).
    """
    family, links, records = load_payload(payload)
    for place, (member, (cause, context, suppress, hints)) in enumerate(zip(family, links)):
        member.__cause__ = None if cause is None else family[cause]
        member.__context__ = None if context is None else family[context]
        member.__suppress_context__ = suppress
        for name, value in hints.items():
            if name != "obj":
                setattr(member, name, value)
            elif (found := _read(value)) is not None:
                member.obj = found
        if place:
            member.__traceback__ = traceback_of(FrameRecord(*each) for each in records[place])
    return family[0], [FrameRecord(*each) for each in records[0]]


def _hints(exception: BaseException) -> dict[str, Any]:
    """What the interpreter's "did you mean" needs and pickle leaves out."""
    hints: dict[str, Any] = {}
    if isinstance(exception, (NameError, AttributeError)):
        name = getattr(exception, "name", None)
        if isinstance(name, str):
            hints["name"] = name
    if isinstance(exception, AttributeError):
        written = _written(getattr(exception, "obj", None))
        if written is not None:
            hints["obj"] = written
    return hints


def _names_for(error: NameError) -> tuple[str, ...]:
    """The names that the code could use which has not found one."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ()
    frame = trace.tb_frame
    names = dict.fromkeys((*frame.f_locals, *frame.f_globals, *frame.f_builtins))
    names.pop("__builtins__", None)  # where Python would look for them, once more
    return tuple(names)


HINT = 65536
"""Bytes that an object may have whose attribute was not found: its other attributes are for a hint only."""


class _Hint(io.BytesIO):
    """Refuses what is larger."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > HINT:
            raise ValueError("too large for a hint")
        return super().write(data)


def _written(value: object) -> bytes | None:
    """A small object in serialised form; None if it is none, or cannot be pickled."""
    stream = _Hint()
    try:
        ByValuePickler(stream, protocol=5).dump(value)
    except BaseException as error:
        let_through(error)
        return None
    return stream.getvalue()


def _read(written: bytes) -> object:
    """The object; None if its class refuses."""
    try:
        return pickle.loads(written)
    except BaseException as error:
        let_through(error)
        return None


def _text(exception: BaseException) -> str:
    try:
        lines = traceback.format_exception(type(exception), exception, _users(exception.__traceback__))
        return "".join(lines)
    except Exception:  # a __str__ of the user's may fail in any way
        return type(exception).__qualname__


def _verify(payload: Payload, family: list[BaseException]) -> None:
    """Read the failure back and compare.

    Raises:
        TransportError: An exception does not survive: its constructor refuses or changes its arguments.
    """
    try:
        copies: list[BaseException] = load_payload(payload)[0]
    except BaseException as error:
        name = type(family[0]).__qualname__
        raise TransportError(
            "exception", f"The exception {name} cannot be read back ({type(error).__name__}: {error})."
        ) from None
    for member, copy in zip(family, copies):
        if not _same_exception(member, copy):
            name = type(member).__qualname__
            raise TransportError("exception", f"The exception {name} comes back changed from pickling.")


def _same_exception(one: BaseException, other: BaseException) -> bool:
    return type(one) is type(other) and _same(one.args, other.args, 0) and _same(one.__dict__, other.__dict__, 0)


def _same(one: Any, other: Any, depth: int) -> bool:
    """Whether a copy is equal to the original, without trusting ``__eq__`` of the user's classes."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in (int, str, bytes, bool, type(None), complex):
        return bool(one == other)
    if kind is float:
        return one == other or (math.isnan(one) and math.isnan(other))
    if depth > 20 or isinstance(one, BaseException):
        return True
    if kind in (list, tuple):
        return len(one) == len(other) and all(_same(a, b, depth + 1) for a, b in zip(one, other))
    if kind is dict:
        return len(one) == len(other) and all(
            _same(a, b, depth + 1) for pair, twin in zip(one.items(), other.items()) for a, b in zip(pair, twin)
        )
    return _same_pickle(one, other)


def _same_pickle(one: object, other: object, pickled: Callable[[object], Payload] = dump) -> bool:
    first, second = pickled(one), pickled(other)
    return len(first.data) == len(second.data) and first.buffers == second.buffers
