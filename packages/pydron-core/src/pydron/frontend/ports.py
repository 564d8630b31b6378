"""Gives the regions of a draft their boundary: what each receives and hands on; numbers the nodes.

A control node *binds* what its regions bind and something later may read. A region that falls through hands on
these names, so it has to receive those of them that it does not bind itself on every way: a branch that leaves
``x`` alone hands on the ``x`` it received. The node *reads* what its regions receive from outside.

A loop's body hands on what its next iteration, or the code after the loop, may read. A ``break`` hands on what lives
on after the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydron.frontend.draft import (
    Arm,
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
from pydron.frontend.liveness import Liveness, Ways
from pydron.ir.nodes import Call, Case, Exit, For, Handler, If, Input, Match, Node, Output, Region, Try, While, With
from pydron.location import Span

Names = tuple[str, ...]


def close_function(block: Block, parameters: Names, free: Names, cells: Names, known: Names, span: Span) -> Region:
    """The region of a function's body.

    Args:
        known: All names of the function, in the order in which boundaries list them.
    """
    liveness = Liveness(frozenset((*free, *cells)))
    liveness.find_available(block, frozenset((*parameters, *free)))
    liveness.read_block(block, Ways(liveness.lasting))
    closing = _Closing(liveness, {name: number for number, name in enumerate(known)})
    return closing.region(block, _united(parameters, free), {}, span)


Handed = dict[Exit, Names]
"""What a region hands on, by the way in which it is left."""


@dataclass(slots=True)
class _Closing:
    liveness: Liveness
    order: dict[str, int]
    count: int = 0

    def region(self, block: Block, receives: Names, handed: Handed, span: Span) -> Region:
        """A block with its boundary."""
        nodes: list[Node] = [Input(self._number(), span, (), receives)]
        nodes += [self._node(node, handed) for node in block.nodes]
        have = {*receives, *bound_in(block)}
        reads = _united(block.exit_reads, tuple(name for name in handed.get(block.exit, ()) if name in have))
        end = span if block.exit == "next" else block.exit_span
        nodes.append(Output(self._number(), end, reads, (), block.exit, block.exit_fragment))
        return Region(tuple(nodes))

    def _number(self) -> int:
        self.count += 1
        return self.count - 1

    def _sorted(self, names: set[str]) -> Names:
        return tuple(sorted(names, key=self.order.__getitem__))

    def _node(self, node: Draft, handed: Handed) -> Node:
        match node:
            case Leaf():
                kind: Any = node.kind
                made: Node = kind(self._number(), node.span, node.reads, node.binds, **node.fields)
                return made
            case Choice():
                return self._choice(node, handed)
            case Loop():
                return self._for(node, handed) if node.header is None else self._while(node, node.header, handed)
            case Selection():
                return self._match(node, handed)
            case Attempt():
                return self._try(node, handed)
            case Within():
                return self._with(node, handed)
            case Stream():
                return self._stream(node)

    def _choice(self, node: Choice, handed: Handed) -> If:
        number = self._number()
        bound = bound_in(node.then) | bound_in(node.orelse)
        live = set(self.liveness.after[id(node)]) | _leaving(node.then, handed) | _leaving(node.orelse, handed)
        hands_on = self._sorted(bound & live)
        available = set(self.liveness.available[id(node)])
        inner: Handed = {**handed, "next": hands_on}
        then_receives = self._receives(node.then, inner, available)
        else_receives = self._receives(node.orelse, inner, available)
        then = self.region(node.then, self._sorted(then_receives), inner, node.span)
        orelse = self.region(node.orelse, self._sorted(else_receives), inner, node.span)
        reads = _united(node.test_reads, self._sorted(then_receives | else_receives))
        return If(number, node.span, reads, hands_on, node.test, then, orelse)

    def _stream(self, node: Stream) -> Call:
        leaf, number = node.leaf, self._number()
        handed: Handed = {"next": (node.target,)}
        receives = self._receives(node.block, handed, set(self.liveness.available[id(node)]))
        elements = self.region(node.block, self._sorted(receives), handed, leaf.span)
        return Call(number, leaf.span, leaf.reads, leaf.binds, stream=elements, **leaf.fields)

    def _match(self, node: Selection, handed: Handed) -> Match:
        number = self._number()
        captured = {name for arm in node.arms for name in arm.binds}
        parts = [part for arm in node.arms for part in (arm.guard, arm.body)]
        bound = captured.union(*(bound_in(part) for part in parts))
        live = set(self.liveness.after[id(node)]).union(*(_leaving(part, handed) for part in parts))
        hands_on = self._sorted(bound & live)
        available = set(self.liveness.available[id(node)])
        outside: set[str] = {name for arm in node.arms for name in arm.reads} | set(hands_on)
        cases: list[Case] = []
        for arm in node.arms:
            case, needs = self._case(arm, {**handed, "next": hands_on}, available | bound, node)
            cases.append(case)
            outside |= needs
        reads = _united(node.subject_reads, self._sorted(outside & available))
        binds = self._sorted(captured | set(hands_on))
        return Match(number, node.span, reads, binds, node.subject, tuple(cases))

    def _case(self, arm: Arm, inner: Handed, available: set[str], node: Selection) -> tuple[Case, set[str]]:
        """A case, and what it needs from outside of the match."""
        computed = bound_in(arm.guard)
        wanted = set(arm.test_reads) | self.liveness.entry[id(arm.body)] | self.liveness.exit[id(arm.guard)]
        tested: Handed = {"next": self._sorted(computed & wanted)}
        guard_receives = self._receives(arm.guard, tested, available)
        body_receives = self._receives(arm.body, inner, available)
        guard = self.region(arm.guard, self._sorted(guard_receives), tested, node.span)
        body = self.region(arm.body, self._sorted(body_receives), inner, node.span)
        needs = guard_receives | ((body_receives | set(arm.test_reads)) - computed)
        return Case(arm.pattern, arm.binds, guard, arm.test, body), needs - set(arm.binds)

    def _for(self, node: Loop, handed: Handed) -> For:
        assert node.target is not None
        number = self._number()
        targets = set(node.target_binds)
        bound = targets | bound_in(node.body) | bound_in(node.orelse)
        outside = set(self.liveness.available[id(node)])
        hands_on = self._sorted(bound & self._live_after(node))
        again = (set(self.liveness.entry[id(node.body)]) - targets) | self.liveness.entry[id(node.orelse)]
        onward = self._sorted(bound & again)
        inner: Handed = {"next": onward, "continue": onward, "break": hands_on}
        outer: Handed = {**handed, "next": hands_on}
        body_receives = self._receives(node.body, inner, outside | bound)
        else_receives = self._receives(node.orelse, outer, outside | bound)
        body = self.region(node.body, self._sorted(body_receives), inner, node.span)
        orelse = self.region(node.orelse, self._sorted(else_receives), outer, node.span)
        passed = ((body_receives - targets) | else_receives | set(hands_on)) & outside
        reads = _united(node.source_reads, self._sorted(passed))
        binds = _united(node.target_binds, hands_on)
        return For(number, node.span, reads, binds, node.target, node.source, body, orelse, node.comprehension)

    def _while(self, node: Loop, header_block: Block, handed: Handed) -> While:
        number = self._number()
        computed = bound_in(header_block)
        bound = computed | bound_in(node.body) | bound_in(node.orelse)
        outside = set(self.liveness.available[id(node)])
        hands_on = self._sorted(bound & self._live_after(node))
        onward = self._sorted(bound & set(self.liveness.entry[id(header_block)]))
        after_test = self.liveness.entry[id(node.body)] | self.liveness.entry[id(node.orelse)]
        tested: Handed = {"next": self._sorted(computed & ({*node.source_reads} | after_test))}
        inner: Handed = {"next": onward, "continue": onward, "break": hands_on}
        outer: Handed = {**handed, "next": hands_on}
        blocks = ((header_block, tested), (node.body, inner), (node.orelse, outer))
        received = [self._receives(block, names, outside | bound) for block, names in blocks]
        header, body, orelse = [
            self.region(block, self._sorted(names), to, node.span) for (block, to), names in zip(blocks, received)
        ]
        passed = set().union(*received, hands_on) & outside
        direct = tuple(name for name in node.source_reads if name not in computed)
        return While(
            number, node.span, _united(direct, self._sorted(passed)), hands_on, header, node.source, body, orelse
        )

    def _try(self, node: Attempt, handed: Handed) -> Try:
        number = self._number()
        inside = blocks(node)
        bound = bound_by(node).union(*map(bound_in, inside))
        live = set(self.liveness.after[id(node)]).union(*(_leaving(block, handed) for block in inside))
        hands_on = self._sorted(bound & live)
        outside = set(self.liveness.available[id(node)])
        # What a part hands on goes to the parts after it as well.
        entered = set().union(*(self.liveness.entry[id(block)] for block in inside[1:]))
        onward: Handed = {**handed, "next": self._sorted(bound & (live | entered))}
        inner: Handed = {**handed, "next": hands_on}
        all_received: set[str] = set()

        def close(block: Block, to: Handed, span: Span, name: str = "") -> Region:
            received = self._receives(block, to, outside | bound)
            all_received.update(received - {name})
            return self.region(block, self._sorted(received | ({name} - {""})), to, span)

        body = close(node.body, onward, node.span)
        handlers = tuple(
            Handler(catch.span, catch.type, catch.name, close(catch.body, onward, catch.span, catch.name))
            for catch in node.catches
        )
        orelse, final = close(node.orelse, onward, node.span), close(node.final, inner, node.span)
        types = tuple(name for catch in node.catches for name in catch.type_reads)
        passed = (all_received | set(hands_on)) & outside
        reads = _united(tuple(dict.fromkeys(types)), self._sorted(passed))
        return Try(number, node.span, reads, hands_on, body, handlers, orelse, final)

    def _with(self, node: Within, handed: Handed) -> With:
        number = self._number()
        targets = set(node.target_binds)
        bound = targets | bound_in(node.body)
        live = set(self.liveness.after[id(node)]) | _leaving(node.body, handed)
        hands_on = self._sorted(bound & live)
        outside = set(self.liveness.available[id(node)])
        inner: Handed = {**handed, "next": hands_on}
        received = self._receives(node.body, inner, outside | targets) | targets
        body = self.region(node.body, self._sorted(received), inner, node.span)
        passed = ((received - targets) | set(hands_on)) & outside
        reads = _united(node.manager_reads, self._sorted(passed))
        binds = _united(node.target_binds, hands_on)
        return With(number, node.span, reads, binds, node.manager, node.target, body)

    def _live_after(self, node: Loop) -> set[str]:
        return set(self.liveness.after[id(node)])

    def _receives(self, block: Block, handed: Handed, available: set[str]) -> set[str]:
        """What a block uses, or hands on, before it binds it on every way."""
        return set(self.liveness.entry[id(block)]) & _used(block, handed) & available


def _used(block: Block, handed: Handed) -> set[str]:
    """Names that something in a block reads, or that it hands on."""
    found = {*block.exit_reads, *handed.get(block.exit, ())}
    for node in block.nodes:
        match node:
            case Leaf():
                found |= {*node.reads, *node.needs}
            case Choice():
                inner: Handed = {**handed, "next": ()}
                found |= {*node.test_reads, *_used(node.then, inner), *_used(node.orelse, inner)}
            case Loop():
                found |= {*node.source_reads, *_used(node.body, {}), *_used(node.orelse, {**handed, "next": ()})}
                found |= _used(node.header, {}) if node.header is not None else set()
            case Stream():
                found |= {*node.leaf.reads, *_used(node.block, {})}
            case Selection():
                found |= set(node.subject_reads)
                for arm in node.arms:
                    found |= {*arm.reads, *arm.test_reads, *_used(arm.guard, {})}
                    found |= _used(arm.body, {**handed, "next": ()})
            case Attempt():
                found.update(name for catch in node.catches for name in catch.type_reads)
                found.update(*(_used(part, {**handed, "next": ()}) for part in blocks(node)))
            case Within():
                found |= {*node.manager_reads, *_used(node.body, {**handed, "next": ()})}
    return found


def _leaving(block: Block, handed: Handed) -> set[str]:
    """What a block, or a branch in it, hands on where it breaks out of the loop or goes round."""
    found = set(handed.get(block.exit, ())) if block.exit in ("break", "continue") else set()
    for node in block.nodes:
        if isinstance(node, Choice):
            found |= _leaving(node.then, handed) | _leaving(node.orelse, handed)
        elif isinstance(node, Loop):
            found |= _leaving(node.orelse, handed)
        elif isinstance(node, Selection):
            found |= {name for arm in node.arms for name in _leaving(arm.body, handed)}
        elif isinstance(node, (Attempt, Within)):
            found.update(*(_leaving(part, handed) for part in blocks(node)))
    return found


def _united(first: Names, second: Names) -> Names:
    return tuple(dict.fromkeys((*first, *second)))
