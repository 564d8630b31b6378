"""``pydron worker``: offer this machine's processors to a cluster."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydron.cli.command import SimpleCommand
from pydron.errors import UsageError
from pydron_runtime.cli import connecting
from pydron_runtime.cluster import settings
from pydron_runtime.cluster.status import size_from

if TYPE_CHECKING:
    from pydron_runtime.cluster.keys import Connection

PATIENCE = 30.0
"""Seconds within which the scheduler has to accept a worker that is to go on in the background."""

_DESCRIPTION = f"""\
Offer this machine's processors to a cluster, until it is stopped or the cluster is taken down. May be started and
stopped at any time, also while programs run: what ran here is computed again elsewhere.

The keys are read from the connection file of the scheduler: the one given, the one that PYDRON_CONNECTION names, or
~/.pydron/clusters/HOST-PORT/connection.json. It has to be readable by you alone.

Ends by itself when the scheduler cannot be reached for the time of the lease, so that nothing is left behind.

examples:
  pydron worker tcp://head:{settings.PORT}
  pydron worker --connection cluster.json --slots 4 --memory-limit 8G --label gpu
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    connecting.add_arguments(parser)
    parser.add_argument("--slots", metavar="N", type=int, help="calls at once (default: one per processor)")
    parser.add_argument("--memory-limit", metavar="SIZE", default="0", help="for all calls together, such as 8G")
    parser.add_argument("--label", metavar="NAME", action="append", default=[], help="what programs may ask for")
    parser.add_argument(
        "--lease", metavar="S", type=float, default=settings.LEASE,
        help="seconds without a scheduler after which it ends (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--start-limit", metavar="S", type=float, default=settings.START,
        help="seconds that a worker process has to become ready (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--frozen-limit", metavar="S", type=float, default=settings.FROZEN,
        help="seconds that a worker process may be stopped by a signal (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--data-port", metavar="PORT", type=_port, default=0,
        help="where other hosts get values from this one; `none`: through the scheduler (default: any free port)",
    )  # fmt: skip
    parser.add_argument(
        "--detach", action="store_true", help="go on in the background once the scheduler has accepted it"
    )


def _port(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: write a number up to 65535, or none")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster.host import Host, Offer
    from pydron_runtime.transport.nursery_link import cores

    slots = cores() if arguments.slots is None else arguments.slots
    if slots < 1:
        raise UsageError(f"--slots {slots}: a worker needs at least one.")
    try:
        memory = size_from(arguments.memory_limit)
    except ValueError:
        raise UsageError(f"--memory-limit {arguments.memory_limit}: write a size such as 512M or 8G.") from None
    connection = connecting.connection_of(arguments)
    labels = tuple(arguments.label)
    limits = arguments.lease, arguments.start_limit, arguments.frozen_limit
    offer = Offer(slots, memory, labels, *limits, arguments.data_port)
    tell = _detached(connection) if arguments.detach else lambda problem: None
    host = Host(connection, offer)
    host.on_attached = lambda: tell("")
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: host.stop("it was stopped"))
        print(f"pydron: offering {slots} slots to {connection.address}", flush=True)
        reason = host.serve()
    finally:
        host.close()
    tell(reason)
    if host.failed:
        print(f"pydron: error: {reason}", file=sys.stderr)
        return 1
    print(f"pydron: worker ended: {reason}", file=sys.stderr)
    return 0


def _detached(connection: Connection) -> Callable[[str], None]:
    """Go on in the background. What is written goes into a file of the cluster's folder."""
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.detaching import detach

    folder = keys.make_private(keys.folder_of(connection.address))
    late = (
        f"{socket.gethostname()} did not reach the scheduler at {connection.address} within {PATIENCE:.0f} seconds. See"
        " that this address leads from there to the scheduler: pydron up --listen names it."
    )
    return detach(os.path.join(folder, f"worker-{socket.gethostname()}.log"), PATIENCE, late)


command = SimpleCommand(
    name="worker", help="offer this machine's processors to a cluster", description=_DESCRIPTION,
    configure=_configure, run=_run,
)  # fmt: skip
