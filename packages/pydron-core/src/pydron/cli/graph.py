"""``pydron graph``: the graph of a function as text, picture or document."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

from pydron.cli.command import SimpleCommand
from pydron.cli.target import Target, find_targets
from pydron.errors import ConfigurationError, UsageError
from pydron.explain.callees import effects_of_calls
from pydron.export.globals import with_globals
from pydron.export.notebook import find_renderer
from pydron.export.to_dot import to_dot
from pydron.ir.nodes import Graph

FORMATS = ("txt", "dot", "svg", "png", "json")

_DESCRIPTION = """\
Write the graph of a function: what Pydron compiled it to.

examples:
  pydron graph pipeline.py:calibrate               as text
  pydron graph pipeline.py:calibrate -o g.svg      as a picture (svg or png; needs pydron-viz)
  pydron graph pipeline.py:calibrate -o g.dot      for Graphviz
  pydron graph pipeline.py:calibrate -o g.json     as a document that runs elsewhere
  pydron graph g.json -o g.svg                     of a document
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="FILE:FUNCTION", help="a function of a Python file or module, or a graph")
    parser.add_argument("-o", "--output", metavar="OUT", help="file to write; its ending chooses the format")
    parser.add_argument("--format", choices=FORMATS, help="the format, where the name of OUT does not tell it")


def _run(arguments: argparse.Namespace) -> int:
    format = arguments.format or _format_of(arguments.output)
    targets = find_targets(arguments.target)
    if len(targets) > 1:
        names = ", ".join(target.name for target in targets)
        raise UsageError(f"{arguments.target} has several scheduled functions: {names}. Name one, as in FILE:FUNCTION.")
    content = _content(targets[0], format)
    if arguments.output is None or arguments.output == "-":
        sys.stdout.buffer.write(content)
    else:
        _write(Path(arguments.output), content)
    return 0


def _format_of(output: str | None) -> str:
    if output is None or output == "-":
        return "txt"
    ending = Path(output).suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise UsageError(
            f"The ending of {output} does not tell a format. Use one of {', '.join(FORMATS)}, or give --format."
        )
    return ending


def graph_of(value: Any) -> Graph:
    """The graph of a live function, or the graph itself.

    Raises:
        UsageError: It is not a plain Python function.
    """
    from pydron.frontend.build import build_graph  # late: a help text needs no compiler

    if isinstance(value, Graph):
        return value
    graph = getattr(value, "graph", None)
    if isinstance(graph, Graph):
        return graph
    plain = inspect.unwrap(value)
    if not isinstance(plain, types.FunctionType):
        raise UsageError(f"{value!r} is not a plain Python function, so it has no graph.")
    return with_globals(build_graph(plain), plain)


def _content(target: Target, format: str) -> bytes:
    graph = graph_of(target.value)
    if format == "txt":
        return graph.to_text().encode("utf-8", "backslashreplace")
    if format == "json":
        return (graph.to_json() + "\n").encode("ascii")
    plain = None if isinstance(target.value, Graph) else inspect.unwrap(target.value)
    live = plain if isinstance(plain, types.FunctionType) else None
    source = to_dot(graph, effects_of_calls(graph, live)).source
    return source.encode("utf-8") if format == "dot" else _picture(source, format)


def _picture(source: str, format: str) -> bytes:
    renderer = find_renderer()
    if renderer is None:
        raise ConfigurationError(
            f"To write {format}, install the package that draws: pip install pydron-viz. Or write .dot, for Graphviz."
        )
    return renderer(source, format)


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or nothing."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Choose another place with -o.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


command = SimpleCommand(
    "graph", "write the graph of a function as text, picture or document", _DESCRIPTION, _configure, _run
)
