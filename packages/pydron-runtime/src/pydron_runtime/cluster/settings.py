"""Settings of a cluster: the bound of every wait, and the limits of what is sent. Seconds and bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from pydron.errors import ConfigurationError

PORT = 7437
"""Where a scheduler listens unless told otherwise."""

FRAME_LIMIT = 4 * 1024 * 1024
"""Bytes that a frame may have. Whoever sends a larger one is cut off before it is read."""

MESSAGE_LIMIT = 8 * 1024**3
"""Bytes that a message may have, all pieces together."""

ROOM = 4 * 1024 * 1024
"""Bytes that a program and a worker may have on the way to each other, in each direction, on each of their lines."""

HANDSHAKE = 10.0
"""Seconds that a connection has to prove that it knows an allowed key."""

HEARTBEAT = 1.0
"""Seconds between two beats of a session."""

SILENCE = 20.0
"""Seconds without any message after which the other side counts as gone. A shorter cut costs nothing."""

PATIENCE = 60.0
"""Seconds that a program waits for a scheduler that it cannot reach, or for a cluster without hosts."""

LEASE = 120.0
"""Seconds that a host waits for a scheduler that it cannot reach, before it ends."""

START = 30.0
"""Seconds that a worker has to become ready."""

FROZEN = 10.0
"""Seconds that a worker may be stopped by a signal, before it is ended and its call made again."""


WINDOW = 8
"""Pieces of a value that may be on their way to a host that has not confirmed them."""

COLLECTED_AT_ONCE = 4
"""Values that a host gets from others at the same time. Further ones wait."""

OFFERED_BYTES = 1024**3
"""Bytes of values that lie ready in a host for others. Workers are asked for no more before some are collected."""

REACH = 5.0
"""Seconds that a host has to reach another one. Then values go through the scheduler."""

APART = 60.0
"""Seconds before two hosts that could not reach each other try again."""

STALL = 20.0
"""Seconds without a piece of a value after which it counts as lost on the way."""

OFFER = 120.0
"""Seconds after which a value that nobody collects is not kept ready any more."""


ANSWER = 10.0
"""Seconds that somebody who looks at a cluster waits for its scheduler's answer."""

LOGIN = 60.0
"""Seconds that ssh has to log in to a host, and the worker there to be accepted by the scheduler."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long this process waits for others, in seconds. An environment variable each: ``PYDRON_PATIENCE``, ..."""

    patience: float = PATIENCE
    handshake: float = HANDSHAKE
    reach: float = REACH
    stall: float = STALL
    offer: float = OFFER
    answer: float = ANSWER
    login: float = LOGIN


def bounds() -> Bounds:
    """The bounds in force now.

    Raises:
        ConfigurationError: An environment variable is not a number of seconds.
    """
    usual = Bounds()
    return Bounds(*(_seconds(f"PYDRON_{each.name.upper()}", getattr(usual, each.name)) for each in fields(usual)))


def _seconds(name: str, default: float) -> float:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1e9:
        raise ConfigurationError(f"The environment variable {name} is {text!r}; it has to be a number of seconds.")
    return value
