"""How commands are told which cluster they are for: by its address, or by its connection file."""

from __future__ import annotations

import argparse
import json
import os
import sys

from pydron.errors import UsageError
from pydron_runtime.cluster import keys
from pydron_runtime.cluster.addresses import parse
from pydron_runtime.cluster.keys import Connection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``URL`` and ``--connection``."""
    parser.add_argument("url", metavar="URL", nargs="?", help="address of the scheduler: tcp://HOST:PORT")
    parser.add_argument("--connection", metavar="FILE", help="connection file of the scheduler; - reads standard input")


def meant(arguments: argparse.Namespace) -> Connection:
    """The connection that the arguments mean; without any, that of the cluster that goes without saying: the one of
    PYDRON_CONNECTION, the last that ``pydron up`` started, the only one there are keys for, or the one here.

    Raises:
        ConfigurationError: There are no usable keys, or there are keys for several clusters.
    """
    named = os.environ.get("PYDRON_CONNECTION")
    if not arguments.url and not arguments.connection:
        if named:
            return keys.read_connection(named)
        arguments.url = str(keys.current())
    return connection_of(arguments)


def connection_of(arguments: argparse.Namespace) -> Connection:
    """The connection that the arguments mean.

    Raises:
        UsageError: Neither address nor file was given.
        ConfigurationError: There are no usable keys.
    """
    if arguments.connection == "-":
        try:
            content = json.loads(sys.stdin.read())
        except ValueError:
            raise UsageError("Standard input holds no connection file.") from None
        found = keys.connection_from(content, "The connection file on standard input")
    elif arguments.connection:
        found = keys.read_connection(arguments.connection)
    elif arguments.url:
        return keys.connection_to(parse(arguments.url))
    else:
        raise UsageError("Which cluster? Give the address of its scheduler, or --connection and its connection file.")
    if arguments.url:
        return Connection(parse(arguments.url), found.scheduler_key, found.public_key, found.secret_key)
    return found
