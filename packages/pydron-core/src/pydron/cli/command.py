"""What a subcommand of ``pydron`` is: the seam through which the other packages add theirs.

An entry point of the group ``pydron.commands`` names an object of this shape. The name of the entry point is the
name of the subcommand.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

GROUP = "pydron.commands"
"""Entry-point group in which subcommands are registered."""


class Command(Protocol):
    """One subcommand.

    ``run`` returns the exit status. It raises a ``PydronError`` for what the user can mend; the command line prints
    the sentence and no traceback.
    """

    @property
    def name(self) -> str:
        """What the user types after ``pydron``."""
        ...

    @property
    def help(self) -> str:
        """One line for the list of commands."""
        ...

    @property
    def description(self) -> str:
        """Longer text with examples, printed as it is."""
        ...

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it. Returns the exit status."""
        ...


@dataclass(frozen=True)
class SimpleCommand:
    """A command made of two functions."""

    name: str
    help: str
    description: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
