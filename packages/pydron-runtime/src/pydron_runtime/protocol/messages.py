"""Messages between scheduler and workers.

A message is a list of frames: the *envelope* (msgpack of one of the structures here) and then raw bytes. Small
payloads lie inside the envelope, large ones in frames of their own. An envelope never holds a pickle that the
reader has to open in order to understand it.
"""

from __future__ import annotations

import msgspec

from pydron_runtime.data.extents import Extent
from pydron_runtime.data.output import Chunk

VERSION = 5
"""Both sides must speak the same version."""

KEEP_BYTES = 4096
"""Values of at least this many bytes are kept by the worker that made or received them, until told to forget."""

FUNCTIONS = 1000
"""A worker knows at least the functions of so many definitions that it was sent last."""


class Parcel(msgspec.Struct, array_like=True, frozen=True):
    """A payload inside a message.

    Attributes:
        data: The pickle, or None if it is frame ``first``.
        first: Index of the first frame used, not counting the envelope.
        buffers: Number of frames that hold out-of-band buffers.
        elsewhere: Out-of-band buffers that lie in segments, each with its place among all buffers.
        held: Bytes of a value that stays with the worker that made it, in place of everything else.
    """

    data: bytes | None
    first: int = 0
    buffers: int = 0
    elsewhere: tuple[tuple[int, Extent], ...] = ()
    held: int = 0


class Definition(msgspec.Struct, array_like=True, frozen=True):
    """A function that calls of this and later messages use."""

    digest: str
    blob: Parcel


class Value(msgspec.Struct, array_like=True, frozen=True):
    """A value for references by ``number``. If ``keep``, later messages may rely on it."""

    number: int
    parcel: Parcel
    keep: bool


class Call(msgspec.Struct, array_like=True, frozen=True):
    """One call to be made.

    Attributes:
        values: Values that come with the call.
        kept: Numbers of values that the worker has kept already.
        hold: Other calls need the result: the worker may hold it as it is and report its size only.
        coming: Numbers of values that the worker will be :class:`Given`: until then the call waits.
    """

    task: int
    digest: str
    arguments: Parcel
    values: tuple[Value, ...] = ()
    kept: tuple[int, ...] = ()
    hold: bool = False
    coming: tuple[int, ...] = ()


class Execute(msgspec.Struct, array_like=True, frozen=True, tag="execute"):
    """Calls to be made, in this order. Each is answered by exactly one :class:`Ended`."""

    definitions: tuple[Definition, ...]
    calls: tuple[Call, ...]


class Drop(msgspec.Struct, array_like=True, frozen=True, tag="drop"):
    """Calls that need not be made any more; those not begun are answered by ``dropped``."""

    tasks: tuple[int, ...]


class Forget(msgspec.Struct, array_like=True, frozen=True, tag="forget"):
    """Values that no later message refers to."""

    numbers: tuple[int, ...]


class Share(msgspec.Struct, array_like=True, frozen=True, tag="share"):
    """Serialise held values. Each is answered by one :class:`Shared`, also while a call is running."""

    numbers: tuple[int, ...]


class Hold(msgspec.Struct, array_like=True, frozen=True, tag="hold"):
    """Other calls need the results of these, too, that were sent before: as if ``Call.hold`` had said so."""

    tasks: tuple[int, ...]


class Hand(msgspec.Struct, array_like=True, frozen=True, tag="hand"):
    """From a worker's host to its desk: hand out a value for another worker, under this ticket."""

    number: int
    ticket: bytes


class Given(msgspec.Struct, array_like=True, frozen=True, tag="given"):
    """A value that calls wait for: from another worker, or through the program. If ``keep``, later ones may, too."""

    number: int
    parcel: Parcel
    keep: bool = True


class Surroundings(msgspec.Struct, array_like=True, frozen=True, tag="surroundings"):
    """Where the program stands. Names are in the encoding of the file system, for not all of them are text.

    Attributes:
        path: Where it looks for modules. Empty for a worker on another host, which keeps its own.
        directory: Its working directory.
        recursion: How deep its calls may be nested.
        arguments: Its ``sys.argv``.
        main: Name and file of the module that it was started with, each empty where there is none.
        environment: Variables that it has set (None: removed) since it began.
        limits: Limits of resources that it has set since it began: soft and hard, by number.
    """

    path: tuple[bytes, ...]
    directory: bytes
    recursion: int
    arguments: tuple[bytes, ...] = ()
    main: tuple[str, bytes] = ("", b"")
    environment: dict[bytes, bytes | None] = {}
    limits: dict[int, tuple[int, int]] = {}


class Modules(msgspec.Struct, array_like=True, frozen=True, tag="modules"):
    """Names of the program's own modules: a worker on another host asks for them with :class:`Fetch`.

    Attributes:
        places: Where they lie on the program's host; searched last, for what is not sent.
    """

    names: tuple[str, ...]
    places: tuple[str, ...]


class Source(msgspec.Struct, array_like=True, frozen=True, tag="source"):
    """A module's source.

    Attributes:
        package: Whether it is a package, possibly one without source.
        origin: Path of its file on the program's host.
        found: Whether there is a source; if not, the worker looks elsewhere.
    """

    name: str
    package: bool
    origin: str
    text: bytes = b""
    found: bool = False


class Fetch(msgspec.Struct, array_like=True, frozen=True, tag="fetch"):
    """A worker needs the source of one of the program's modules."""

    module: str


class Filter(msgspec.Struct, array_like=True, frozen=True):
    """One of the program's filters of warnings.

    Attributes:
        action: What happens to warnings that fit.
        message: Regular expression for the text, and its flags; None fits all.
        module: Where the category is defined.
        category: Its name there.
        place: Regular expression for the module that warns, and its flags; None fits all.
        line: Where in it; 0 fits all.
    """

    action: str
    message: tuple[str, int] | None
    module: str
    category: str
    place: tuple[str, int] | None
    line: int


class Voice(msgspec.Struct, array_like=True, frozen=True, tag="voice"):
    """How the program speaks, so that calls speak in the same way.

    Attributes:
        streams: Of the standard output and the standard error: encoding, error handler, whether it is a terminal.
        disabled: Level up to which all logging is off.
        levels: Of those loggers that have one; the root logger has the name "".
        filters: Of warnings, the first that fits decides.
    """

    streams: tuple[tuple[str, str, bool], tuple[str, str, bool]]
    disabled: int
    levels: tuple[tuple[str, int], ...]
    filters: tuple[Filter, ...]


class Hello(msgspec.Struct, array_like=True, frozen=True, tag="hello"):
    """A worker is ready."""

    version: int
    worker: str
    pid: int
    host: str


class Ended(msgspec.Struct, array_like=True, frozen=True):
    """What became of one call.

    Attributes:
        kind: ``ok``, ``failed``, ``untransportable`` or ``dropped``.
        parcel: Result, or serialised exception.
        started: When the call began, ``time.monotonic_ns`` of the worker's host.
        finished: When its result was serialised.
        what: Part that could not be transported.
        text: Reason, or remote traceback.
        error: Type and message of the exception, for the trace.
        phases: Nanoseconds before, after and within the call: see ``Outcome``.
        output: What the call has put out.
    """

    task: int
    kind: str
    parcel: Parcel | None
    started: int
    finished: int
    what: str = ""
    text: str = ""
    error: tuple[str, str] = ("", "")
    phases: tuple[int, int, int] = (0, 0, 0)
    output: tuple[Chunk, ...] = ()


class Report(msgspec.Struct, array_like=True, frozen=True, tag="report"):
    """Calls that have ended since the last report."""

    ended: tuple[Ended, ...]


class Shared(msgspec.Struct, array_like=True, frozen=True, tag="shared"):
    """A value that was held. Without a parcel if it cannot be serialised (``text`` says why), or is not here."""

    number: int
    parcel: Parcel | None
    text: str = ""


ToWorker = Execute | Drop | Forget | Share | Hold | Hand | Given | Surroundings | Voice | Modules | Source
ToScheduler = Hello | Report | Shared | Fetch
