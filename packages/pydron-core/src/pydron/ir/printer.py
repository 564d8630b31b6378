"""Graphs as text for a terminal: one node per line, regions indented.

    graph total(xs)
      function m.total, pipeline.py:3
      locals: xs, x, out; temporaries: _1

      0  input   xs
      1  host    out = []                  # line 4, pure
      2  for     x in xs                   # line 5, reads xs, out, binds x
         body
         3  input   out, x
         4  call    _1 = f(x)              # line 6
         5  store   out.append(_1)         # line 6, method of out
         6  output  next x
      9  output  return out                # line 7

The text is stable: equal graphs give equal text. It is for people; use JSON to read a graph back. A region that holds
nothing but its boundary is left out, unless it ends in another way than falling through.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from pydron.ir.matching import pattern_of
from pydron.ir.nodes import (
    Case,
    Def,
    For,
    Global,
    Graph,
    Handler,
    Host,
    If,
    Match,
    Native,
    Node,
    Output,
    Region,
    Store,
    Try,
    While,
    With,
    subregions,
)

_NOTE_COLUMN = 56
_TEXT_LIMIT = 4_000

Notes = Mapping[int, Sequence[str]]


def to_text(graph: Graph) -> str:
    """The whole graph: what function it is, its variables, its nodes, and what its globals mean."""
    head = [f"graph {printable(graph.name)}({printable(graph.signature)})"]
    head.append(f"  {graph.kind} {graph.module}.{graph.qualname}, {graph.filename}:{graph.first_line}")
    variables = (
        ("locals", graph.local_names),
        ("captured", graph.cell_names),
        ("of enclosing functions", graph.free_names),
        ("temporaries", graph.temporaries),
    )
    listed = [f"{title}: {', '.join(names)}" for title, names in variables if names]
    if listed:
        head.append("  " + "; ".join(listed))
    lines = [one_line(line) for line in head] + ["", *_lines(graph.body, "  ", {})]
    if graph.globals:
        lines += ["", "  globals", *(f"    {one_line(_global_text(entry))}" for entry in graph.globals)]
    return "\n".join(lines) + "\n"


def region_text(region: Region, notes: Notes | None = None) -> str:
    """A region alone, with the notes (by node id) under the nodes they belong to."""
    return "\n".join(_lines(region, "", notes or {}))


def node_kind(node: Node) -> str:
    """The word for a node's kind, as shown in every form of a graph."""
    return node.kind if isinstance(node, Def) else type(node).__name__.lower()


def node_text(node: Node) -> str:
    """The node's source text as shown to people, which may have several lines."""
    match node:
        case If():
            return node.test.text
        case For():
            target = node.target.text.removesuffix(" = _")
            prefix = f"{node.comprehension} comprehension: " if node.comprehension else ""
            return f"{prefix}{target} in {node.iterable.text}"
        case While():
            return node.test.text
        case Match():
            return "\n".join([node.subject.text, *map(case_text, node.cases)])
        case Try():
            return "; ".join(_clause(number, handler) for number, handler in enumerate(node.handlers, 1))
        case With():
            target = "" if node.target is None else f" as {node.target.text.removesuffix(' = _')}"
            return node.manager.text + target
        case Output():
            rest = ", ".join(node.reads)
            return node.fragment.text if node.fragment is not None else f"{node.exit} {rest}".rstrip()
        case Native() if not node.fragment.text:
            return "(no source text)"
        case _:
            fragment = getattr(node, "fragment", None)
            return fragment.text if fragment is not None else ", ".join(node.binds)


def case_text(case: Case) -> str:
    """A case's head as the user wrote it."""
    try:
        pattern = ast.unparse(pattern_of(case))
    except (SyntaxError, ValueError):
        pattern = case.pattern.text  # of a graph that breaks the rules
    return f"case {pattern}" if case.test is None else f"case {pattern} if {case.test.text}"


def _clause(number: int, handler: Handler) -> str:
    kind = "" if handler.type is None else f" {handler.type.text}"
    return f"except{number}:{kind}" + (f" as {handler.name}" if handler.name else "")


def printable(text: str) -> str:
    """The text with characters that a terminal would obey or could not show written as escapes. Keeps line ends."""
    shown = "".join(
        mark if mark.isprintable() or mark == "\n" else mark.encode("unicode_escape", "backslashreplace").decode()
        for mark in text[:_TEXT_LIMIT]
    )
    return shown + ("..." if len(text) > _TEXT_LIMIT else "")


def one_line(text: str) -> str:
    """:func:`printable` without line ends."""
    return printable(text).replace("\n", "\\n")


def _lines(region: Region, indent: str, notes: Notes) -> Iterator[str]:
    width = max((len(str(node.id)) for node in region.nodes), default=1)
    for node in region.nodes:
        start = f"{indent}{node.id:>{width}}  "
        first, *rest = printable(node_text(node)).split("\n")
        line = f"{start}{node_kind(node):<7} {first}".rstrip()
        remarks = ", ".join(_remarks(node))
        yield f"{line:<{_NOTE_COLUMN}} # {one_line(remarks)}" if remarks else line
        blank = " " * len(start)
        for further in rest:
            yield f"{blank}      | {further}".rstrip()
        for note in notes.get(node.id, ()):
            yield f"{blank}^^^ {one_line(note)}"
        for name, inner in subregions(node):
            if not _is_trivial(inner) or any(part.id in notes for part in inner.nodes):
                yield f"{blank}{name}"
                yield from _lines(inner, blank, notes)


def _is_trivial(region: Region) -> bool:
    last = region.nodes[-1] if region.nodes else None
    return len(region.nodes) == 2 and isinstance(last, Output) and last.exit == "next"


def _remarks(node: Node) -> Iterator[str]:
    if node.span.line > 0 and getattr(node, "fragment", None) is not None or subregions(node):
        yield f"line {node.span.line}"
    match node:
        case Host():
            yield node.effect
        case Store():
            yield f"{node.kind} of {node.root or 'a global name'}"
        case Native():
            yield node.reason + (f" {node.detail}" if node.detail else "")
            if node.exits:
                yield "may " + ", ".join(node.exits)
        case Def():
            if node.captures:
                yield "captures " + ", ".join(node.captures)
        case _:
            pass
    if subregions(node) or isinstance(node, Native):
        if node.reads:
            yield "reads " + ", ".join(node.reads)
        if node.binds:
            yield "binds " + ", ".join(node.binds)


def _global_text(entry: Global) -> str:
    mark = f"{entry.mark} " if entry.mark else ""
    match entry.kind:
        case "module":
            what = f"module {entry.module}"
        case "attribute":
            what = f"{entry.qualname} of {entry.module}"
        case "constant":
            what = entry.text
        case "function" | "class":
            what = f"{mark}{entry.kind} {entry.module}.{entry.qualname}, {entry.filename}:{entry.line}"
            what += f", needs {', '.join(entry.needs)}" if entry.needs else ""
        case "missing":
            what = f"cannot travel: {entry.text}"
    return f"{entry.name} = {what}"
