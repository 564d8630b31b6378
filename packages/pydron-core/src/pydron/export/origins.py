"""Where an object comes from: a literal, an installed module, or the user's own code."""

from __future__ import annotations

import ast
import inspect
import sys
import sysconfig
import types
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

_LITERAL_TEXT_LIMIT = 64 * 1024
_LITERAL_PARTS_LIMIT = 10_000
_OURS = frozenset({"pydron", "pydron_runtime", "pydron_viz"})
_ATOMS = (int, float, complex, str, bytes, bool, type(None))


def literal_text(value: Any) -> str | None:
    """Source text of a literal that gives an equal value of the same types, or None. At most 64 KiB."""
    if value is ...:
        return "..."
    try:
        _check_parts(value)
        text = repr(value)
        if len(text) > _LITERAL_TEXT_LIMIT or ast.literal_eval(text) != value:
            return None
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError, OverflowError):
        return None
    return text


def _check_parts(value: Any) -> None:
    """Raises TypeError where a part is not a literal, ValueError where there are too many (or endlessly many)."""
    stack, count = [value], 0
    while stack:
        part = stack.pop()
        count += 1
        if count > _LITERAL_PARTS_LIMIT:
            raise ValueError("too large for a literal")
        if type(part) in (list, tuple, set):
            stack.extend(part)
        elif type(part) is dict:
            stack.extend(part.keys())
            stack.extend(part.values())
        elif type(part) not in _ATOMS:
            raise TypeError(f"not a literal: {type(part).__name__}")


def is_installed(module: str) -> bool:
    """Whether a module belongs to Python, to an installed package or to Pydron: importable elsewhere by name."""
    top = module.partition(".")[0]
    if top == "__main__":  # even where that is an installed program: no other process has the same
        return False
    if top in sys.stdlib_module_names or top in _OURS:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return False
    path = PurePath(file)
    if "site-packages" in path.parts or "dist-packages" in path.parts:
        return True
    roots = (sysconfig.get_path(name) for name in ("purelib", "platlib"))
    return any(root is not None and path.is_relative_to(root) for root in roots)


def installed_name(value: Any, hint: str) -> tuple[str, str] | None:
    """(module, qualified name) under which an installed module holds this very object, or None.

    Args:
        hint: A further name to try: objects such as constants do not know their own.
    """
    names = [name for name in (_text(value, "__qualname__"), _text(value, "__name__"), hint) if name]
    home = _text(value, "__module__")
    if home and is_installed(home):
        for name in names:
            if _reached(sys.modules.get(home), name) is value:
                return home, name
    found = [
        (module, name)
        for module, loaded in list(sys.modules.items())
        for name in names
        if isinstance(loaded, types.ModuleType) and vars(loaded).get(name) is value and is_installed(module)
    ]
    return min(found, key=lambda place: ("._" in "." + place[0], place[0].count("."), place), default=None)


def _text(value: Any, attribute: str) -> str:
    try:
        found = getattr(value, attribute, "")
    except Exception:  # a foreign object's attribute access may do anything; then it has no name
        return ""
    return found if isinstance(found, str) else ""


def _reached(module: Any, qualname: str) -> Any:
    for part in qualname.split("."):
        module = getattr(module, part, None)
    return module


@dataclass(frozen=True, slots=True)
class Source:
    """Source text of the user's function or class.

    Attributes:
        text: Statements that parse on their own. An indented definition stands in an ``if True:`` block, so that
            text inside of strings stays as it is.
        line: Line of the user's file in which the text begins.
        name: The name that the text binds.
    """

    text: str
    filename: str
    line: int
    name: str


def source_of(value: Any, name: str) -> Source | None:
    """The source of a function or class of the user, decorators included; None where it cannot be found.

    Args:
        name: The variable that holds it. A lambda is found only where it was assigned to that name.
    """
    try:
        inner = inspect.unwrap(value)
        lines, first = inspect.getsourcelines(inner)
        filename = inspect.getsourcefile(inner) or inspect.getfile(inner)
    except (OSError, TypeError, ValueError, IndentationError, SyntaxError):
        return None
    text = "".join(lines)
    if text[:1].isspace():
        text, first = "if True:\n" + text, first - 1
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    body = tree.body
    if len(body) == 1 and isinstance(body[0], ast.If) and text.startswith("if True:\n"):
        body = body[0].body
    bound = _bound_name(body, name)
    if bound is None or not _is_current(inner, body[0]):
        return None
    return Source(text, filename, max(first, 0), bound)


def _bound_name(body: list[ast.stmt], name: str) -> str | None:
    if len(body) != 1:
        return None
    match body[0]:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return body[0].name
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.Lambda()) if target == name:
            return target
        case _:
            return None


def _is_current(value: Any, definition: ast.stmt) -> bool:
    """Whether the text fits the live object: a file may have been edited since it was imported."""
    if isinstance(definition, ast.Assign):
        arguments = definition.value.args if isinstance(definition.value, ast.Lambda) else None
    elif isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = definition.args
    else:
        return isinstance(value, type) and isinstance(definition, ast.ClassDef) and value.__name__ == definition.name
    if not isinstance(value, types.FunctionType) or arguments is None:
        return False
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    code = value.__code__
    expected = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return len(names) == len(expected) and all(a == b or b.endswith(a) for a, b in zip(names, expected))
