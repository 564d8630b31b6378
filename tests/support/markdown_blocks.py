"""Code blocks of a Markdown page, and a script made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SEPARATOR = "\x1e"
"""Printed between the blocks of a script, so that each block's output can be told apart."""

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        language: The word after the fence.
        line: Where the block's text begins in the page, from 1.
    """

    language: str
    text: str
    line: int


def blocks_of(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(found[1], found[2], text.count("\n", 0, found.start()) + 2) for found in _BLOCK.finditer(text)]


def script_of(blocks: list[Block]) -> str:
    """One script of all Python blocks, that prints the separator after each."""
    pieces = [block.text + f"print({SEPARATOR!r}, end='')\n" for block in blocks if block.language == "python"]
    return "\n\n".join(pieces)


def expected_outputs(blocks: list[Block]) -> list[str]:
    """What each Python block prints, as shown by a ``text`` block right after it; nothing where there is none."""
    outputs = []
    for position, block in enumerate(blocks):
        if block.language == "python":
            following = blocks[position + 1] if position + 1 < len(blocks) else None
            outputs.append(following.text if following and following.language == "text" else "")
    return outputs


def commands_of(blocks: list[Block]) -> list[list[str]]:
    """The words of each command line that the page shows after a ``$``."""
    lines = [line for block in blocks if block.language == "console" for line in block.text.splitlines()]
    return [line[2:].split() for line in lines if line.startswith("$ ")]
