"""Which variables may still be read, at each point of a draft, and which may have a value.

A region hands on only what may be read later, and receives only what may be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydron.frontend.draft import (
    Attempt,
    Block,
    Choice,
    Draft,
    Leaf,
    Loop,
    Selection,
    Stream,
    Within,
    blocks,
    bound_by,
    bound_in,
)

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Ways:
    """What may be read after each way of leaving a block."""

    next: Names
    broken: Names = frozenset()
    continued: Names = frozenset()


@dataclass(slots=True)
class Liveness:
    """Facts about a draft, by the identity of its nodes and blocks.

    Attributes:
        lasting: Variables that nested code or enclosing functions see: they may be read at any time.
        after: Names that may be read after a node.
        entry: Names that may be read from the beginning of a block on, as it is entered.
        exit: Names that may be read after a block, by the way in which it ends.
        available: Names that may have a value before a node.
        caught: Names that may be read after a failure at the place that is being looked at.
    """

    lasting: Names
    caught: Names = frozenset()
    after: dict[int, Names] = field(default_factory=dict)
    entry: dict[int, Names] = field(default_factory=dict)
    exit: dict[int, Names] = field(default_factory=dict)
    available: dict[int, Names] = field(default_factory=dict)

    def read_block(self, block: Block, ways: Ways) -> Names:
        """Go through a block backwards; gives what it needs when it is entered."""
        live = self._at_exit(block, ways) | self.caught
        self.exit[id(block)] = live
        live |= set(block.exit_reads)
        for node in reversed(block.nodes):
            self.after[id(node)] = live
            live = self._read_node(node, live, ways) | self.caught
        self.entry[id(block)] = live
        return live

    def _at_exit(self, block: Block, ways: Ways) -> Names:
        if block.exit == "next":
            return ways.next
        if block.exit == "break":
            return ways.broken
        return ways.continued if block.exit == "continue" else self.lasting

    def _read_node(self, node: Draft, live: Names, ways: Ways) -> Names:
        match node:
            case Leaf():
                if node.certain:
                    live -= set(node.binds) - self.lasting
                for exit in node.exits:
                    live |= {"break": ways.broken, "continue": ways.continued}.get(exit, frozenset())
                return live | set(node.reads) | set(node.needs)
            case Choice():
                inner = Ways(live, ways.broken, ways.continued)
                then, orelse = self.read_block(node.then, inner), self.read_block(node.orelse, inner)
                return then | orelse | set(node.test_reads)
            case Loop():
                return self._read_loop(node, live, ways)
            case Selection():
                return self._read_selection(node, live, ways)
            case Attempt():
                return self._read_attempt(node, live, ways)
            case Within():
                with self._catching(live):  # the manager may swallow a failure
                    body = self.read_block(node.body, Ways(live, ways.broken, ways.continued))
                return (body - (set(node.target_binds) - self.lasting)) | live | set(node.manager_reads)
            case Stream():
                live -= set(node.leaf.binds) - self.lasting
                return live | set(node.leaf.reads) | self.read_block(node.block, Ways(frozenset({node.target})))

    def _read_selection(self, node: Selection, live: Names, ways: Ways) -> Names:
        falling = live
        for arm in reversed(node.arms):
            matched = self.read_block(arm.body, Ways(live, ways.broken, ways.continued))
            if arm.test is not None:
                matched |= falling | set(arm.test_reads)
            matched = self.read_block(arm.guard, Ways(matched))
            falling |= (matched - (set(arm.binds) - self.lasting)) | set(arm.reads)
        return falling | set(node.subject_reads)

    def _read_attempt(self, node: Attempt, live: Names, ways: Ways) -> Names:
        """``finally`` is entered on every way; a handler, from anywhere in the body."""
        onward = live | ways.broken | ways.continued | self.lasting
        final = self.read_block(node.final, Ways(onward, ways.broken, ways.continued))
        leaving = Ways(final, final, final)
        with self._catching(final):
            orelse = self.read_block(node.orelse, leaving)
            handled = final
            for catch in node.catches:
                entry = self.read_block(catch.body, leaving)
                handled |= (entry - ({catch.name} - self.lasting)) | set(catch.type_reads)
        with self._catching(handled):
            return self.read_block(node.body, Ways(orelse, final, final)) | handled

    @contextmanager
    def _catching(self, names: Names) -> Iterator[None]:
        before = self.caught
        self.caught |= names
        try:
            yield
        finally:
            self.caught = before

    def _read_loop(self, node: Loop, live: Names, ways: Ways) -> Names:
        otherwise = self.read_block(node.orelse, Ways(live, ways.broken, ways.continued))
        again = otherwise
        while True:
            # The target of a ``for`` may keep its old value: there may be no iteration.
            body = self.read_block(node.body, Ways(again, live, again))
            start = (body - (set(node.target_binds) - self.lasting)) | otherwise
            if node.header is not None:
                start = self.read_block(node.header, Ways(start | set(node.source_reads)))
            if start <= again:
                break
            again |= start
        return again | set(node.source_reads) if node.header is None else again

    def find_available(self, block: Block, available: Names) -> Names:
        """Go through a block forwards; gives what may have a value after it."""
        for node in block.nodes:
            if isinstance(node, Loop):
                inner = bound_in(node.body) | bound_by(node) | (bound_in(node.header) if node.header else set())
                self.available[id(node)] = available
                available |= inner
                for part in (node.header, node.body):
                    if part is not None:
                        self.find_available(part, available)
                available = self.find_available(node.orelse, available)
                continue
            self.available[id(node)] = available
            if isinstance(node, Choice):
                then, orelse = self.find_available(node.then, available), self.find_available(node.orelse, available)
                available = then | orelse
            elif isinstance(node, Stream):
                self.find_available(node.block, available)
                available |= bound_by(node)
            elif isinstance(node, Selection):
                ends = available
                for arm in node.arms:
                    available = self.find_available(arm.guard, available | set(arm.binds))
                    ends |= self.find_available(arm.body, available)
                available |= ends
            elif isinstance(node, (Attempt, Within)):
                available |= bound_by(node)
                for part in blocks(node):
                    # What an earlier part has bound may be there in a later one, wherever the earlier one was left.
                    self.find_available(part, available)
                    available |= bound_in(part)
            else:
                available |= bound_by(node)
        return available
