"""``pydron scheduler``: lend the workers of many hosts to many programs."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

from pydron.cli.command import SimpleCommand
from pydron.errors import UsageError
from pydron_runtime.cluster import settings
from pydron_runtime.cluster.addresses import EVERYWHERE, Address, parse

if TYPE_CHECKING:
    from pydron_runtime.cluster.daemon import Daemon

_DESCRIPTION = f"""\
Run the scheduler of a cluster until it is stopped. Hosts offer their processors with `pydron worker`, programs use
them with `pydron run --scheduler`, `PYDRON_EXECUTOR=tcp://HOST:PORT` or `pydron.configure(executor=...)`.

It listens on this machine alone unless told otherwise. Everybody has to prove, with the keys in the connection file,
that they may take part; everything is encrypted. Who has that file can run code on the hosts of the cluster.

Ctrl-C ends the scheduler and the hosts. SIGTERM ends the scheduler; hosts wait for the next one for as long as their
lease says ({settings.LEASE:.0f} s), running programs as long as their patience ({settings.PATIENCE:.0f} s).

examples:
  pydron scheduler                                      on this machine, port {settings.PORT}
  pydron scheduler --listen tcp://192.168.1.10:7437     for other hosts
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--listen", metavar="URL", default=f"tcp://127.0.0.1:{settings.PORT}",
        help="address to listen at; port 0 takes a free one (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--advertise", metavar="HOST", help="name under which others reach this machine (default: that of --listen)"
    )
    parser.add_argument("--connection-file", metavar="FILE", help="write the connection file there, too (mode 600)")
    parser.add_argument(
        "--heartbeat", metavar="S", type=_positive, default=settings.HEARTBEAT,
        help="seconds between two signs of life (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--silence", metavar="S", type=_positive, default=settings.SILENCE,
        help="seconds without a sign of life after which somebody counts as gone (default: %(default)s)",
    )  # fmt: skip


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise ValueError(text)
    return value


def _run(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.daemon import Daemon

    listen = parse(arguments.listen)
    if arguments.silence <= 2 * arguments.heartbeat:
        raise UsageError("--silence has to be longer than two heartbeats.")
    host = arguments.advertise or (socket.gethostname() if listen.host in EVERYWHERE else listen.host)
    folder = keys.folder_of(Address(host, listen.port))
    content = keys.kept_scheduler(folder) if listen.port else keys.new_scheduler()
    daemon = Daemon(listen, keys.scheduler_keys(content), arguments.heartbeat, arguments.silence)
    try:
        address = Address(host, daemon.address.port)
        path = keys.hand_out(address, content, arguments.connection_file)
        daemon.allowed.follow(os.path.join(keys.folder_of(address), "scheduler.json"))
        for number, take_down, reason in (
            (signal.SIGINT, True, "the scheduler was interrupted"),
            (signal.SIGTERM, False, "the scheduler was stopped"),
        ):
            signal.signal(number, _stopper(daemon, take_down, reason))
        print(f"pydron: scheduler at {address}, connection file {path}", flush=True)
    except BaseException:
        daemon.close()
        raise
    daemon.serve()
    print("pydron: the scheduler has ended", file=sys.stderr)
    return 0


def _stopper(daemon: Daemon, take_down: bool, reason: str) -> Any:
    return lambda *_: daemon.stop(take_down, reason)


command = SimpleCommand(
    name="scheduler", help="run the scheduler of a cluster", description=_DESCRIPTION, configure=_configure, run=_run
)
