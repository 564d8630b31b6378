"""Finds what the command line names: ``FILE``, ``FILE:FUNCTION``, ``package.module:FUNCTION`` or ``graph.json``."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydron.cli.inner_functions import inner_functions
from pydron.cli.loading import load
from pydron.errors import GraphFormatError, UsageError
from pydron.ir.nodes import Graph
from pydron.marks import is_scheduled


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

    Loads the file (:func:`pydron.cli.loading.load`): nothing is computed.

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
    module = load(place)
    if name:
        found = _member(module, name, place)
        return _of_class(name, found, place, wanted, decorator) if isinstance(found, type) else [Target(name, found)]
    targets = [Target(*pair) for pair in _functions(module) if wanted(pair[1])]
    if not targets:
        raise UsageError(f"No function in {place} is decorated with {decorator}. {_offer(module, place)}")
    return targets


def _of_class(name: str, found: type, place: str, wanted: Callable[[Any], bool], decorator: str) -> list[Target]:
    """The functions of a class that are wanted."""
    methods = list(_functions_of(name, found))
    targets = [Target(*pair) for pair in methods if wanted(pair[1])]
    if not targets:
        named = f"Name one, as in {place}:{methods[0][0]}." if methods else "It has no methods."
        raise UsageError(f"{name!r} in {place} is a class, and no method of it is decorated with {decorator}. {named}")
    return targets


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


def _functions(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Functions of a module: methods as ``Class.method``, decorated ones in functions as ``f.inner``."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) == module.__name__:
            yield from _functions_of(name, value)


def _functions_of(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, types.FunctionType):
        yield name, value
        for inner, function in inner_functions(value).items():
            yield f"{name}.{inner}", function
    elif isinstance(value, type):
        for member, raw in vars(value).items():
            yield from _functions_of(f"{name}.{member}", _bare(raw))


def _bare(member: Any) -> Any:
    """The function of a static or class method, or of a property."""
    return member.fget if isinstance(member, property) else getattr(member, "__func__", member)


def _member(module: types.ModuleType, name: str, place: str) -> Any:
    found: Any = module
    for part in name.split("."):
        if found is module:
            found = vars(module).get(part)
        elif part != "<locals>":
            within = inner_functions(found) if isinstance(found, types.FunctionType) else {}
            found = within.get(part) or inspect.getattr_static(found, part, None)
        if found is None:
            raise UsageError(f"There is no function {name!r} in {place}. {_offer(module, place)}")
        found = _bare(found)
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
