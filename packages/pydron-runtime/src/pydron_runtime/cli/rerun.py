"""``pydron rerun``: make a call that failed again, alone, under the debugger."""

from __future__ import annotations

import argparse
import os
import pdb
import sys
import traceback
from collections.abc import Callable
from typing import Any

from pydron.cli.command import SimpleCommand
from pydron.errors import TraceFormatError, UsageError
from pydron.trace import TraceReader
from pydron_runtime.data import classes, saved_calls
from pydron_runtime.data.saved_calls import SavedCall

_DESCRIPTION = """\
Make a functional call that failed again, alone and in this process, from the arguments that the trace keeps. The
debugger (pdb) stops at the first line of the function: `c` goes on to the error and stops there, `q` leaves.

This executes code from the trace. Do it only with traces that you trust.

  pydron rerun run.pydron                 which calls can be made again
  pydron rerun run.pydron 105             under the debugger
  pydron rerun run.pydron 105 --no-debugger    just make it, and print what comes of it
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="TRACE", help="a trace of the run in which the call failed")
    parser.add_argument("task", metavar="TASK", nargs="?", help="number of the call, as the viewer and summary show it")
    parser.add_argument("--no-debugger", action="store_true", help="print the result, or the error, and end")


def _run(arguments: argparse.Namespace) -> int:
    with TraceReader(arguments.file) as reader:
        if arguments.task is None:
            return _list(reader)
        number = _number(arguments.task)
        data = reader.saved_call(number)
        if data is None:
            raise UsageError(_why_not(reader, number))
    saved = saved_calls.decode(data)
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if saved.python != here:
        raise UsageError(
            f"The call was recorded with Python {saved.python}, and this is Python {here}. Run 'pydron rerun' with the"
            " same version: what the trace keeps is read by that one only."
        )
    print(f"pydron: making call #{number} of {saved.name} again: this executes code from the trace.", file=sys.stderr)
    function, args, kwargs = _opened(saved)
    if arguments.no_debugger:
        return _plainly(function, args, kwargs)
    _under_debugger(function, args, kwargs)
    return 0


def _number(text: str) -> int:
    number = text.lstrip("#")
    if not number.isdecimal() or len(number) > 15:
        raise UsageError(f"'{text}' is no number of a call. The summary shows them: `pydron trace summary FILE`.")
    return int(number)


def _list(reader: TraceReader) -> int:
    trace = reader.read_columns()[0]
    kept = [row for row in trace.saved_calls if row.size]
    if not kept:
        print("This trace keeps no call: none has failed, or none could be kept.")
        return 0
    for row in kept:
        task = reader.task(row.task)
        if task is not None:
            what = f"{task.name} ({os.path.basename(task.file)}:{task.line})"
            print(f"#{row.task}  {what}  {task.error_type}: {' '.join(task.error_message.split())[:120]}")
    return 0


def _why_not(reader: TraceReader, number: int) -> str:
    """Why a call cannot be made again, and what can be done."""
    if reader.task(number) is None:
        return f"There is no call number {number} in this trace."
    rows = {row.task: row for row in reader.read_columns()[0].saved_calls}
    if number in rows and rows[number].note:
        return f"The trace does not keep call number {number}. {rows[number].note}"
    kept = ", ".join(str(row.task) for row in rows.values() if row.size) or "none"
    return f"The trace does not keep call number {number}: only calls that failed are kept. There are: {kept}."


def _opened(saved: SavedCall) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    classes.follow()
    sys.path[:] = [*saved.path, *(entry for entry in sys.path if entry not in saved.path)]
    try:
        os.chdir(saved.directory)
    except OSError:
        print(f"pydron: the program's directory {saved.directory} is not there; staying here.", file=sys.stderr)
    try:
        return saved_calls.call_of(saved)
    except Exception as problem:  # whatever unpickling raises
        raise TraceFormatError(
            f"The call cannot be read here: {type(problem).__name__}: {problem}. Install what the program needs, and"
            " run this where the program's modules are."
        ) from problem


def _plainly(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        inner = error.__traceback__.tb_next if error.__traceback__ is not None else None
        traceback.print_exception(type(error), error, inner)
        return 1
    print(f"The call returned {result!r}")
    return 0


def _under_debugger(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Stop at the first line of the function, and again where it fails."""
    debugger = pdb.Pdb()
    try:
        result = debugger.runcall(function, *args, **kwargs)
    except Exception as error:
        inner = error.__traceback__
        while inner is not None and inner.tb_next is not None and _is_of_debugger(inner.tb_frame.f_code.co_filename):
            inner = inner.tb_next
        traceback.print_exception(type(error), error, inner, file=debugger.stdout)
        print("The call failed here. `q` leaves.", file=debugger.stdout)
        debugger.reset()
        debugger.interaction(None, inner)
    else:
        if not debugger.quitting:
            print(f"The call returned {result!r}", file=debugger.stdout)


def _is_of_debugger(filename: str) -> bool:
    return os.path.basename(filename) in ("bdb.py", "pdb.py", "rerun.py")


command = SimpleCommand("rerun", "make a call that failed again, under the debugger", _DESCRIPTION, _configure, _run)
