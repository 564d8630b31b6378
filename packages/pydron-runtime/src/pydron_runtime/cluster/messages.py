"""Messages between the cluster's scheduler on one side, programs, hosts and observers on the other.

Each is the first frame of a ZeroMQ message: msgpack of an :class:`Envelope`. What programs and workers say to each
other travels in the frames behind a :class:`Relay`, and is not decoded on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pydron_runtime.protocol.codec import ProtocolError

VERSION = 3
"""Programs, schedulers and hosts must speak the same version."""


class Greeting(msgspec.Struct, array_like=True, frozen=True, tag="greeting"):
    """Who wants to take part: the first message of every session.

    Attributes:
        role: ``program``, ``host`` or ``observer``.
        python: Implementation, major and minor version: what pickled code depends on.
        name: Of the machine.
        pid: Of the process that greets.
        slots: Calls that a host makes at once.
        memory: Bytes that the workers of a host may use together; 0 is no limit.
        labels: What a host has, or a program needs.
        packages: Versions of what is installed on a host.
        endpoint: Where other hosts get values from a host; empty if they cannot.
        key: The public key that a host has for that.
    """

    protocol: int
    role: str
    python: tuple[str, int, int]
    release: str
    name: str
    pid: int
    slots: int = 0
    memory: int = 0
    labels: tuple[str, ...] = ()
    packages: Mapping[str, str] = msgspec.field(default_factory=dict)
    endpoint: str = ""
    key: str = ""


class Welcome(msgspec.Struct, array_like=True, frozen=True, tag="welcome"):
    """The greeting is accepted. Everything after it carries this session's number.

    Attributes:
        identity: The program's, or host's, name in the cluster.
        heartbeat: Seconds between two beats.
        silence: Seconds without any message after which either side drops the session.
    """

    session: int
    identity: str
    heartbeat: float
    silence: float


class Refused(msgspec.Struct, array_like=True, frozen=True, tag="refused"):
    """The greeting is not accepted, and never will be. ``reason`` is a sentence."""

    reason: str


class StartOver(msgspec.Struct, array_like=True, frozen=True, tag="start over"):
    """The session is not known, or a message of it was lost: greet again."""

    reason: str


class Beat(msgspec.Struct, array_like=True, frozen=True, tag="beat"):
    """I am alive.

    Attributes:
        wanted: Workers that a program could use now.
        running: Calls that a program has running.
        load: Of a host, in processors.
        memory: Bytes that the workers of a host use.
    """

    wanted: int = 0
    running: int = 0
    load: float = 0.0
    memory: int = 0


class Goodbye(msgspec.Struct, array_like=True, frozen=True, tag="goodbye"):
    """The session ends: a program has ended, a host leaves, or the scheduler takes the cluster down for good."""

    reason: str


class Borrow(msgspec.Struct, array_like=True, frozen=True, tag="borrow"):
    """A program wants workers, under these names."""

    workers: tuple[str, ...]


class GiveBack(msgspec.Struct, array_like=True, frozen=True, tag="give back"):
    """A program does not need a worker any more."""

    worker: str


class Share(msgspec.Struct, array_like=True, frozen=True, tag="share"):
    """So many workers a program may have, of so many in the whole cluster."""

    size: int
    total: int


class Gone(msgspec.Struct, array_like=True, frozen=True, tag="gone"):
    """A worker is gone.

    Attributes:
        running: Task that it was working on.
        died: Whether the worker process itself ended; else it was taken away, and its calls are not to blame.
    """

    worker: str
    reason: str
    running: int
    died: bool


class Acquaint(msgspec.Struct, array_like=True, frozen=True, tag="acquaint"):
    """What a program may want to know of a host before it is lent a worker there."""

    host: str
    packages: Mapping[str, str]


class Spawn(msgspec.Struct, array_like=True, frozen=True, tag="spawn"):
    """A host is to start a worker."""

    worker: str


class Kill(msgspec.Struct, array_like=True, frozen=True, tag="kill"):
    """A host is to end a worker."""

    worker: str


class Exited(msgspec.Struct, array_like=True, frozen=True, tag="exited"):
    """A worker of a host is gone."""

    worker: str
    reason: str
    running: int


class Relay(msgspec.Struct, array_like=True, frozen=True, tag="relay"):
    """A message, or a piece of one, between a program and one of its workers.

    Attributes:
        worker: The worker that it is for, or comes from.
        sizes: Bytes of each frame of a message in pieces, in its first piece; empty if the message is whole.
        more: Whether pieces follow.
    """

    worker: str
    sizes: tuple[int, ...] = ()
    more: bool = False


class Taken(msgspec.Struct, array_like=True, frozen=True, tag="taken"):
    """Between a program and a worker: so many more bytes of a line have been read. As many more may be sent."""

    worker: str
    bytes: int


class Move(msgspec.Struct, array_like=True, frozen=True, tag="move"):
    """A program wants a value to go from one of its workers to another one.

    Attributes:
        move: The program's number of this wish.
        late: The source has the value only when its call has ended.
    """

    source: str
    target: str
    number: int
    move: int
    late: bool = False


class HandOver(msgspec.Struct, array_like=True, frozen=True, tag="hand over"):
    """A host is to give a value that a worker of its has, to a worker of another host, or one of its own.

    Attributes:
        wish: What the program wants; its workers are named by their leases.
        key: The public key of the host that will come for it; empty if it is the same host.
    """

    wish: Move
    key: str


class Ready(msgspec.Struct, array_like=True, frozen=True, tag="ready"):
    """A host has a value ready for whoever shows the ticket; or, with a ``problem``, has not."""

    wish: Move
    ticket: bytes
    problem: str = ""


class Collect(msgspec.Struct, array_like=True, frozen=True, tag="collect"):
    """A host is to get a value from another host, for one of its workers.

    Attributes:
        endpoint: Where the other host gives values.
        key: Its public key.
    """

    wish: Move
    ticket: bytes
    endpoint: str
    key: str


class Moved(msgspec.Struct, array_like=True, frozen=True, tag="moved"):
    """A value has been given to its worker; or, with a ``problem``, will not be.

    Attributes:
        apart: Whether the reason is that one host cannot reach the other.
    """

    wish: Move
    problem: str = ""
    apart: bool = False


class Enquiry(msgspec.Struct, array_like=True, frozen=True, tag="enquiry"):
    """An observer wants to know how the cluster is."""


class Situation(msgspec.Struct, array_like=True, frozen=True, tag="situation"):
    """How the cluster is: a JSON document."""

    document: bytes


class TakeDown(msgspec.Struct, array_like=True, frozen=True, tag="take down"):
    """An observer wants the cluster to end, hosts included."""

    reason: str


LINES = "+"
"""Stands between the name of a worker and that of one of its further lines in a relay: ``w1+modules``, on which it asks
for modules, ``w1+values``, on which it is asked for values, both in the middle of a call."""


def worker_of(line: str) -> str:
    """The worker that a line of its belongs to."""
    return line.partition(LINES)[0]


ToScheduler = (
    Greeting | Beat | Goodbye | Borrow | GiveBack | Exited | Relay | Taken | Enquiry | TakeDown | Move | Ready | Moved
)  # fmt: skip
FromScheduler = (
    Welcome
    | Refused
    | StartOver
    | Beat
    | Goodbye
    | Share
    | Gone
    | Acquaint
    | Spawn
    | Kill
    | Relay
    | Taken
    | Situation
    | HandOver
    | Collect
    | Moved
)


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """A message to the scheduler, in its session. ``number`` counts from 1; session 0 is for greetings."""

    session: int
    number: int
    message: ToScheduler


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """A message from the scheduler, in its session. Session 0 answers what belongs to no session."""

    session: int
    number: int
    message: FromScheduler


_encoder = msgspec.msgpack.Encoder()
_envelopes: msgspec.msgpack.Decoder[Envelope] = msgspec.msgpack.Decoder(Envelope)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def encode(letter: Envelope | Answer) -> bytes:
    """The first frame of a message."""
    return _encoder.encode(letter)


def decode_envelope(frames: Sequence[bytes]) -> Envelope:
    """What somebody sent to the scheduler.

    Raises:
        ProtocolError: It is not a message of this protocol.
    """
    found: Envelope = _decode(_envelopes, frames)
    return found


def decode_answer(frames: Sequence[bytes]) -> Answer:
    """What the scheduler sent.

    Raises:
        ProtocolError: It is not a message of this protocol.
    """
    found: Answer = _decode(_answers, frames)
    return found


def _decode(decoder: msgspec.msgpack.Decoder[Any], frames: Sequence[bytes]) -> Any:
    if not frames:
        raise ProtocolError("a message without frames")
    try:
        return decoder.decode(frames[0])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a message of this protocol: {error}") from None
