"""Fonts for text beyond Latin-1 in PDFs: the fonts that every PDF reader has know no other letters.

Fonts of this computer are looked for in the usual places. For Chinese, Japanese and Korean, and whatever else they
know, the fonts that PDF readers bring for these languages come after them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

_FILES = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "FreeSans.ttf", "LiberationSans-Regular.ttf", "Arial Unicode.ttf",
    "arialuni.ttf", "segoeui.ttf", "arial.ttf", "Arial.ttf", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf",
    "simhei.ttf", "malgun.ttf",
)  # fmt: skip

_READERS = (("STSong-Light", "gb2312"), ("HeiseiMin-W3", "shift_jis"), ("HYSMyeongJo-Medium", "euc_kr"))
"""Fonts that PDF readers bring, and an encoding of the characters that each of them has."""

Covers = Callable[[str], bool]


def write_with_known_letters(drawing: Any) -> None:
    """Give the texts of a drawing (of reportlab) that need it fonts that have their letters."""
    from reportlab.graphics.shapes import Group, String  # type: ignore[import-untyped]

    for shape in list(drawing.contents):
        if isinstance(shape, String) and not _is_latin(shape.text):
            place = drawing.contents.index(shape)
            drawing.contents[place : place + 1] = list(_strings(shape))
        elif isinstance(shape, Group):
            write_with_known_letters(shape)


def runs(text: str, fonts: Sequence[tuple[str, Covers]], usual: str) -> list[tuple[str, str]]:
    """Stretches of a text with the name of the font that each is written in: the usual one where it will do or no other
    does, else the first that has the character."""

    def font_of(char: str) -> str:
        if _is_latin(char):
            return usual
        return next((name for name, covers in fonts if covers(char)), usual)

    return [(name, "".join(chars)) for name, chars in groupby(text, font_of)]


def _strings(shape: Any) -> Iterator[Any]:
    """The same text as several, one per font, beside one another."""
    from reportlab.graphics.shapes import String
    from reportlab.pdfbase.pdfmetrics import stringWidth  # type: ignore[import-untyped]

    parts = runs(shape.text, _fonts(), shape.fontName)
    widths = [stringWidth(text, name, shape.fontSize) for name, text in parts]
    x = shape.x - {"middle": sum(widths) / 2, "end": sum(widths)}.get(shape.textAnchor, 0.0)
    for (name, text), width in zip(parts, widths):
        one = String(x, shape.y, text, fontName=name, fontSize=shape.fontSize, fillColor=shape.fillColor)
        x += width
        yield one


def _is_latin(text: str) -> bool:
    return all(char <= "ÿ" for char in text)


@cache
def _fonts() -> tuple[tuple[str, Covers], ...]:
    """What can be written with, best first: names known to reportlab, and which characters each has."""
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont  # type: ignore[import-untyped]

    found: list[tuple[str, Covers]] = []
    for path in _files():
        try:
            font = TTFont(f"pydron-{path.stem}", str(path))
        except (TTFError, OSError):
            continue
        registerFont(font)
        found.append((font.fontName, _in_table(frozenset(font.face.charToGlyph))))
    for name, encoding in _READERS:
        registerFont(UnicodeCIDFont(name))
        found.append((name, _in_encoding(encoding)))
    return tuple(found)


def _in_table(known: frozenset[int]) -> Covers:
    return lambda char: ord(char) in known


def _in_encoding(encoding: str) -> Covers:
    def covers(char: str) -> bool:
        try:
            return bool(char.encode(encoding))
        except UnicodeEncodeError:
            return False

    return covers


def _files() -> list[Path]:
    """The font files there are of those that are looked for, in that order."""
    home = Path.home()
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", home / ".local/share/fonts"]
    if sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    elif sys.platform == "win32":
        folders = [Path(os.environ.get("WINDIR", "C:\\Windows")) / "Fonts"]
    known: dict[str, Path] = {}
    for folder in folders:
        for path, _, names in os.walk(folder):
            known.update((name, Path(path) / name) for name in names if name in _FILES and name not in known)
    return [known[name] for name in _FILES if name in known]
