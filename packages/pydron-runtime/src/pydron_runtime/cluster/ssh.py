"""Starting workers on other hosts with the system's ``ssh``, and the user's own configuration of it.

Keys of the cluster go over ssh's standard input. They are in no command line and no environment, here or there.
"""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pydron.errors import ConfigurationError, ExecutorError
from pydron_runtime.cluster.settings import bounds

AT_ONCE = 16
"""So many hosts are started at the same time."""


@dataclass(frozen=True, slots=True)
class Target:
    """A host to start a worker on.

    Attributes:
        name: As ssh knows it: an alias, or ``user@host``.
        slots: Calls at once; None is one per processor there.
    """

    name: str
    slots: int | None = None


def targets_in(text: str) -> list[Target]:
    """Read a host file: a host in each line, ``slots=N`` behind it if wanted, remarks behind ``#``.

    Raises:
        ConfigurationError: A line is something else.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        target = Target(words[0])
        for word in words[1:]:
            name, _, count = word.partition("=")
            if name != "slots" or not count.isdigit() or int(count) < 1:
                raise ConfigurationError(f"Line {number} of the host file: {word!r} is not slots=N.")
            target = replace(target, slots=int(count))
        found.append(target)
    return found


def checked(target: Target) -> Target:
    """The target.

    Raises:
        ConfigurationError: Its name would be an option to ssh.
    """
    if not target.name or target.name.startswith("-"):
        raise ConfigurationError(f"{target.name!r} is not the name of a host.")
    return target


def address_towards(ssh: Sequence[str], target: Target) -> str:
    """The address of this machine as a host sees it, going by the way that packets to it take.

    Raises:
        ExecutorError: The host's name, as ssh reads it, has no address; or there is no ssh.
    """
    name = _hostname(ssh, target)
    try:
        kind, _, _, _, place = socket.getaddrinfo(name, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(kind, socket.SOCK_DGRAM) as probe:
            probe.connect(place)  # of a datagram socket: nothing is sent
            found: str = probe.getsockname()[0]
            return found
    except OSError as error:
        raise ExecutorError(
            f"The host {target.name} cannot be found: {error.strerror} ({name}). See that the name is right. If ssh"
            " reaches it in a way of its own, say with --listen under which address it reaches this machine."
        ) from error


def _hostname(ssh: Sequence[str], target: Target) -> str:
    """The host behind a name, after the user's ssh configuration."""
    try:
        said = subprocess.run([*ssh, "-G", target.name], capture_output=True, text=True, timeout=bounds().login).stdout
    except OSError as error:
        raise ExecutorError(_no_ssh(ssh, error)) from error
    except subprocess.TimeoutExpired:
        said = ""
    for line in said.splitlines():
        key, _, value = line.partition(" ")
        if key == "hostname":
            return value
    return target.name.rpartition("@")[2]


def _no_ssh(ssh: Sequence[str], error: OSError) -> str:
    return f"{ssh[0]} cannot be run: {error.strerror}. Install ssh, or name another one with --ssh."


def start_all(
    ssh: Sequence[str], python: str, targets: Sequence[Target], connection: dict[str, object], options: Sequence[str]
) -> list[tuple[Target, str | None]]:
    """Start a worker on each host. Blocks until each is accepted by the scheduler, or has failed.

    Args:
        ssh: The command that ssh is, with options.
        python: The interpreter on the hosts.
        connection: Content of the connection file.
        options: Further options of ``pydron worker``.

    Returns:
        Each host, with what went wrong there; None if nothing did.
    """
    with ThreadPoolExecutor(min(AT_ONCE, len(targets))) as pool:
        return list(pool.map(lambda target: (target, _start(ssh, python, target, connection, options)), targets))


def _start(
    ssh: Sequence[str], python: str, target: Target, connection: dict[str, object], options: Sequence[str]
) -> str | None:
    command = [*shlex.split(python), "-m", "pydron", "worker", "--connection", "-", "--detach", *options]
    if target.slots is not None:
        command += ["--slots", str(target.slots)]
    words = [*ssh, "-o", "BatchMode=yes", "-T", target.name, shlex.join(command)]
    patience = bounds().login
    try:
        done = subprocess.run(words, input=json.dumps(connection), capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return f"nothing came back from it for {patience:.0f} seconds (PYDRON_LOGIN)"
    except OSError as error:
        return _no_ssh(ssh, error)
    if done.returncode == 0:
        return None
    said = [line.removeprefix("pydron: error: ") for line in done.stderr.strip().splitlines()]
    if said and said[-1].endswith("No module named pydron"):
        return f"{said[-1]}. Install pydron-runtime there, or name a Python that has it with --python."
    return said[-1] if said else f"{ssh[0]} ended with exit status {done.returncode}"
