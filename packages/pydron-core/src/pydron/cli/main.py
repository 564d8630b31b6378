"""The ``pydron`` command: finds its subcommands, runs one, and turns errors into sentences.

Subcommands come from the entry points of all installed packages (:mod:`pydron.cli.command`). Only the one that is
asked for is loaded, so that one that is broken or slow to import does not hold up the others.

A command shows the errors of the user's program itself. What it lets through and is no ``PydronError`` is a mistake of
ours, and is told as one.

Exit status: 0 for success, 1 where something went wrong, 2 for wrong usage, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn

from pydron import __version__
from pydron.cli.command import GROUP, Command
from pydron.errors import InternalError, PydronError, UsageError

_ELSEWHERE = {
    "run": "pydron-runtime",
    "scheduler": "pydron-runtime",
    "worker": "pydron-runtime",
    "cluster": "pydron-runtime",
    "up": "pydron-runtime",
    "down": "pydron-runtime",
    "view": "pydron-viz",
    "trace": "pydron-viz",
}
"""Commands that other packages bring: what to install where they are missing."""

_DESCRIPTION = """\
Run ordinary sequential Python in parallel, and see what it does.

examples:
  pydron explain pipeline.py             what runs in parallel, what does not, and why
  pydron graph pipeline.py:main -o g.svg the graph of a function as a picture
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status; never raises for what a user can do wrong.

    Args:
        argv: Arguments without the program's name; None for those of the process.
    """
    try:
        status = _main(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return status
    except UsageError as error:
        return _complain(str(error), 2)
    except PydronError as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone. What is left in the buffer must not fail again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if os.environ.get("PYDRON_DEBUG"):
            raise
        return _complain(f"{_own_mistake(error)} Set PYDRON_DEBUG=1 to see the traceback.", 1)


def _main(argv: list[str]) -> int:
    points = {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}
    asked = next((argument for argument in argv if not argument.startswith("-")), None)
    if asked is None or asked != argv[0]:
        return _without_command(argv, points)
    if asked not in points:
        raise UsageError(_unknown(asked, points))
    command = _load(points[asked])
    parser = argparse.ArgumentParser(
        prog=f"pydron {asked}",
        description=command.description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.configure(parser)
    try:
        arguments = parser.parse_args(argv[1:])
    except SystemExit as finished:
        return _status(finished)
    return command.run(arguments)


def _without_command(argv: list[str], points: dict[str, EntryPoint]) -> int:
    """``pydron``, ``pydron --help``, ``pydron --version``."""
    parser = argparse.ArgumentParser(
        prog="pydron",
        usage="pydron [-h] [--version] COMMAND ...",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_command_list(points) if not {"--version"} & set(argv) else None,
    )
    parser.add_argument("--version", action="version", version=f"pydron {__version__}")
    try:
        parser.parse_args(argv)
    except SystemExit as finished:
        return _status(finished)
    parser.print_help(sys.stderr)
    return 2


def _command_list(points: dict[str, EntryPoint]) -> str:
    lines = ["commands (pydron COMMAND --help tells more):"]
    for name, point in points.items():
        try:
            lines.append(f"  {name:<12} {_load(point).help}")
        except PydronError as error:
            lines.append(f"  {name:<12} (broken: {error.__cause__})")
    return "\n".join(lines)


def _load(point: EntryPoint) -> Command:
    """The command of an entry point.

    Raises:
        PydronError: Its package is broken.
    """
    try:
        command: Command = point.load()
        _ = (command.help, command.description, command.configure, command.run)
        return command
    except (Exception, SystemExit) as error:  # another package's import may fail in any way
        package = f"the package {point.dist.name}" if point.dist is not None else "its package"
        raise PydronError(
            f"The command {point.name!r} cannot be loaded from {point.value}: {type(error).__name__}: {error}. "
            f"Reinstall {package}; the other commands are not affected."
        ) from error


def _unknown(asked: str, points: dict[str, EntryPoint]) -> str:
    if asked in _ELSEWHERE:
        return f"The command {asked!r} comes with the package {_ELSEWHERE[asked]}. Install it: pip install " + (
            f"{_ELSEWHERE[asked]}."
        )
    return f"There is no command {asked!r}. There are: {', '.join(points)}. Try 'pydron --help'."


def _own_mistake(error: Exception) -> InternalError:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return InternalError(f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno}).")


def _status(finished: SystemExit) -> int:
    return finished.code if isinstance(finished.code, int) else 0 if finished.code is None else 1


def _complain(message: str, status: int) -> int:
    print(f"pydron: error: {message}", file=sys.stderr)
    return status


def script() -> NoReturn:
    """Entry point of the installed program: :func:`main`, then exit."""
    sys.exit(main())


if __name__ == "__main__":
    script()
