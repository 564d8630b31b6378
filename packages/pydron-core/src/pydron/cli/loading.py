"""Loads the file or module that the command line names, as far as it defines something: nothing is computed."""

from __future__ import annotations

import ast
import importlib
import sys
import traceback
import types
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pydron
from pydron.errors import PydronError, UsageError
from pydron.frontend.source import imports_in
from pydron.refusing import ScheduledCallReached, refusing_calls

_FALLBACK_NAME = "__pydron_explain__"


class UserCodeError(PydronError):
    """The user's file failed while it was loaded. The message is the traceback of their code."""


def load(place: str) -> types.ModuleType:
    """The module that a file becomes, or the one of a dotted name.

    Runs the file's statements up to its first call of a scheduled function, and the definitions after that. Of its
    ``if __name__ == "__main__":`` part it runs the definitions of functions only, and what is imported for them. What
    it prints goes to the standard error stream.

    Raises:
        UsageError: There is no such file or module.
        UserCodeError: The file is not Python, or fails.
    """
    if not place:
        raise UsageError("The name of the file is empty. Give a Python file, such as pipeline.py.")
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
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Check who may read it.") from None
    with _loading(str(path), path.resolve().parent):
        try:
            tree = ast.parse(text, str(path))
        except ValueError as error:  # a NUL byte: Python before 3.12 says it this way
            raise UserCodeError(f"{path} is not Python: {error}.") from None
        name, package = _names(path.resolve(), tree)
        module = types.ModuleType(name)
        module.__file__ = str(path)
        if package:
            module.__package__ = package
            importlib.import_module(package)
        sys.modules[name] = module
        _define(tree, str(path), vars(module))
    return module


def _names(path: Path, tree: ast.Module) -> tuple[str, str]:
    """The names of the module that a file becomes, and of the package that it is a part of.

    It is one if it asks for its neighbours as such (``from .other import f``). Then its directory can be found.
    """
    name = path.stem
    if any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree)):
        root, parts = path.parent, [] if name == "__init__" else [name]
        package: list[str] = []
        while (root / "__init__.py").is_file() and root.name.isidentifier():
            package.insert(0, root.name)
            root = root.parent
        if package:
            sys.path.insert(0, str(root))
            return ".".join([*package, *parts]), ".".join(package)
    if not name.isidentifier() or name in sys.modules or name in sys.stdlib_module_names:
        name = _FALLBACK_NAME
    return name, ""


_PUT = 'Put what is to happen only when it is run as a program under `if __name__ == "__main__":`.'

_DEFINITIONS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign
)  # fmt: skip


def _define(tree: ast.Module, filename: str, namespace: dict[str, Any]) -> None:
    """Run a file's statements until one calls a scheduled function, or ends the program; of the others only those that
    define something."""
    future = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    imports = list(imports_in(tree.body))
    computing = False
    ended: SystemExit | None = None
    with refusing_calls():
        for statement, needed in _statements(tree):
            if computing and not isinstance(statement, _DEFINITIONS):
                continue
            body: list[ast.stmt] = [statement] if statement in future else [*future, *_unrun(imports), statement]
            code = compile(ast.Module(body, []), filename, "exec", dont_inherit=True)
            try:
                exec(code, namespace)
            except ScheduledCallReached:
                computing = True
            except SystemExit as error:
                computing, ended = True, ended or error
            except Exception:
                if needed and not computing:
                    raise  # after a call that was left out, names that would hold its result are missing
    if ended is not None:
        if not any(isinstance(found, types.FunctionType) for found in namespace.values()):
            raise ended
        told = f"{filename} ended itself (exit status {ended.code}) while it was loaded"
        print(f"pydron: {told}; of the rest only the definitions are looked at. {_PUT}", file=sys.stderr)


def _statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements of a file, and whether it needs them: not so what its part that runs as a program defines."""
    for statement in tree.body:
        yield statement, True
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'":
            yield from ((inner, False) for inner in statement.body if isinstance(inner, _NAMED))


_NAMED = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


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
        raise UserCodeError(f"{place} ended itself (exit status {error.code}) while it was loaded. {_PUT}") from None
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
