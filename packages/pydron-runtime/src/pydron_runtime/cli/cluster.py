"""``pydron cluster``: look at a cluster, and say who may take part in it."""

from __future__ import annotations

import argparse
import json

from pydron.cli.command import SimpleCommand
from pydron.errors import UsageError
from pydron_runtime.cli import connecting

_DESCRIPTION = """\
Look at a cluster: its workers with their slots, load and memory, and the programs that use it. Or say who may take
part: `grant` makes keys for somebody, in a connection file of their own, `revoke` makes them worthless, at once; `keys`
lists the names. These three run on the scheduler's machine, as the user who started it.

examples:
  pydron cluster status                             the last that `pydron up` started, or the only one known
  pydron cluster status tcp://head:7437
  pydron cluster status --connection cluster.json --json
  pydron cluster grant anna                         writes anna.json: hand it over in secret
  pydron cluster revoke anna
  pydron cluster revoke connection                  all copies of the scheduler's connection.json; a new one is written
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["status", "keys", "grant", "revoke"], help="what to do")
    parser.add_argument("name", metavar="NAME", nargs="?", help="of whoever is granted access, or has it revoked")
    connecting.add_arguments(parser)
    parser.add_argument("--connection-file", metavar="FILE", help="grant: where to write the connection file")
    parser.add_argument("--json", action="store_true", help="status: for programs")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.what in ("status", "keys"):
        if arguments.url:
            raise UsageError(f"pydron cluster {arguments.what} takes one address.")
        arguments.url, arguments.name = arguments.name, None
    elif not arguments.name:
        raise UsageError(f"Whose keys? pydron cluster {arguments.what} NAME")
    return _status(arguments) if arguments.what == "status" else _keys(arguments)


def _status(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster.observer import Observer
    from pydron_runtime.cluster.status import table

    with Observer(connecting.meant(arguments)) as observer:
        found = observer.situation()
    print(json.dumps(found, indent=1) if arguments.json else table(found))
    return 0


def _keys(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster import allow_list

    address = connecting.meant(arguments).address
    if arguments.what == "keys":
        print("\n".join(allow_list.names(address)))
    elif arguments.what == "grant":
        file = allow_list.grant(address, arguments.name, arguments.connection_file)
        print(f"pydron: {arguments.name} may use the cluster at {address} with {file}")
        print("pydron: whoever has this file can run code on its hosts; hand it over in secret")
    else:
        allow_list.revoke(address, arguments.name)
        print(f"pydron: the keys of {arguments.name} are worth nothing any more at {address}")
    return 0


command = SimpleCommand(
    name="cluster", help="look at a cluster, grant and revoke access", description=_DESCRIPTION,
    configure=_configure, run=_run,
)  # fmt: skip
