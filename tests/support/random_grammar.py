"""Writes text by the productions of a grammar. What the texts mean is up to the productions.

A *symbol* has *productions*: pieces of text in which ``<symbol>`` stands for a piece of its own, and ``<x|y|z>`` for one
of several words. ``#`` is a number that no other production gets. A symbol's productions come in two lists: the
*plain* ones, which hold no symbols that could go on for ever, and all others, which are left out where the text is
deep enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent

Choose = Callable[[int], int]
"""Given n, a number from 0 to n - 1. The first choices are the plainest."""

_SYMBOL = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Productions:
    """What a symbol may stand for."""

    plain: tuple[str, ...]
    others: tuple[str, ...] = ()


def phrases(plain: str, others: str = "") -> Productions:
    """Productions of one line each. A line that begins with, say, ``3 x`` counts three times."""
    return Productions(_weighted(plain.splitlines()), _weighted(others.splitlines()))


def passages(plain: str, others: str = "") -> Productions:
    """Productions of several lines, with blank lines between them."""
    return Productions(*(_weighted(dedent(text).strip("\n").split("\n\n")) for text in (plain, others)))


def _weighted(texts: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for text in texts:
        weight = re.match(r"\s*(\d) x ", text)
        found += [text[weight.end() :] if weight else text.strip()] * (int(weight[1]) if weight else 1)
    return tuple(text for text in found if text.strip())


class Writing:
    """Writes text by a grammar.

    Args:
        grammar: Symbols and their productions.
        choose: Makes the decisions.
    """

    def __init__(self, grammar: Mapping[str, Productions], choose: Choose) -> None:
        self._grammar = grammar
        self.choose = choose
        self._numbered = 0

    def production(self, symbol: str, depth: int) -> str:
        """One of a symbol's productions, its symbols not yet replaced."""
        productions = self._grammar[symbol]
        options = productions.plain + (productions.others if depth > 0 else ())
        chosen = options[self.choose(len(options))]
        if "#" in chosen:
            self._numbered += 1
            chosen = chosen.replace("#", str(self._numbered))
        return chosen

    def filled(self, text: str, depth: int) -> str:
        """A text with a piece in the place of each symbol.

        Args:
            depth: How deep these pieces may be.
        """

        def piece(match: re.Match[str]) -> str:
            words = match[1].split("|")
            if len(words) > 1:
                return words[self.choose(len(words))]
            return self.phrase(match[1], depth)

        return _SYMBOL.sub(piece, text)

    def phrase(self, symbol: str, depth: int) -> str:
        """A piece of text for a symbol."""
        return self.filled(self.production(symbol, depth), depth - 1)
