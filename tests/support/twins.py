"""Runs a function as Python does, and as its graph says, and tells what could be seen of each run."""

from __future__ import annotations

import itertools
import linecache
import re
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydron.frontend.build import build_graph
from pydron.interpret import function as interpreted
from pydron.ir.nodes import Graph
from pydron.ir.verifier import verify

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Seen:
    """What a caller sees of a run.

    Attributes:
        outcome: The result, or type and arguments of the exception.
        lines: Name and line of each frame of the traceback that belongs to the program, comprehensions left out.
        context: Types of the chain of contexts and causes.
        log: What the program put into its ``log``, in order.
        arguments: The arguments afterwards.
    """

    outcome: str
    lines: tuple[tuple[str, int], ...]
    context: tuple[str, ...]
    log: tuple[str, ...]
    arguments: str


def program(source: str) -> dict[str, Any]:
    """Execute a module whose source ``linecache`` knows; gives its names. Each has a list ``log``."""
    text = textwrap.dedent(source)
    filename = f"<program {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"log": [], "__name__": "program"}
    exec(compile(text, filename, "exec", dont_inherit=True), namespace)
    return namespace


def function_of(found: Any) -> types.FunctionType:
    """The function behind a method, a static method, and so on."""
    found = getattr(found, "__func__", found)
    assert isinstance(found, types.FunctionType)
    return found


def twin(original: types.FunctionType, graph: Graph | None = None) -> Callable[..., Any]:
    """The function that the graph of a function describes. The graph is verified, and travels as JSON."""
    graph = graph or build_graph(original, strict=True)
    verify(graph)
    carried = Graph.from_json(graph.to_json())
    assert carried == graph
    return interpreted(
        carried,
        original.__globals__,
        defaults=original.__defaults__ or (),
        kwdefaults=original.__kwdefaults__ or {},
        closure=original.__closure__ or (),
    )


def watch(function: Callable[..., Any], namespace: dict[str, Any], arguments: tuple[Any, ...]) -> Seen:
    """Call a function and write down what could be seen."""
    lines: tuple[tuple[str, int], ...] = ()
    context: list[str] = []
    filename = function_of(function).__code__.co_filename
    try:
        outcome = f"returned {_shown(function(*arguments))}"
    except Exception as error:
        # Before Python 3.12 a variable that a comprehension finds unbound is a free variable.
        name = "NameError" if isinstance(error, UnboundLocalError) else type(error).__name__
        outcome = f"raised {name}{_shown(error.args)}"
        # CPython 3.11 may report the line before for an unbound variable, where it fuses two instructions.
        lines = () if isinstance(error, UnboundLocalError) else _lines(error, filename)
        context = [type(one).__name__ for one in _chain(error)]
    log = tuple(_shown(entry) for entry in namespace["log"])
    return Seen(outcome, lines, tuple(context), log, _shown(arguments))


def same(source: str, name: str = "f", arguments: str = "()") -> Seen:
    """Run a function of a program both ways, each in a program of its own; gives what both showed.

    Args:
        arguments: Text of a tuple, evaluated in each program.
    """
    first, second = program(source), program(source)
    original = function_of(first[name])
    expected = watch(original, first, eval(arguments, first))
    found = watch(twin(function_of(second[name])), second, eval(arguments, second))
    assert found == expected
    return expected


def _shown(value: Any) -> str:
    """Like repr, but without addresses and names of programs, and blind to where a comprehension had its code."""
    text = re.sub(r" at 0x[0-9a-f]+|<program \d+>", "", repr(value))
    text = re.sub(r"<(list|set|dict)comp>\.<locals>\.", "", text)
    return re.sub(r"(cannot access )?(free|local) variable ('\w+') (where|referenced)[a-z ]*", r"unbound \3", text)


_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")


def _lines(error: BaseException, filename: str) -> tuple[tuple[str, int], ...]:
    """Frames of the program. A comprehension has a frame of its own before Python 3.12, and only there."""
    found: list[tuple[str, int]] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == filename:
            if code.co_name in _COMPREHENSIONS:
                found[-1] = (found[-1][0], traceback.tb_lineno)
            else:
                found.append((code.co_name, traceback.tb_lineno))
        traceback = traceback.tb_next
    return tuple(found)


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None:
        found.append(following)
        following = following.__cause__ or following.__context__
    return found[1:]
