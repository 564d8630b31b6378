"""``pydron up``: a cluster on hosts that can be reached with ssh."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from typing import Any

from pydron.cli.command import SimpleCommand
from pydron.errors import ExecutorError, UsageError
from pydron_runtime.cluster import settings
from pydron_runtime.cluster.addresses import Address, parse

_DESCRIPTION = """\
Start a cluster: a scheduler on this machine, unless it runs already, and a worker on each host, through ssh. Your own
ssh configuration counts; it has to work without asking for a password. Pydron has to be installed on the hosts.

End it with `pydron down`. Hosts that lose their scheduler end by themselves.

examples:
  pydron up node1 node2 me@node3
  pydron up --hostfile hosts.txt --slots 4        one host per line, `slots=N` behind it if it is to differ
  pydron up --python /opt/env/bin/python node1
"""

PATIENCE = 20.0
"""Seconds that the scheduler has to listen."""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("hosts", metavar="HOST", nargs="*", help="as ssh knows it")
    parser.add_argument("--hostfile", metavar="FILE", help="read hosts from a file")
    parser.add_argument("--slots", metavar="N", type=int, help="calls at once on each host (default: its processors)")
    parser.add_argument(
        "--listen",
        metavar="URL",
        help=f"where the scheduler listens (default: this machine's address, {settings.PORT})",
    )
    parser.add_argument("--python", metavar="CMD", default="python3", help="Python on the hosts (default: %(default)s)")
    parser.add_argument(
        "--ssh", metavar="CMD", default="ssh", help="ssh, with options if need be (default: %(default)s)"
    )
    parser.add_argument("--memory-limit", metavar="SIZE", help="for all calls on a host together, such as 8G")
    parser.add_argument("--data-port", metavar="PORT", help="where hosts get values from each other, or `none`")
    parser.add_argument("--label", metavar="NAME", action="append", default=[], help="what the hosts have")


def _run(arguments: argparse.Namespace) -> int:
    from pydron_runtime.cluster import keys, ssh

    targets = [ssh.Target(name) for name in arguments.hosts]
    if arguments.hostfile:
        try:
            with open(arguments.hostfile, encoding="utf-8") as stream:
                targets += ssh.targets_in(stream.read())
        except OSError as error:
            raise UsageError(f"{arguments.hostfile} cannot be read: {error.strerror}.") from None
    if not targets:
        raise UsageError("Which hosts? Name them, or give --hostfile.")
    if arguments.slots is not None and arguments.slots < 1:
        raise UsageError(f"--slots {arguments.slots}: a worker needs at least one.")
    targets = [ssh.checked(ssh.Target(one.name, one.slots or arguments.slots)) for one in targets]
    command = shlex.split(arguments.ssh)
    address = (
        parse(arguments.listen)
        if arguments.listen
        else Address(ssh.address_towards(command, targets[0]), settings.PORT)
    )
    started = _scheduler(address)
    try:
        content: dict[str, Any] = keys.read_private(os.path.join(keys.folder_of(address), "connection.json"))
        options = [word for label in arguments.label for word in ("--label", label)]
        if arguments.memory_limit:
            options += ["--memory-limit", arguments.memory_limit]
        if arguments.data_port:
            options += ["--data-port", arguments.data_port]
        results = ssh.start_all(command, arguments.python, targets, content, options)
    except BaseException:
        if started:
            _take_down(address)
        raise
    keys.remember(address)
    failed = [(target, problem) for target, problem in results if problem is not None]
    for target, problem in failed:
        print(f"pydron: error: {target.name}: {problem}", file=sys.stderr)
    if len(failed) == len(results) and started:
        _take_down(address)
        raise ExecutorError("No host could be started; the scheduler was ended again.")
    print(f"pydron: cluster at {address} with {len(results) - len(failed)} more workers; `pydron down` ends it")
    print(f"pydron: run programs with: pydron run --scheduler {address} script.py")
    return 1 if failed else 0


def _answers(address: Address, patience: float) -> bool:
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.observer import Observer

    if not os.path.exists(os.path.join(keys.folder_of(address), "connection.json")):
        return False
    try:
        with Observer(keys.connection_to(address), patience) as observer:
            observer.situation()
    except ExecutorError:
        return False
    return True


def _scheduler(address: Address) -> bool:
    """See to it that a scheduler listens. Whether it had to be started.

    Raises:
        ExecutorError: It does not start.
    """
    from pydron_runtime.cluster import keys

    if _answers(address, 2.0):
        return False
    path = os.path.join(keys.make_private(keys.folder_of(address)), "scheduler.log")
    words = [sys.executable, "-m", "pydron", "scheduler", "--listen", str(address)]
    with open(path, "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
        )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(address, 1.0):
            process.returncode = 0  # it goes on without us: nobody waits for it
            return True
    process.kill()
    process.wait()
    with open(path, encoding="utf-8") as log:
        said = log.read().strip().splitlines()
    raise ExecutorError(f"The scheduler did not start: {said[-1] if said else 'it said nothing'} (see {path})")


def _take_down(address: Address) -> None:
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.observer import Observer

    with Observer(keys.connection_to(address)) as observer:
        observer.take_down("pydron up failed")


command = SimpleCommand(
    name="up", help="start a cluster on hosts, with ssh", description=_DESCRIPTION, configure=_configure, run=_run
)
