"""Handshake: whether somebody may take part in the cluster. Decided before anything of theirs is opened."""

from __future__ import annotations

from collections.abc import Iterable

from pydron_runtime.cluster.messages import VERSION, Greeting

ROLES = ("program", "host", "observer")

MOST_SLOTS = 100_000


def objection(greeting: Greeting, python: tuple[str, int, int], where: str) -> str | None:
    """Why a greeting is refused, as a sentence with the way out; None if it is accepted.

    Args:
        python: Implementation, major and minor version of the scheduler's Python.
        where: Name of the scheduler's machine.
    """
    if greeting.protocol != VERSION:
        return (
            f"{greeting.name} speaks version {greeting.protocol} of the cluster protocol (Pydron {greeting.release}),"
            f" the scheduler on {where} version {VERSION}. Install the same version of Pydron on both."
        )
    if greeting.role not in ROLES:
        return f"{greeting.name} wants to be a {greeting.role!r}; a cluster knows {', '.join(ROLES)}."
    if greeting.role != "observer" and greeting.python != python:
        return (
            f"{greeting.name} runs {_named(greeting.python)}, the scheduler on {where} {_named(python)}. Code travels"
            " between programs and workers, and needs the same minor version of Python: run both with the same."
        )
    if greeting.role == "host" and not 1 <= greeting.slots <= MOST_SLOTS:
        return f"{greeting.name} offers {greeting.slots} slots; it has to be at least 1 and at most {MOST_SLOTS}."
    return None


def _named(python: tuple[str, int, int]) -> str:
    implementation, major, minor = python
    return f"{implementation} {major}.{minor}"


def differences(ours: dict[str, str], theirs: dict[str, str], used: Iterable[str]) -> list[tuple[str, str, str | None]]:
    """Packages that a program uses and a host has in another version, or not at all: name, ours, theirs.

    Args:
        used: Names of the packages that the program has imported.
    """
    found = []
    for name in sorted(set(used)):
        version = ours.get(name)
        if version is not None and theirs.get(name) != version:
            found.append((name, version, theirs.get(name)))
    return found
