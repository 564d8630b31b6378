"""The graph IR: regions of nodes, a regionalised value-state dependence graph of one function.

A :class:`Graph` is one scheduled function. Its body is a :class:`Region`: nodes in program order, an ``Input``
first and an ``Output`` last. Structured control nodes hold sub-regions.

Values are named by the user's variables and by the compiler's temporaries. A name may be bound several times;
the *value edges* of a region follow from program order (the last binding before a read), and the *state edges*
from the effects. ``pydron.ir.edges`` computes both, so that they cannot disagree with the nodes.

Names in ``reads`` and ``binds`` are those that belong to the function: parameters, local variables,
temporaries, and variables of enclosing functions. Global names and builtins are not listed: what they mean is
looked up when the program gets there.

The normal form, which the front end makes and the verifier states:

* A call stands alone in a ``Call`` (or a method call in a ``Store``) node. No other fragment contains a call,
  except inside ``Native``, ``Def``, ``Class`` and ``Lambda``, whose text is taken whole.
* Every operand of a fragment that could be changed by an operation between it and its use has been read into
  a temporary before: evaluation order is the order of the nodes.
* After an ``Output`` with an exit other than ``next`` nothing follows in that region.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydron.ir.forms import GraphForms
from pydron.ir.fragment import Fragment
from pydron.ir.globals import Global as Global
from pydron.ir.kinds import SCHEMA_VERSION as SCHEMA_VERSION
from pydron.ir.kinds import Effect as Effect
from pydron.ir.kinds import Exit as Exit
from pydron.ir.kinds import StoreKind as StoreKind
from pydron.location import Span


@dataclass(frozen=True, slots=True)
class Const:
    """``name = literal``: a value known when the function is compiled."""

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    fragment: Fragment


@dataclass(frozen=True, slots=True)
class Input:
    """The names a region receives: parameters of a function, captured and loop-carried values of a sub-region.

    ``binds`` holds them; ``reads`` is empty.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """The end of a region: how control leaves, and the names (``reads``) that live on.

    Attributes:
        exit: ``next`` falls through to the enclosing region.
        fragment: For ``return`` the whole return statement, for ``raise`` the whole raise statement, with
            call-free operands. None for the other exits and where the end of the function is reached.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    exit: Exit = "next"
    fragment: Fragment | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """A run of operations that need no decision of Pydron's: call-free simple statements.

    Forms: assignment to names (unpacking included), expression statement, ``del name``, ``pass``.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    fragment: Fragment
    effect: Effect = "pure"


@dataclass(frozen=True, slots=True)
class Call:
    """One call, whose callee is looked up when it runs.

    The fragment is ``callee(arguments)`` or ``name = callee(arguments)``; callee and arguments are call-free.

    Attributes:
        callee: Source text of the callee, as shown to people.
        stream: Where the first argument is a generator expression that the callee goes through at once: the same as
            loops that append each element to a temporary. The fragment alone says what the call does.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    fragment: Fragment
    callee: str
    stream: Region | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A modification of an object.

    Forms of the fragment: ``a.b = x``, ``a[i] = x`` (one target), ``name += x``, ``a.b += x``, ``a[i] += x``,
    ``del a.b``, ``del a[i]``, and ``[name =] receiver.method(arguments)`` where ``method`` is the name of a known
    mutating method of the builtin containers (which receiver it meets is known only at run time).

    Attributes:
        root: The variable through which the object is reached, or "" where that is a global name.
        method: Name of the method for ``kind == "method"``, else "".
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    fragment: Fragment
    kind: StoreKind
    root: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class If:
    """A choice between two regions. Also the form of ``and``, ``or`` and ``a if c else b`` around calls.

    Attributes:
        test: Call-free expression; its truth decides.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    test: Fragment
    then: Region
    orelse: Region


@dataclass(frozen=True, slots=True)
class For:
    """A loop over an iterable.

    Attributes:
        target: Fragment ``target = _`` : an assignment whose (single) target is the loop's; its value is the
            placeholder name ``_`` and is to be ignored.
        iterable: Call-free expression.
        comprehension: "list", "set", "dict" or "generator" where the loop was one, else "".
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    target: Fragment
    iterable: Fragment
    body: Region
    orelse: Region
    comprehension: Literal["", "list", "set", "dict", "generator"] = ""


@dataclass(frozen=True, slots=True)
class While:
    """A loop with a test.

    Attributes:
        header: Runs before each test; computes the temporaries that the test needs. Exit always ``next``.
        test: Call-free expression over what the header bound.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    header: Region
    test: Fragment
    body: Region
    orelse: Region


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a ``Match``.

    Attributes:
        pattern: Fragment ``match _: case pattern: pass``; its subject is the placeholder name ``_``.
        captures: Names that the pattern binds if it matches; none is bound if it does not.
        guard: Runs when the pattern has matched; computes what the test needs. Exit always ``next``.
        test: Call-free expression; None where the case has no ``if``.
    """

    pattern: Fragment
    captures: tuple[str, ...]
    guard: Region
    test: Fragment | None
    body: Region


@dataclass(frozen=True, slots=True)
class Handler:
    """An ``except`` clause.

    Attributes:
        type: Call-free expression, evaluated only when an exception gets to it; None for a bare ``except:``.
        name: The variable that holds the exception while ``body`` runs and is unbound after it, or "".
    """

    span: Span
    type: Fragment | None
    name: str
    body: Region


@dataclass(frozen=True, slots=True)
class Match:
    """A choice by patterns: the first case whose pattern matches, and whose test is true, runs.

    The ``subject`` is the name of a temporary.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    subject: Fragment
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """A ``try`` with ``except`` clauses, and ``orelse`` for where ``body`` fell through; or one with ``finally``."""

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    body: Region
    handlers: tuple[Handler, ...]
    orelse: Region
    final: Region


@dataclass(frozen=True, slots=True)
class With:
    """A ``with`` statement with one manager, a call-free expression; several managers are several statements.

    Attributes:
        target: Fragment ``target = _`` with names only, as that of a loop; None where there is no ``as``.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    manager: Fragment
    target: Fragment | None
    body: Region


@dataclass(frozen=True, slots=True)
class Def:
    """A nested ``def``, ``class`` or ``lambda`` (``kind``), taken whole, with the variables it captures.

    Captured variables are listed in ``captures``: the nested code sees them at any later time.
    For a lambda the fragment is ``name = lambda ...: ...``.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    fragment: Fragment
    kind: Literal["def", "class", "lambda"]
    captures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Native:
    """A statement taken whole: runs in order, as a sync-point.

    Attributes:
        reason: Code of the catalogue in ``pydron.explain.reasons``.
        detail: What in the statement is meant, in the user's words; may be empty.
        exits: Ways in which the statement may leave the region it stands in, besides ``next``.
    """

    id: int
    span: Span
    reads: tuple[str, ...]
    binds: tuple[str, ...]
    fragment: Fragment
    reason: str
    detail: str = ""
    exits: tuple[Exit, ...] = ()


Node = Const | Input | Output | Host | Call | Store | If | For | While | Match | Try | With | Def | Native


@dataclass(frozen=True, slots=True)
class Region:
    """A dataflow graph: nodes in program order, ``Input`` first, ``Output`` last."""

    nodes: tuple[Node, ...]

    @property
    def input(self) -> Input:
        """The node that holds the names this region receives."""
        first = self.nodes[0]
        assert isinstance(first, Input)
        return first

    @property
    def output(self) -> Output:
        """The node that ends this region."""
        last = self.nodes[-1]
        assert isinstance(last, Output)
        return last


@dataclass(frozen=True, slots=True)
class Graph(GraphForms):
    """One scheduled function.

    Attributes:
        name, qualname, module, filename, first_line: Of the user's function; first_line is that of ``def``
            (of the first decorator where it has some), as ``co_firstlineno``.
        signature: Source of the parameter list without parentheses, defaults and annotations included.
        kind: What the function is to ``inspect``.
        body: The function's region. A function taken whole has a single ``Native`` node between its boundary.
        local_names: Every local variable of the original function (parameters included), in order.
        cell_names: Those of them that a nested function, class, lambda or generator expression captures.
        free_names: Variables of enclosing functions that this one uses.
        temporaries: Names invented by the compiler; none equals a name in the function.
        source: Source text of the function, dedented, decorators included; "" where there is none.
        globals: The table that makes the graph runnable elsewhere; () until ``pydron.export.globals`` fills it.
    """

    name: str
    qualname: str
    module: str
    filename: str
    first_line: int
    signature: str
    kind: Literal["function", "generator", "coroutine", "async_generator", "lambda", "opaque"]
    body: Region
    local_names: tuple[str, ...] = ()
    cell_names: tuple[str, ...] = ()
    free_names: tuple[str, ...] = ()
    temporaries: tuple[str, ...] = ()
    source: str = ""
    globals: tuple[Global, ...] = ()


def subregions(node: Node) -> tuple[tuple[str, Region], ...]:
    """The named sub-regions of a node, in the order in which they may run."""
    match node:
        case Call(stream=Region() as stream):
            return (("elements", stream),)
        case If():
            return (("then", node.then), ("else", node.orelse))
        case For():
            return (("body", node.body), ("else", node.orelse))
        case While():
            return (("header", node.header), ("body", node.body), ("else", node.orelse))
        case Match():
            pairs = [((f"guard {n}", case.guard), (f"case {n}", case.body)) for n, case in enumerate(node.cases, 1)]
            return tuple(part for pair in pairs for part in pair)
        case Try():
            handlers = tuple((f"except{number}", part.body) for number, part in enumerate(node.handlers, 1))
            return (("body", node.body), *handlers, ("else", node.orelse), ("finally", node.final))
        case With():
            return (("body", node.body),)
        case _:
            return ()


def walk(region: Region) -> Iterator[Node]:
    """Every node of a region and of its sub-regions, in program order."""
    for node in region.nodes:
        yield node
        for _, inner in subregions(node):
            yield from walk(inner)
