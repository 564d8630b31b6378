"""``pydron run``: run a program, with the executor, the workers and the trace chosen on the command line."""

from __future__ import annotations

import argparse
import builtins
import io
import os
import runpy
import sys
import types
from collections.abc import Callable
from pathlib import Path
from types import CodeType, TracebackType

from pydron import configure, installed, runner
from pydron.cli.command import SimpleCommand
from pydron.errors import UsageError
from pydron_runtime import sessions

_DESCRIPTION = """\
Run a Python program as `python script.py args...` would, with the functional calls of its scheduled functions in
parallel. The program behaves the same in either way; this command only saves setting environment variables.

examples:
  pydron run script.py
  pydron run --workers 4 --trace run.pydron script.py input.fits
  pydron run --scheduler tcp://head:7437 script.py
  pydron run --executor inline script.py          everything in this process, in order
  pydron run -m package.module
  pydron run --check script.py                    in this process, looking for broken promises
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, metavar="N", help="number of worker processes (default: one per core)")
    parser.add_argument("--trace", metavar="FILE", help="record a trace; look at it with `pydron view FILE`")
    parser.add_argument(
        "--scheduler", metavar="URL|FILE", help="run the calls on a cluster: its address, or its connection file"
    )
    parser.add_argument("--executor", metavar="NAME", help="what runs the calls: local (default) or inline")
    parser.add_argument("--check", action="store_true", help="watch functional calls for breaches of their promise")
    parser.add_argument("--json", action="store_true", help="with --check: print the report as JSON on standard output")
    parser.add_argument("-m", dest="module", action="store_true", help="SCRIPT is the dotted name of a module")
    parser.add_argument("script", metavar="SCRIPT", help="the program")
    parser.add_argument("args", nargs=argparse.REMAINDER, metavar="ARGS", help="the program's own arguments")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.json and not arguments.check:
        raise UsageError("--json is about the report of --check. Give both, or neither.")
    program = _module(arguments.script) if arguments.module else _script(arguments.script)
    if arguments.check:
        from pydron_runtime.cli.checking import run_checked  # late: most programs are not checked

        sys.argv = [arguments.script, *arguments.args]
        return run_checked(lambda: _to_the_end(program), arguments.json)
    executor = _cluster(arguments.scheduler) or _executor(arguments.executor)
    configure(executor=executor, workers=arguments.workers, trace=_trace(arguments.trace))
    sys.argv = [arguments.script, *arguments.args]
    status = _to_the_end(program)
    if arguments.trace and os.path.exists(arguments.trace):
        print(
            f"pydron: the trace is in {arguments.trace}; look at it with: pydron view {arguments.trace}",
            file=sys.stderr,
        )
    elif arguments.trace:
        print(f"pydron: no trace was written to {arguments.trace}: no scheduled function ran.", file=sys.stderr)
    return status


def _executor(name: str | None) -> str | None:
    """The executor that is meant: a sentence now is better than an error in the middle of the program."""
    if name is None or name.partition(":")[0] in (known := installed.names("pydron.executors")):
        return name
    raise UsageError(f"There is no executor {name!r}. There are: {', '.join(one for one in known if one != 'check')}.")


def _trace(name: str | None) -> str | None:
    folder = os.path.dirname(name or "") or "."
    if not os.path.isdir(folder):
        raise UsageError(f"The trace cannot be written to {name}: there is no directory {folder}. Make it first.")
    return name


def _cluster(text: str | None) -> str | None:
    """The address of the cluster that is meant. Names the connection file to whoever connects."""
    if text is None:
        return None
    from pydron_runtime.cluster import keys
    from pydron_runtime.cluster.addresses import parse

    if not os.path.exists(text):
        keys.connection_to(parse(text))  # a sentence now is better than an error in the middle of the program
        return text if "://" in text else f"tcp://{text}"
    os.environ["PYDRON_CONNECTION"] = os.path.abspath(text)
    return str(keys.read_connection(text).address)


def _script(name: str) -> Callable[[], None]:
    """What runs a file as the main program.

    Raises:
        UsageError: There is no such file, or it is not Python text.
    """
    path = Path(name)
    if path.is_dir():
        raise UsageError(f"{name} is a directory. Give the file of a program, or -m and the name of a module.")
    try:
        with io.open_code(str(path.absolute())) as file:
            source = file.read()
    except FileNotFoundError:
        raise UsageError(f"There is no file {name}. Give the path of the program to run.") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    try:
        code = compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise UsageError(_not_python(name, error)) from None

    def run() -> None:
        sys.path.insert(0, os.path.dirname(os.path.abspath(name)))
        _as_main(code, name)

    return run


def _not_python(name: str, error: SyntaxError | ValueError) -> str:
    if isinstance(error, SyntaxError) and error.lineno is not None:
        text = f"\n    {error.text.strip()}" if error.text else ""
        return f"{name} is not Python that this interpreter can read: line {error.lineno}: {error.msg}.{text}"
    return f"{name} is not Python text: {error}."


def _as_main(code: CodeType, name: str) -> None:
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=name, __builtins__=builtins, __cached__=None)
    sys.modules["__main__"] = module
    exec(code, module.__dict__)


def _module(name: str) -> Callable[[], None]:
    def run() -> None:
        sys.path.insert(0, os.getcwd())
        try:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        except ImportError as error:
            missing = error.__cause__ if isinstance(error.__cause__, ImportError) else error
            if str(missing) == f"No module named {name}" or f"{name}.".startswith(f"{missing.name}."):
                raise UsageError(f"There is no module {name}: {missing}.") from None
            raise

    return run


def _to_the_end(program: Callable[[], None]) -> int:
    """Run the program; the exit status that the interpreter would have given it."""
    try:
        program()
    except UsageError:
        raise
    except SystemExit as leave:
        sessions.close_recorders()
        raise leave
    except KeyboardInterrupt as interrupt:
        sessions.close_recorders("interrupted", "KeyboardInterrupt")
        _show(interrupt)
        return 130
    except BaseException as error:
        sessions.close_recorders("failed", f"{type(error).__name__}: {error}")
        _show(error)
        return 1
    sessions.close_recorders()
    return 0


def _show(error: BaseException) -> None:
    """Print the traceback that the interpreter would have printed: the program's own frames."""
    sys.stdout.flush()
    trace = _programs(error.__traceback__)
    sys.excepthook(type(error), error.with_traceback(trace), trace)


def _programs(trace: TracebackType | None) -> TracebackType | None:
    runner.hide_frames_of(os.path.join(os.path.dirname(os.path.abspath(__file__)), ""))  # nothing else has run, perhaps
    kept = runner.without_own_frames(trace)
    while kept is not None and kept.tb_frame.f_globals.get("__name__") == "runpy":
        kept = kept.tb_next
    return kept


command = SimpleCommand(
    name="run", help="run a program with its functional calls in parallel", description=_DESCRIPTION,
    configure=_configure, run=_run,
)  # fmt: skip
