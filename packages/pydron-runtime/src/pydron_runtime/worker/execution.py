"""One call in a worker: from pickled arguments to a pickled result or failure."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from pydron_runtime.data.apart import apart
from pydron_runtime.data.failures import dump_failure
from pydron_runtime.data.held import HELD_FROM, footprint, hold
from pydron_runtime.data.kept import Kept
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Mapped, Payload, Place, TransportError, dump, load
from pydron_runtime.data.references import resolving
from pydron_runtime.protocol.messages import FUNCTIONS


class Execution(msgspec.Struct, frozen=True):
    """A call that a worker has accepted.

    Attributes:
        values: What the references in ``arguments`` stand for.
        received: When it arrived, in nanoseconds of the worker's clock; 0 where nobody looked.
        hold: Whether the result may stay here as it is.
    """

    task: int
    digest: str
    arguments: Payload
    values: Mapping[int, Payload | Kept] = {}
    received: int = 0
    hold: bool = False


MOST = 4 * FUNCTIONS
"""So many functions are known at once. The scheduler counts on fewer; calls that wait here may want some more."""


class FunctionTable:
    """The functions that this process knows, by digest: those defined last. Each is unpickled at its first call.

    Attributes:
        latest: The one that was looked for last.
    """

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._loaded: dict[str, Callable[..., Any] | TransportError] = {}
        self.latest: Callable[..., Any] | None = None

    def define(self, digest: str, blob: bytes) -> None:
        """Make a function known. What was made of an earlier definition of the same digest is kept."""
        self._blobs.pop(digest, None)
        self._blobs[digest] = blob
        if len(self._blobs) > MOST:
            oldest = next(iter(self._blobs))
            del self._blobs[oldest]
            self._loaded.pop(oldest, None)

    def find(self, digest: str) -> Callable[..., Any]:
        """The function.

        Raises:
            TransportError: It is unknown, or cannot be unpickled here.
        """
        found = self._loaded.get(digest)
        if found is None:
            found = self._loaded[digest] = self._load(digest)
        if isinstance(found, TransportError):
            raise found
        self.latest = found
        return found

    def retry(self) -> None:
        """Forget failures: the modules that were missing may be there now."""
        self._loaded = {key: value for key, value in self._loaded.items() if not isinstance(value, TransportError)}

    def _load(self, digest: str) -> Callable[..., Any] | TransportError:
        blob = self._blobs.get(digest)
        if blob is None:
            return TransportError("function", "The worker was never sent the function.")
        try:
            function: Callable[..., Any] = pickle.loads(blob)
        except BaseException as error:
            return TransportError("function", f"A worker cannot load the function ({_said(error)}).")
        return function


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a __str__ of the user's may fail in any way
        return ""


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {_message(error)}"


def _untransportable(execution: Execution, error: TransportError, started: int, clock: Callable[[], int]) -> Outcome:
    return Outcome(execution.task, "untransportable", None, started, clock(), error.what, error.reason)


def run(
    execution: Execution,
    functions: FunctionTable,
    clock: Callable[[], int],
    place: Place | None = None,
    begin: Callable[[], object] | None = None,
    mapped: Mapped | None = None,
    may_hold: Callable[[int], bool] | None = None,
) -> Outcome:
    """Make the call. Never raises, whatever the user's function does.

    Args:
        execution: The call.
        functions: Where its function is found.
        clock: Time in nanoseconds.
        place: Where large buffers of the result go; None: into bytes.
        begin: Called when the function and its arguments have been loaded.
        mapped: Maps the segments that the arguments lie in; None: each is mapped anew.
        may_hold: Says, when the function has returned, whether its result may stay here after all.
    """
    started = clock()
    try:
        function = functions.find(execution.digest)
        args, kwargs = _arguments(execution, mapped)
    except TransportError as error:
        return _untransportable(execution, error, started, clock)
    if begin is not None:
        begin()
    loaded = clock()
    ambient = sys.exc_info()[1]  # of an executor in the program itself: nothing that the call knows of
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        returned, raised = clock(), error
        _detach(raised, ambient)
    else:
        returned = clock()
        args, kwargs = (), {}
        may_stay = execution.hold or (may_hold is not None and may_hold(execution.task))
        held = hold(result) if may_stay else None
        if held is not None:
            stays = Payload(b"", held=footprint(result))
            phases = _phases(execution, started, loaded, returned, returned)
            return Outcome(execution.task, "ok", stays, started, returned, phases=phases, stays=held)
        try:
            payload = dump(result if place is None else apart(result), "result", place, verified=True)
        except TransportError as error:
            return _untransportable(execution, error, started, clock)
        finished = clock()
        phases = _phases(execution, started, loaded, returned, finished)
        if may_stay and place is None and payload.size >= HELD_FROM:  # its reader needs bytes: they stay here
            stays = Payload(b"", held=payload.size)
            return Outcome(execution.task, "ok", stays, started, finished, phases=phases, stays=payload)
        return Outcome(execution.task, "ok", payload, started, finished, phases=phases)
    failed = _failed(execution, raised, started, clock)
    del raised  # its traceback has this frame: with it, the arguments would stay until the garbage collector comes by
    return msgspec.structs.replace(failed, phases=_phases(execution, started, loaded, returned, failed.finished))


def _phases(execution: Execution, started: int, loaded: int, returned: int, finished: int) -> tuple[int, int, int]:
    """What an outcome says of the time around the function itself."""
    queued = started - execution.received if execution.received else 0
    return max(0, queued), max(0, loaded - started), max(0, finished - returned)


def _detach(raised: BaseException, ambient: BaseException | None) -> None:
    """Take an exception that was being handled before the call off the end of the chain of contexts."""
    link: BaseException | None = raised
    seen: set[int] = set()
    while link is not None and ambient is not None and id(link) not in seen:
        seen.add(id(link))
        if link.__context__ is ambient:
            link.__context__ = None
        link = link.__context__


def _arguments(execution: Execution, mapped: Mapped | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    values = execution.values
    try:
        if values:
            with resolving(lambda number: _value(values[number], mapped)):
                args, kwargs = load(execution.arguments, mapped=mapped)
        else:
            args, kwargs = load(execution.arguments, mapped=mapped)
    except BaseException as error:
        raise TransportError("arguments", f"A worker cannot load the arguments ({_said(error)}).") from None
    return args, kwargs


def _value(value: Payload | Kept, mapped: Mapped | None) -> Any:
    return value.value(mapped) if isinstance(value, Kept) else load(value, mapped=mapped)


def _failed(execution: Execution, raised: BaseException, started: int, clock: Callable[[], int]) -> Outcome:
    try:
        payload, text = dump_failure(raised)
    except TransportError as error:
        return _untransportable(execution, error, started, clock)
    except Exception as error:
        reason = f"The exception {type(raised).__qualname__} cannot be serialised ({_said(error)})."
        return _untransportable(execution, TransportError("exception", reason), started, clock)
    name = type(raised).__qualname__
    return Outcome(execution.task, "failed", payload, started, clock(), "", text, (name, _message(raised)))
