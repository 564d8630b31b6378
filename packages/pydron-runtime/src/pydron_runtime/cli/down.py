"""``pydron down``: end a cluster, its hosts included."""

from __future__ import annotations

import argparse

from pydron.cli.command import SimpleCommand
from pydron_runtime.cli import connecting

_DESCRIPTION = """\
End the scheduler of a cluster and all its workers. Programs that still run are told so and fail.

examples:
  pydron down                       the last that `pydron up` started, or the only one known
  pydron down tcp://head:7437
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    connecting.add_arguments(parser)


def _run(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.observer import Observer

    connection = connecting.meant(arguments)
    with Observer(connection) as observer:
        workers = len(observer.situation()["workers"])
        observer.take_down("pydron down")
    keys.forget(connection.address)
    print(f"pydron: the cluster at {connection.address} has ended, with {workers} workers")
    return 0


command = SimpleCommand(
    name="down", help="end a cluster with all its workers", description=_DESCRIPTION, configure=_configure, run=_run
)
