"""Finds what the command line names: ``FILE``, ``FILE:FUNCTION``, ``package.module:FUNCTION`` or ``graph.json``."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydron
from pydron.errors import GraphFormatError, PydronError, UsageError
from pydron.frontend.source import imports_in
from pydron.ir.nodes import Graph
from pydron.marks import is_scheduled
from pydron.refusing import ScheduledCallReached, refusing_calls

_FALLBACK_NAME = "__pydron_explain__"


class UserCodeError(PydronError):
    """The user's file failed while it was loaded. The message is the traceback of their code."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something to explain or to draw.

    Attributes:
        name: As it is called where it was found.
        value: The live function, or a graph.
    """

    name: str
    value: Any


def find_targets(
    text: str, wanted: Callable[[Any], bool] = is_scheduled, decorator: str = "@pydron.schedule"
) -> list[Target]:
    """What an argument names: one function or graph, or every function of a file that is wanted.

    Executes the file as a module (its ``if __name__ == "__main__":`` part does not run) up to its first call of a
    scheduled function, and the definitions after that: nothing is computed. What it prints goes to the standard error
    stream.

    Args:
        wanted: Chooses functions where none is named: by default the scheduled ones.
        decorator: What makes a function one of those, for messages.

    Raises:
        UsageError: There is no such file, module or function.
        GraphFormatError: The document is not a graph.
        UserCodeError: The file is not Python, or fails.
    """
    place, name = _split(text)
    if place.endswith(".json"):
        graph = _read_graph(Path(place))
        return [Target(graph.qualname, graph)]
    module = _load(place)
    if name:
        return [Target(name, _member(module, name, place))]
    found = [Target(*pair) for pair in _functions(module) if wanted(pair[1])]
    if not found:
        raise UsageError(f"No function in {place} is decorated with {decorator}. {_offer(module, place)}")
    return found


def _split(text: str) -> tuple[str, str]:
    if Path(text).exists():
        return text, ""
    place, colon, name = text.rpartition(":")
    if colon and place and not name.startswith(("/", "\\")):
        return place, name
    return text, ""


def _read_graph(path: Path) -> Graph:
    try:
        return Graph.from_json(path.read_text("utf-8"))
    except GraphFormatError as error:
        raise GraphFormatError(f"{path}: {str(error).rpartition(' (at ')[0]}", error.path) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a text file. Give a document made by 'pydron graph -o FILE.json'.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Check the name of the file.") from None


def _load(place: str) -> types.ModuleType:
    path = Path(place)
    if path.is_dir():
        raise UsageError(f"{place} is a directory. Give a Python file, such as {path / 'pipeline.py'}.")
    if path.is_file():
        return _execute(path)
    if place.endswith(".py") or not all(part.isidentifier() for part in place.split(".")):
        raise UsageError(f"There is no file {place}. Check the name, or go to the directory it is in.")
    with _loading(place, Path.cwd()):
        try:
            return importlib.import_module(place)
        except ModuleNotFoundError as error:
            if error.name and (place == error.name or place.startswith(error.name + ".")):
                raise UsageError(f"There is neither a file nor a module {place!r}. Check the name.") from None
            raise


def _execute(path: Path) -> types.ModuleType:
    name = path.stem
    if not name.isidentifier() or name in sys.modules or name in sys.stdlib_module_names:
        name = _FALLBACK_NAME
    module = types.ModuleType(name)
    module.__file__ = str(path)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Check who may read it.") from None
    with _loading(str(path), path.resolve().parent):
        try:
            tree = ast.parse(text, str(path))
        except ValueError as error:  # a NUL byte: Python before 3.12 says it this way
            raise UserCodeError(f"{path} is not Python: {error}.") from None
        sys.modules[name] = module
        _define(tree, str(path), vars(module))
    return module


_DEFINITIONS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign
)  # fmt: skip


def _define(tree: ast.Module, filename: str, namespace: dict[str, Any]) -> None:
    """Run a file's statements until one calls a scheduled function; of the others only those that define something."""
    future = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    imports = list(imports_in(tree.body))
    computing = False
    with refusing_calls():
        for statement in tree.body:
            if computing and not isinstance(statement, _DEFINITIONS):
                continue
            body: list[ast.stmt] = [statement] if statement in future else [*future, *_unrun(imports), statement]
            code = compile(ast.Module(body, []), filename, "exec", dont_inherit=True)
            try:
                exec(code, namespace)
            except ScheduledCallReached:
                computing = True
            except Exception:
                if not computing:
                    raise  # after a call that was left out, names that would hold its result are missing


def _unrun(imports: list[ast.stmt]) -> list[ast.stmt]:
    """Imports that the compiler sees and that do not run: what is called on a name depends on whether it was imported.

    So a statement that is compiled by itself becomes the code that it is in its file.
    """
    if not imports:
        return []
    never = ast.copy_location(ast.Constant(False), imports[0])
    return [ast.copy_location(ast.If(never, imports, []), imports[0])]


@contextmanager
def _loading(place: str, directory: Path) -> Iterator[None]:
    """Run code of the user as their program would be run, and tell of its errors in their terms."""
    before_argv, sys.argv = sys.argv, [place]
    sys.path.insert(0, str(directory))
    try:
        with pydron.configure(executor="inline"), redirect_stdout(sys.stderr):
            yield
    except PydronError:
        raise
    except SyntaxError as error:
        shown = "".join(traceback.format_exception_only(type(error), error)).rstrip()
        raise UserCodeError(f"{place} is not Python:\n{shown}") from None
    except SystemExit as error:
        raise UserCodeError(
            f"{place} ended itself (exit status {error.code}) while it was loaded. Put what is to happen only when it "
            'is run as a program under `if __name__ == "__main__":`.'
        ) from None
    except Exception as error:
        frames = _users_frames(error)
        told = "".join(traceback.format_exception(type(error), error, frames)).rstrip()
        raise UserCodeError(f"{place} failed while it was loaded:\n{told}") from None
    finally:
        sys.argv = before_argv


def _users_frames(error: BaseException) -> types.TracebackType | None:
    """The part of a traceback that begins in the user's file, without the frames that loaded it."""
    entry = error.__traceback__
    while entry is not None:
        filename = entry.tb_frame.f_code.co_filename
        if filename != __file__ and "importlib" not in filename:
            return entry
        entry = entry.tb_next
    return None


def _functions(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Functions that the module itself defines, methods as ``Class.method``."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, types.FunctionType):
            yield name, value
        elif isinstance(value, type):
            for member, raw in vars(value).items():
                inner = getattr(raw, "__func__", raw)
                if isinstance(inner, types.FunctionType):
                    yield f"{name}.{member}", inner


def _member(module: types.ModuleType, name: str, place: str) -> Any:
    found: Any = module
    for part in name.split("."):
        found = vars(module).get(part) if found is module else inspect.getattr_static(found, part, None)
        if found is None:
            raise UsageError(f"There is no function {name!r} in {place}. {_offer(module, place)}")
    found = getattr(found, "__func__", found)
    if not callable(found) and not isinstance(found, Graph):
        raise UsageError(f"{name!r} in {place} is not a function. {_offer(module, place)}")
    return found


def _offer(module: types.ModuleType, place: str) -> str:
    scheduled = [name for name, value in _functions(module) if is_scheduled(value)]
    if scheduled:
        return f"Scheduled there: {', '.join(scheduled)}."
    others = [name for name, _ in _functions(module)]
    if others:
        return f"Functions there: {', '.join(others)}. Name one, as in {place}:{others[0]}."
    return "It defines no functions."
