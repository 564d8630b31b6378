"""Runs a scheduled function: finds the executor that the settings name, or runs the undecorated function."""

from __future__ import annotations

import errno
import functools
import itertools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Literal

from pydron import installed
from pydron.config import settings as settings
from pydron.errors import ConfigurationError
from pydron.headroom import NESTING
from pydron.places import (
    COMPREHENSIONS_HAVE_FRAMES,
    Place,
    code_at,
    entry_at,
    line_of,
    place_of_entry,
    place_of_span,
)
from pydron.preparing import PREPARING
from pydron.refusing import REFUSED, ScheduledCallReached
from pydron.stand_in import is_stand_in
from pydron.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from pydron.entry import Record
    from pydron.ir.nodes import Graph

Runner = Callable[["Record", tuple[Any, ...], Mapping[str, Any]], Any]
"""What an entry point of the group ``pydron.executors`` is: runs one call of a scheduled function."""

GROUP = "pydron.executors"

Role = Literal["function", "part", "caller"]
"""What a piece of emitted code is: a whole function; a region or an expression, called from the code of the function;
or what makes a call on behalf of the function, so that the callee sees who calls."""

_emitted: dict[int, tuple[weakref.ref[CodeType], CodeType, Role]] = {}
"""Id of code made from a graph -> that code, the user's code it stands for, and its role.

By identity: code objects of the same text compare equal, whatever files they came from.
"""

_shown_at: dict[tuple[int, Place, Role], tuple[CodeType, CodeType]] = {}
"""Id of a user's code, place and role -> that code, and code that shows itself there."""

_MOST_PLACES = 1024

_STARTER = os.path.join("cli", "run.py")
"""Where ``pydron run`` begins the program."""

_own_files: tuple[str, ...] = (os.path.dirname(os.path.abspath(__file__)) + os.sep,)
_not_own: tuple[str, ...] = ()
_placed = threading.local()


def hide_frames_of(folder: str, but: str | None = None) -> None:
    """Frames of code in this folder are Pydron's own: tracebacks leave them out. Those of a folder in it may count as
    the user's nevertheless."""
    global _own_files, _not_own
    _own_files = (*_own_files, folder)
    if but is not None:
        _not_own = (*_not_own, but)


def show_as(code: CodeType, users: CodeType, role: Role = "function") -> None:
    """Frames of code made from a graph are to be shown as frames of the user's code."""
    key = id(code)
    _emitted[key] = (weakref.ref(code, functools.partial(_emitted.pop, key)), users, role)


_apart: dict[int, tuple[weakref.ref[CodeType], Graph]] = {}
"""Id of a user's code -> that code, and the graph that it was taken apart into."""


def takes_apart(users: CodeType, graph: Graph) -> None:
    """Code of the user's runs as emitted code of a graph: its comprehensions may have no frames of their own."""
    if COMPREHENSIONS_HAVE_FRAMES:
        key = id(users)
        _apart[key] = (weakref.ref(users, functools.partial(_apart.pop, key)), graph)


def in_comprehensions(
    users: CodeType,
    place: Place,
    below: TracebackType | None,
    namespace: dict[str, Any],
    outside: Place | None = None,
    loops: bool = False,
) -> tuple[Place, TracebackType | None]:
    """A place in a user's code, and what is below, with the entries of the comprehensions around the place between.

    Args:
        namespace: The globals of their frames.
        outside: Comprehensions that this place is in as well have their entries already.
        loops: A loop asks for an element there. (What computes the iterable stands at the same place.)
    """
    apart = _apart.get(id(users))
    if apart is None or place.column is None:
        return place, below
    from pydron.comprehensions import around, comprehensions_of  # late: only failures need it

    for one in reversed(around(comprehensions_of(apart[1]), place, outside, loops)):
        whole = place_of_span(one.span)
        at = whole if loops and place == place_of_span(one.first) else place
        below = entry_at(code_at(users.co_filename, one.name, at), at.line, below, namespace)
        place = whole
    return place, below


def shown_as(code: CodeType) -> CodeType:
    """The user's code that a piece of code stands for; the code itself if it is not emitted."""
    found = _emitted.get(id(code))
    return code if found is None else found[1]


@functools.cache
def _runner(scheme: str) -> Runner | None:
    with uninterrupted():
        found: Runner | None = installed.find(GROUP, scheme)
    return found


def _default_runner() -> Runner | None:
    try:
        return _runner("local")
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return None
        raise


def _known() -> str:
    return ", ".join(installed.names(GROUP)) or "none (pydron-runtime is missing)"


def run(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run one call of a scheduled function.

    Blocks until it has its result, like the function itself. Raises what the function raises.

    Raises:
        ConfigurationError: The settings name an executor that is not installed.
        SyncPointError: The function is strict, this is its first call, and it has sync-points.
    """
    if REFUSED:
        raise ScheduledCallReached
    if PREPARING.now or sys.is_finalizing():  # the interpreter ends: no thread can be started, nothing imported
        return record.as_written(*args, **kwargs)
    try:
        PREPARING.now = True
        runner = _runner_of(record)
    finally:
        PREPARING.now = False
    NESTING.enter()
    try:
        return record.as_written(*args, **kwargs) if runner is None else runner(record, args, kwargs)
    finally:
        NESTING.leave()


def _runner_of(record: Record) -> Runner | None:
    """What runs a call of a scheduled function as the settings say; None is the function itself."""
    if record.strict:
        record.verify()
    chosen = settings()
    executor = "check" if chosen.check else chosen.executor
    if executor is None:
        return _default_runner()  # none: core alone is installed, or nothing can be opened any more
    if isinstance(executor, str):
        scheme = executor.partition(":")[0]
        runner = _runner(scheme)
        if runner is None:
            if scheme == "inline":
                return None
            if chosen.check:
                raise ConfigurationError(
                    "Check mode (PYDRON_CHECK, pydron run --check, pydron.configure(check=True)) comes with the package"
                    " pydron-runtime, which is not installed. Install it: pip install pydron-runtime."
                )
            raise ConfigurationError(
                f"There is no executor {executor!r}. Installed are: {_known()}. Choose one with PYDRON_EXECUTOR or"
                " pydron.configure(executor=...); `pip install pydron-runtime` brings local and inline."
            )
    elif callable(getattr(executor, "submit", None)):
        runner = _runner("futures")
        if runner is None:
            raise ConfigurationError(
                f"executor={executor!r}: an executor object needs `pip install pydron-runtime`; without it, every"
                " scheduled function runs sequentially."
            )
    else:
        raise ConfigurationError(
            f"executor={executor!r}: it has to be the name or the address of an executor, or an object such as"
            " concurrent.futures.ProcessPoolExecutor()."
        )
    return runner


def users_stack(most: int = 50) -> list[tuple[str, int, str]]:
    """Where the scheduled function that is being entered was called from: (file, line, function), outermost first; of a
    deeper stack the innermost ``most``."""
    frames = itertools.islice(frames_outside(sys._getframe(1)), most)
    return [(users.co_filename, frame.f_lineno, users.co_name) for frame, users in frames][::-1]


def frames_outside(frame: FrameType | None) -> Iterator[tuple[FrameType, CodeType]]:
    """The user's frames around the innermost scheduled function that a frame is in, innermost first, each with the code
    that it is shown as.

    Frames of Pydron's own files, and the entries of scheduled functions, are left out.
    """
    entered = False
    while frame is not None:
        code = frame.f_code
        if is_stand_in(code):
            entered = True
        elif is_own(code):
            if code.co_filename.endswith(_STARTER):  # further out is the command, not the program
                return
        elif entered and frame.f_globals.get("__name__") != "runpy":
            _, users, role = _emitted.get(id(code), (None, code, "function"))
            if role != "caller":
                yield frame, users
        frame = frame.f_back


def shows_everything() -> bool:
    """Whether ``PYDRON_TRACEBACK=full`` asks for Pydron's own frames in tracebacks, too, and for notes on workers."""
    return os.environ.get("PYDRON_TRACEBACK") == "full"


def place_failure(error: BaseException, place: Place, below: TracebackType | None) -> None:
    """Say where a failure belongs that happened elsewhere, or earlier, than where the program's code stands."""
    _placed.error, _placed.place, _placed.below = error, place, below


def keep_context(error: BaseException) -> None:
    """Remember an error's context: raising it again, while the caller handles another one, replaces it."""
    _placed.kept, _placed.context = error, error.__context__


def frames_of_failure(record: Record, error: BaseException) -> tuple[Place | None, TracebackType | None]:
    """Where a scheduled function has to raise an error from, and the traceback below. None: as if not from there."""
    if getattr(_placed, "kept", None) is error:
        error.__context__ = _placed.context
        _placed.kept = _placed.context = None
    if getattr(_placed, "error", None) is error:
        place, below = _placed.place, _placed.below
        _placed.error = _placed.below = None
        return place, below
    if not shows_own_frame(error) and error.__traceback__ is not None and not _activations(error.__traceback__.tb_next):
        return None, None
    return users_frames(record, error.__traceback__)


def shows_own_frame(error: BaseException) -> bool:
    """Whether a function that raises an error has an entry in its traceback. Where ``except*`` raises what is left of
    a group, Python makes none."""
    return not hasattr(error, "exceptions") or sys.version_info < (3, 11)


def entry_of(
    users: CodeType,
    place: Place,
    below: TracebackType | None,
    namespace: dict[str, Any],
    variables: dict[str, Any] | None = None,
    role: Role = "function",
) -> TracebackType:
    """An entry of a traceback that shows a place in the user's code, above others.

    Args:
        namespace, variables: The globals and local variables of its frame.
        role: "part" if it may come after another entry of the same activation, which it replaces.
    """
    key = (id(users), place, role)
    found = _shown_at.get(key)
    if found is None:
        if len(_shown_at) >= _MOST_PLACES:
            _shown_at.clear()
        # A copy: the same place may be shown in another role, or as a frame of other code.
        made = code_at(users.co_filename, users.co_name, place).replace()
        found = _shown_at[key] = (users, made)
        show_as(made, users, role)
    return entry_at(found[1], place.line, below, namespace, variables)


def without_own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the entries of Pydron's own files."""
    return _shown(_activations(traceback))


def _activations(traceback: TracebackType | None) -> list[TracebackType]:
    """The entries of a traceback, without Pydron's own; of a function and its parts only the innermost."""
    kept: list[TracebackType] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not is_own(code):
            _, users, role = _emitted.get(id(code), (None, code, "function"))
            if role == "part" and kept and shown_as(kept[-1].tb_frame.f_code) is users:
                kept.pop()
            if role != "caller":
                kept.append(traceback)
        traceback = traceback.tb_next
    return kept


def _shown(entries: list[TracebackType], outside: Place | None = None) -> TracebackType | None:
    """Entries as a traceback.

    Args:
        outside: The place of the entry above them.
    """
    rebuilt: TracebackType | None = None
    places = [outside, *(place_of_entry(entry) for entry in entries)] if COMPREHENSIONS_HAVE_FRAMES else []
    for number, entry in reversed(list(enumerate(entries))):
        frame, code = entry.tb_frame, entry.tb_frame.f_code
        users, role = _emitted[id(code)][1:] if id(code) in _emitted else (code, "function")
        place = places[number + 1] if places else None
        if place is not None and (users is not code or code.co_name == "<genexpr>"):
            above = places[number] if users.co_name == "<genexpr>" else None
            at, rebuilt = in_comprehensions(users, place, rebuilt, frame.f_globals, above, _loops(entry))
            if at is not place:
                rebuilt = entry_of(users, at, rebuilt, frame.f_globals, dict(frame.f_locals), role)
                continue
        rebuilt = TracebackType(rebuilt, frame, entry.tb_lasti, line_of(entry))
    return rebuilt


def as_raised_before(traceback: TracebackType) -> TracebackType | None:
    """The traceback of an exception that the program raises once more: no entry is replaced by the ones to come."""
    shown: TracebackType | None = None
    for entry in reversed(_activations(traceback)):
        frame, place = entry.tb_frame, place_of_entry(entry)
        found = _emitted.get(id(frame.f_code))
        if found is not None and found[2] == "part":
            shown = entry_of(found[1], place, shown, frame.f_globals, dict(frame.f_locals))
        else:
            shown = TracebackType(shown, frame, entry.tb_lasti, place.line)
    return shown


def _loops(entry: TracebackType) -> bool:
    """Whether the code of an entry was asking an iterator for an element."""
    from opcode import opmap  # late: only failures need it

    code = entry.tb_frame.f_code.co_code
    return 0 <= entry.tb_lasti < len(code) and code[entry.tb_lasti] == opmap["FOR_ITER"]


def is_own(code: CodeType) -> bool:
    """Whether code is in one of Pydron's own files."""
    return code.co_filename.startswith(_own_files) and not code.co_filename.startswith(_not_own)


def users_frames(
    record: Record, traceback: TracebackType | None, skip_entry: bool = True, place: Place | None = None
) -> tuple[Place, TracebackType | None]:
    """What a traceback shows below a scheduled function: the place in it, and the frames that it called.

    Frames of Pydron's own files are left out. Frames of one activation (a function and the regions emitted from it)
    count as one, at the innermost of their lines.

    Args:
        skip_entry: The traceback begins with the frame of the function's entry.
        place: The place if no frame tells; None is the function's first line.
    """
    own = record.function.__code__
    if skip_entry and traceback is not None:
        traceback = traceback.tb_next
    kept = _activations(traceback)
    if kept and shown_as(kept[0].tb_frame.f_code) is own:
        place = place_of_entry(kept[0])
        below = _shown(kept[1:], place)
        if id(kept[0].tb_frame.f_code) not in _emitted:
            return place, below
        return in_comprehensions(own, place, below, kept[0].tb_frame.f_globals, loops=_loops(kept[0]))
    return Place(own.co_firstlineno) if place is None else place, _shown(kept, place)
