"""Addresses of clusters: ``tcp://HOST:PORT``, and after a question mark what a program needs of its hosts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from pydron.errors import ConfigurationError
from pydron_runtime.cluster.settings import PORT

LOOPBACK = ("127.0.0.1", "localhost", "::1")

EVERYWHERE = ("0.0.0.0", "::", "*")
"""What a scheduler may listen on and nobody can connect to."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a scheduler listens.

    Attributes:
        labels: What the hosts that a program is lent workers on have to have.
    """

    host: str
    port: int
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"

    @property
    def folder(self) -> str:
        """A name for files that belong to this address."""
        return f"{self.host.replace(':', '_')}-{self.port}"


def parse(text: str, default_port: int = PORT) -> Address:
    """Read an address; ``tcp://`` and the port may be left out.

    Raises:
        ConfigurationError: It is not one.
    """
    bare = text if "://" in text else f"tcp://{text}"
    problem = f"{text!r} is not the address of a cluster. Write tcp://HOST:PORT, for example tcp://127.0.0.1:{PORT}."
    try:
        parts = urlsplit(bare)
        port = default_port if parts.port is None else parts.port
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ConfigurationError(problem) from None
    host = parts.hostname
    if (
        parts.scheme != "tcp"
        or not host
        or any(map(str.isspace, host))
        or parts.path not in ("", "/")
        or parts.username is not None
    ):
        raise ConfigurationError(problem)
    unknown = set(options) - {"labels"}
    if unknown:
        raise ConfigurationError(
            f"{text!r}: the address of a cluster has no option {sorted(unknown)[0]!r}, only labels."
        )
    labels = tuple(label for value in options.get("labels", ()) for label in value.split(",") if label)
    return Address(host, port, labels)
