"""``pydron cluster``: look at a cluster."""

from __future__ import annotations

import argparse
import json

from pydron.cli.command import SimpleCommand
from pydron_runtime.cli import connecting

_DESCRIPTION = """\
Look at a cluster: its workers with their slots, load and memory, and the programs that use it.

examples:
  pydron cluster status                             the last that `pydron up` started, or the one here
  pydron cluster status tcp://head:7437
  pydron cluster status --connection cluster.json --json
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["status"], help="what to do")
    connecting.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def _run(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.observer import Observer
    from pydron_runtime.cluster.status import table

    if not arguments.url and not arguments.connection:
        arguments.url = str(keys.current())
    with Observer(connecting.connection_of(arguments)) as observer:
        found = observer.situation()
    print(json.dumps(found, indent=1) if arguments.json else table(found))
    return 0


command = SimpleCommand(
    name="cluster", help="look at a cluster", description=_DESCRIPTION, configure=_configure, run=_run
)
