"""Versions: tells the user where a host has other packages than the program uses. Once per host and package."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from pydron_runtime.cluster.handshake import differences
from pydron_runtime.cluster.packages import in_use, installed

_log = logging.getLogger("pydron")
_told: set[tuple[str, str]] = set()


def tell_differences(host: str, packages: Mapping[str, str]) -> None:
    """Compare a host's packages with those that this program has imported."""
    for name, ours, theirs in differences(installed(), dict(packages), in_use()):
        if (host, name) in _told:
            continue
        _told.add((host, name))
        if theirs is None:
            _log.warning("%s %s is used here and is not installed on the host %s.", name, ours, host)
        else:
            _log.warning("%s is %s here and %s on the host %s: results may differ.", name, ours, theirs, host)
