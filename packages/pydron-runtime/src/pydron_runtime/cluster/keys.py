"""Keys: made on first use, kept in files that only their owner can read, shown to nobody.

A cluster's folder is ``~/.pydron/clusters/HOST-PORT`` (``PYDRON_HOME`` instead of ``~/.pydron``), mode 0700:

* ``scheduler.json``: the scheduler's own keys, and the public keys of those who may take part;
* ``connection.json``: what programs and hosts need: address, the scheduler's public key, a key pair of their own.

Whoever has the connection file may run code on the cluster's hosts.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from dataclasses import dataclass, field
from typing import Any

from pydron.errors import ConfigurationError
from pydron_runtime.cluster.addresses import Address, parse

FORMAT = 1
"""Version of both files."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What it takes to take part in a cluster. Keys are in Z85; the secret one appears in no text of this object."""

    address: Address
    scheduler_key: str
    public_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SchedulerKeys:
    """What a scheduler has to know to let the right ones in.

    Attributes:
        allowed: Public keys of those who may take part.
    """

    public_key: str
    secret_key: str = field(repr=False)
    allowed: frozenset[str]


def home() -> str:
    """The folder of everything that is kept between runs."""
    return os.environ.get("PYDRON_HOME") or os.path.join(os.path.expanduser("~"), ".pydron")


def folder_of(address: Address) -> str:
    """The folder of a cluster. It need not exist."""
    return os.path.join(home(), "clusters", address.folder)


def make_private(folder: str) -> str:
    """Make a folder, and those above it, that only its owner can enter.

    Raises:
        ConfigurationError: It cannot be made, or belongs to somebody else, or others can enter it.
    """
    try:
        before = os.umask(0o077)
        try:
            os.makedirs(folder, exist_ok=True)
        finally:
            os.umask(before)
        _refuse_others(folder, os.stat(folder), "700")
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} cannot be used ({error.strerror}). Set PYDRON_HOME to one that can."
        ) from error
    return folder


def _refuse_others(path: str, found: os.stat_result, wanted: str) -> None:
    if found.st_uid not in (0, os.geteuid()):  # the administrator can read it anyway
        raise ConfigurationError(f"{path} holds keys and belongs to another user. It is not used.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigurationError(f"{path} holds keys, and other users may get at it. Run: chmod {wanted} {path}")


def write_private(path: str, content: dict[str, Any]) -> None:
    """Write a JSON file of mode 0600, at once as a whole.

    Raises:
        ConfigurationError: It cannot be written.
    """
    try:
        descriptor, new = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=".new-")  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(content, stream, indent=1)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error


def read_private(path: str) -> Any:
    """What is in a file of keys.

    Raises:
        ConfigurationError: It is not there, not JSON, or others can read it.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            _refuse_others(path, os.fstat(stream.fileno()), "600")
            return json.load(stream)
    except OSError as error:
        raise ConfigurationError(f"The file of keys {path} cannot be read: {error.strerror}.") from error
    except ValueError:
        raise ConfigurationError(f"The file of keys {path} is damaged. Take a new copy of it.") from None


def new_scheduler() -> dict[str, Any]:
    """New keys of a scheduler, and of those who may take part: the content of ``scheduler.json``."""
    import zmq  # late: `pydron --help` reads this module's users

    public, secret = zmq.curve_keypair()
    theirs, their_secret = zmq.curve_keypair()
    return {
        "format": FORMAT,
        "public_key": public.decode(),
        "secret_key": secret.decode(),
        "allowed": {"connection.json": theirs.decode()},
        "connection": {"public_key": theirs.decode(), "secret_key": their_secret.decode()},
    }


def kept_scheduler(folder: str) -> dict[str, Any]:
    """The keys that a scheduler had when it ran before, so that those who wait for it know it again; else new ones.

    Raises:
        ConfigurationError: The folder, or the file in it, cannot be used.
    """
    path = os.path.join(make_private(folder), "scheduler.json")
    if not os.path.exists(path):
        return new_scheduler()
    content: dict[str, Any] = read_private(path)
    return content


def scheduler_keys(content: dict[str, Any]) -> SchedulerKeys:
    """What a scheduler has to know, from the content of ``scheduler.json``.

    Raises:
        ConfigurationError: It is damaged.
    """
    try:
        return SchedulerKeys(content["public_key"], content["secret_key"], frozenset(content["allowed"].values()))
    except (KeyError, TypeError, AttributeError):
        raise ConfigurationError(
            "The scheduler's file of keys, scheduler.json, is damaged. Remove it, and hand out new connection files."
        ) from None


def hand_out(address: Address, content: dict[str, Any], copy: str | None = None) -> str:
    """Keep a scheduler's keys in the folder of its address, and write its connection file there, and to ``copy``.

    Returns:
        Where the connection file is.

    Raises:
        ConfigurationError: The folder cannot be used.
    """
    folder = make_private(folder_of(address))
    write_private(os.path.join(folder, "scheduler.json"), content)
    connection = {
        "format": FORMAT, "address": str(address), "scheduler_key": content["public_key"], **content["connection"],
    }  # fmt: skip
    path = os.path.join(folder, "connection.json")
    write_private(path, connection)
    if copy is not None:
        write_private(copy, connection)
    return copy or path


def _current() -> str:
    return os.path.join(home(), "clusters", "current")


def remember(address: Address) -> None:
    """From now on this cluster is meant where none is named.

    Raises:
        ConfigurationError: The folder cannot be used.
    """
    make_private(os.path.dirname(_current()))
    write_private(_current(), {"address": str(address)})


def forget(address: Address) -> None:
    """This cluster has ended: it is not meant any more where none is named."""
    if os.path.exists(_current()) and current() == address:
        os.unlink(_current())


def current() -> Address:
    """The cluster that is meant where none is named: the last that ``pydron up`` started, else the only one that there
    are keys for, else the one on this machine.

    Raises:
        ConfigurationError: A file that says so is damaged, or there are keys for several, and it is not clear which.
    """
    if os.path.exists(_current()):
        return parse(str(read_private(_current()).get("address")))
    found = known()
    if len(found) > 1:
        several = ", ".join(map(str, found))
        raise ConfigurationError(f"Which cluster? There are keys for several: {several}. Name one.")
    return found[0] if found else parse("127.0.0.1")


def known() -> list[Address]:
    """The clusters for which there is a connection file in its place."""
    folder = os.path.join(home(), "clusters")
    found = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name, "connection.json")
        if os.path.exists(path):
            found.append(read_connection(path).address)
    return found


def connection_from(content: Any, origin: str) -> Connection:
    """Read what a connection file holds.

    Args:
        origin: Where it came from, for messages.

    Raises:
        ConfigurationError: It is not that of a connection file.
    """
    try:
        if content["format"] != FORMAT:
            raise ConfigurationError(f"{origin} was written by another version of Pydron; take a new copy of it.")
        keys = [str(content[name]) for name in ("scheduler_key", "public_key", "secret_key")]
        address = parse(content["address"])
    except (KeyError, TypeError):
        raise ConfigurationError(f"{origin} is not a connection file of a cluster.") from None
    if any(len(key) != 40 for key in keys):
        raise ConfigurationError(f"{origin} holds keys that are damaged. Take a new copy of it.")
    return Connection(address, *keys)


def read_connection(path: str) -> Connection:
    """Read a connection file.

    Raises:
        ConfigurationError: It is not there, not one, or others can read it.
    """
    return connection_from(read_private(path), path)


def connection_to(address: Address) -> Connection:
    """What it takes to reach the cluster at an address: from the file that ``PYDRON_CONNECTION`` names, or from the
    cluster's folder.

    Raises:
        ConfigurationError: There is no such file, or it cannot be used.
    """
    named = os.environ.get("PYDRON_CONNECTION")
    path = named or os.path.join(folder_of(address), "connection.json")
    if not os.path.exists(path):
        raise ConfigurationError(
            f"There are no keys for the cluster at {address}: {path} does not exist. Copy the connection file of its"
            " scheduler to that place (mode 600), or name it in PYDRON_CONNECTION."
        )
    found = read_connection(path)
    return Connection(address, found.scheduler_key, found.public_key, found.secret_key)
