"""The allow-list: whose keys may take part in a cluster. Changed by its owner, followed by the scheduler while it runs.

It is part of ``scheduler.json``, a file on the scheduler's machine that only its owner can read and write. Each entry
is a name and a public key. Who is granted access gets a connection file with a key pair of his own, so that it can be
revoked without touching anybody else's.
"""

from __future__ import annotations

import os
import re
from typing import Any

from pydron.errors import ConfigurationError, UsageError
from pydron_runtime.cluster import keys
from pydron_runtime.cluster.addresses import Address

EVERYBODY = "connection"
"""The entry of the connection file that the scheduler writes, and that all who were given a copy of it share."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")

REVOKED = (
    "The cluster's scheduler does not let this key in any more: it was revoked (pydron cluster revoke)."
    " Ask its owner for a new connection file (pydron cluster grant)."
)


class AllowList:
    """The public keys of a cluster, as its scheduler sees them. For one thread."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._path: str | None = None
        self._seen: tuple[int, int] | None = None

    def __contains__(self, key: object) -> bool:
        return key in self._allowed

    def follow(self, path: str) -> None:
        """From now on :meth:`refresh` looks at this file."""
        self._path = path
        self._seen = self._stamp()

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path or "")
            return found.st_mtime_ns, found.st_ino
        except OSError:
            return None

    def refresh(self) -> bool:
        """Read the file again if it has changed. Whether keys were taken off the list.

        A file that is gone or damaged changes nothing: who was let in stays, and nobody else gets in.
        """
        stamp = self._stamp() if self._path is not None else None
        if stamp is None or stamp == self._seen:
            return False
        self._seen = stamp
        before = self._allowed
        try:
            self._allowed = keys.scheduler_keys(keys.read_private(self._path or "")).allowed
        except ConfigurationError:
            return False
        return bool(before - self._allowed)


def _own_file(address: Address) -> tuple[str, dict[str, Any]]:
    path = os.path.join(keys.folder_of(address), "scheduler.json")
    if not os.path.exists(path):
        raise ConfigurationError(
            f"The keys of the cluster at {address} are managed on its scheduler's machine, by the user who started it:"
            f" there is no {path} here."
        )
    content: dict[str, Any] = keys.read_private(path)
    keys.scheduler_keys(content)
    return path, content


def _label(entry: str) -> str:
    return entry.removesuffix(".json")


def names(address: Address) -> list[str]:
    """Who may take part in the cluster at an address.

    Raises:
        ConfigurationError: Its scheduler's file of keys is not here, or cannot be used.
    """
    return sorted(_label(entry) for entry in _own_file(address)[1]["allowed"])


def grant(address: Address, name: str, copy: str | None = None) -> str:
    """Make keys for somebody. A scheduler that runs lets them in within a second.

    Args:
        name: By which they can be revoked.
        copy: Where to put the connection file; None: in the cluster's folder.

    Returns:
        Where the connection file is. It has to get to whoever is meant, in secret.

    Raises:
        UsageError: The name cannot be used, or has keys already.
        ConfigurationError: The scheduler's file of keys is not here, or a file cannot be written.
    """
    import zmq  # late: `pydron --help` reads this module's users

    if not _NAME.fullmatch(name) or name == "scheduler":
        raise UsageError(f"{name!r} cannot be the name of a key: take letters, digits and . _ @ -")
    path, content = _own_file(address)
    entry = f"{name}.json"
    if entry in content["allowed"]:
        raise UsageError(f"{name} has keys for {address} already. Revoke them first: pydron cluster revoke {name}")
    public, secret = (key.decode() for key in zmq.curve_keypair())
    file = copy or os.path.join(os.path.dirname(path), entry)
    connection = {
        "format": keys.FORMAT, "address": str(address), "scheduler_key": content["public_key"], "public_key": public,
        "secret_key": secret,
    }  # fmt: skip
    keys.write_private(file, connection)
    content["allowed"][entry] = public
    keys.write_private(path, content)
    return file


def revoke(address: Address, name: str) -> None:
    """Take somebody's keys off the list. A scheduler that runs ends their sessions within a second.

    The keys of the connection file that the scheduler wrote are replaced by new ones: all copies of it are void.

    Raises:
        UsageError: There are no keys of this name.
        ConfigurationError: The scheduler's file of keys is not here, or a file cannot be written.
    """
    path, content = _own_file(address)
    entry = f"{_label(name)}.json"
    if entry not in content["allowed"]:
        known = ", ".join(map(_label, sorted(content["allowed"])))
        raise UsageError(f"Nobody called {name} may take part in the cluster at {address}. Known are: {known}")
    if _label(entry) == EVERYBODY:
        anew = keys.new_scheduler()
        content["allowed"][entry] = anew["allowed"][entry]
        content["connection"] = anew["connection"]
        keys.hand_out(address, content)
        return
    del content["allowed"][entry]
    keys.write_private(path, content)
    given = os.path.join(os.path.dirname(path), entry)
    if os.path.exists(given):
        os.unlink(given)
