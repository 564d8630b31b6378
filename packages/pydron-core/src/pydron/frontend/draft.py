"""What lowering produces: nodes whose regions have no boundary yet.

``ports`` turns a draft into the regions of the IR. A draft knows only what its own text reads and binds; what a
region receives and hands on follows from all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydron.ir.fragment import Fragment
from pydron.ir.nodes import Call, Const, Def, Exit, Host, Native, Store
from pydron.location import NOWHERE, Span

Names = tuple[str, ...]
ComprehensionKind = Literal["", "list", "set", "dict", "generator"]
LeafKind = type[Const] | type[Host] | type[Call] | type[Store] | type[Def] | type[Native]


@dataclass(slots=True)
class Leaf:
    """A node without sub-regions.

    Attributes:
        fields: Those that its kind has besides the four of every node.
        needs: Names that must have had a value, although the text does not read them: ``del name``.
        certain: Whether it binds all that it may bind.
    """

    kind: LeafKind
    span: Span
    reads: Names
    binds: Names
    fields: dict[str, Any]
    needs: Names = ()
    certain: bool = True

    @property
    def exits(self) -> tuple[Exit, ...]:
        """Ways in which it may leave its region."""
        found: tuple[Exit, ...] = self.fields.get("exits", ())
        return found


@dataclass(slots=True)
class Block:
    """A region without its Input."""

    nodes: list[Draft] = field(default_factory=list)
    exit: Exit = "next"
    exit_span: Span = NOWHERE
    exit_fragment: Fragment | None = None
    exit_reads: Names = ()


@dataclass(slots=True)
class Choice:
    """An ``If``."""

    span: Span
    test: Fragment
    test_reads: Names
    then: Block
    orelse: Block


@dataclass(slots=True)
class Loop:
    """A ``For``, whose ``source`` is the iterable, or, with a ``header``, a ``While``, whose ``source`` is the test."""

    span: Span
    source: Fragment
    source_reads: Names
    body: Block
    orelse: Block
    header: Block | None = None
    target: Fragment | None = None
    target_binds: Names = ()
    comprehension: ComprehensionKind = ""


@dataclass(slots=True)
class Arm:
    """A ``Case`` of a ``Match``."""

    pattern: Fragment
    reads: Names
    binds: Names
    guard: Block
    test: Fragment | None
    test_reads: Names
    body: Block


@dataclass(slots=True)
class Catch:
    """A ``Handler``."""

    span: Span
    type: Fragment | None
    type_reads: Names
    name: str
    body: Block


@dataclass(slots=True)
class Selection:
    """A ``Match``."""

    span: Span
    subject: Fragment
    subject_reads: Names
    arms: list[Arm]


@dataclass(slots=True)
class Attempt:
    """A ``Try``."""

    span: Span
    body: Block
    catches: list[Catch]
    orelse: Block
    final: Block


@dataclass(slots=True)
class Within:
    """A ``With``."""

    span: Span
    manager: Fragment
    manager_reads: Names
    target: Fragment | None
    target_binds: Names
    body: Block


@dataclass(slots=True)
class Stream:
    """A ``Call`` with the elements that it goes through.

    Attributes:
        target: The temporary to which the block hands the elements.
    """

    leaf: Leaf
    block: Block
    target: str


Draft = Leaf | Choice | Loop | Selection | Attempt | Within | Stream


def blocks(draft: Draft) -> tuple[Block, ...]:
    """The blocks in a draft node, in the order of its sub-regions."""
    match draft:
        case Leaf():
            return ()
        case Stream():
            return (draft.block,)
        case Choice():
            return (draft.then, draft.orelse)
        case Loop():
            return (draft.body, draft.orelse) if draft.header is None else (draft.header, draft.body, draft.orelse)
        case Selection():
            return tuple(block for arm in draft.arms for block in (arm.guard, arm.body))
        case Attempt():
            return (draft.body, *(catch.body for catch in draft.catches), draft.orelse, draft.final)
        case Within():
            return (draft.body,)


def drafts(block: Block) -> Iterator[Draft]:
    """Every draft node of a block and of the blocks in it."""
    for node in block.nodes:
        yield node
        for inner in blocks(node):
            yield from drafts(inner)


def bound_in(block: Block) -> set[str]:
    """All names that something in a block binds."""
    found: set[str] = set()
    for node in drafts(block):
        found |= bound_by(node)
    return found


def bound_by(node: Draft) -> set[str]:
    """The names that a node binds, not counting what is in its blocks."""
    match node:
        case Leaf():
            return set(node.binds)
        case Stream():
            return set(node.leaf.binds)
        case Loop() | Within():
            return set(node.target_binds)
        case Selection():
            return {name for arm in node.arms for name in arm.binds}
        case Attempt():
            return {catch.name for catch in node.catches if catch.name}
        case Choice():
            return set()
