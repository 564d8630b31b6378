"""Arguments to try each entry of the tables of known callables with, and what outcomes are compared by."""

from __future__ import annotations

import bz2
import collections
import dataclasses
import datetime
import decimal
import fractions
import itertools
import lzma
import pickle
import re
import uuid
import zlib
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from typing import Any

import numpy

NUMBERS = [3.0, 1.0, 2.0, 4.0]
DAY = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)


@dataclasses.dataclass
class Point:
    """A record."""

    x: int
    y: list[int]


ATTEMPTS: tuple[tuple[Any, ...], ...] = (
    (),
    (0.5,),
    (4,),
    ("ab",),
    (NUMBERS,),
    ([[2.0, 1.0], [1.0, 3.0]],),
    ([1, 2, 3], [1, 2, 4]),
    (NUMBERS, [1.0, 2.0, 3.0, 5.0]),
    (2, 3),
    (2.0, 3.0),
    (2, 3, 4),
    (2.0, 3.0, 4.0),
    ("a", "abc"),
    ("abc", "b"),
    ("a", "b", "abc"),
    ([3, 1], 1),
    ([3, 1, 2], 1, 2),
    (NUMBERS, 2),
    (b"ab",),
    (["1", "2"],),
    ((2, 2),),
    ((2, 2), 1.0),
    ([1, 2, 3], int),
    (int, object),
    (DAY,),
    (2024, 2, 3),
    (DAY, datetime.time(1)),
    ("2024-02-29",),
    ("10:30",),
    (2024, 9, 1),
    (fractions.Fraction(1, 2),),
    (decimal.Decimal("0.5"),),
    (decimal.Decimal("2"), decimal.Decimal("3")),
    (PurePosixPath("/a/b.c"),),
    ("/a",),
    ("*.c",),
    (".d",),
    ("ab", 10),
    ("a b c", 40),
    ("%Y",),
    ('{"a": [1, 2]}',),
    (min, [3, 1, 2]),
    (str, ["1", "2"]),
    (bool, [0, 1, 2]),
    ([1, 2, 3, 4], [True, False, True, True]),
    (max, [(1, 2), (3, 4)]),
    ("ii,i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0]),
    ("ii", [[1.0, 2.0], [3.0, 4.0]]),
    ([[1.0, 2.0], [3.0, 4.0]], 0, 1),
    ([1.5, 2.5], [1.0, 2.0], [1.0, 4.0]),
    ([True, False], [1, 2], [3, 4]),
    ([[True, False]], [[1, 2]]),
    ([1.0, 2.0, 3.0], [1.0, 0.0, 0.0]),
    ([[2.0, 1.0], [1.0, 3.0]], [1.0, 2.0]),
    ([3, 1, 2], 0, 9),
    ([[3, 1, 2]], 0),
    ("a-b", "x"),
    ({"a": "b"},),
    (2, MOMENT),
    (MOMENT,),
    ("1",),
    (b"\x01", "big"),
    (b"a", b"b"),
    (datetime.timedelta(hours=1),),
    ([[2.0, 1.0], [1.0, 3.0]], 2),
    ([[2.0, 1.0], [1.0, 3.0]], [[2.0, 1.0], [1.0, 3.0]]),
    (numpy.eye(2), numpy.eye(2)),
    (numpy.arange(4.0).reshape(2, 2),),
    (numpy.arange(4.0).reshape(2, 2), 2),
    ("float32",),
    ([1.0, 2.0, 3.0], [1.0, 2.0, 4.0], 1),
    (numpy.arange(4.0).reshape(2, 2), 1),
    ([[1.0]],),
    ((1, 2),),
    (0, 1),
    (0, 0),
    (b"MFRGG===",),
    (bz2.compress(b"ab"),),
    (lzma.compress(b"ab"),),
    (zlib.compress(b"ab"),),
    ((1, 1, 1, 0, 0, 5),),
    (Point(1, [2]),),
    ("sha256", b"a", b"b", 2),
    (b"a", b"b", "sha256"),
    (2, [3, 1, 2]),
    (["/a/b", "/a/c"],),
    ("<h",),
    ("<h", 5),
    ("<h", b"ab"),
    ("NFC", "ab"),
    ("LATIN SMALL LETTER A",),
    (("http", "a", "/b", "", "c=1", ""),),
    ("12345678123456781234567812345678",),
    (uuid.NAMESPACE_DNS, "ab"),
    ([0, 1], [[1, 2], [3, 4]]),
    (numpy.zeros((2, 2, 2)), 1),
    ("d", NUMBERS),
)
"""Lists of arguments; each entry of the tables takes at least one of them."""

RECEIVERS: dict[str, Any] = {
    "collections.Counter": lambda: collections.Counter("abca"),
    "collections.OrderedDict": lambda: collections.OrderedDict(ab=1),
    "collections.deque": lambda: collections.deque([3, 4, "ab"]),
    "datetime.date": lambda: DAY,
    "datetime.datetime": lambda: MOMENT,
    "datetime.time": lambda: datetime.time(10, 30, tzinfo=datetime.timezone.utc),
    "datetime.timedelta": lambda: datetime.timedelta(days=1, seconds=3),
    "datetime.timezone": lambda: datetime.timezone.utc,
    "decimal.Decimal": lambda: decimal.Decimal("2"),
    "fractions.Fraction": lambda: fractions.Fraction(3, 7),
    "numpy.ndarray": lambda: numpy.array([[3.0], [1.0]]),
    "numpy.ndarray, flat": lambda: numpy.array([1.0, 3.0]),
    "pathlib.PurePosixPath": lambda: PurePosixPath("/a/b.c"),
    "pathlib.PosixPath": lambda: PosixPath("/a/b.c"),
    "pathlib.PureWindowsPath": lambda: PureWindowsPath("/a/b.c"),
    "re.Pattern": lambda: re.compile("b"),
    "re.Match": lambda: re.search("(?P<letter>b)", "abc"),
}
"""A value of each class of the tables that can be had on this system."""


def portrait(value: Any) -> Any:
    """A value as something that can be compared, without looking into functions."""
    if isinstance(value, numpy.ndarray):
        content = value.tolist() if value.dtype.kind == "O" else value.tobytes()
        return ("array", str(value.dtype), value.shape, repr(content).partition(" at 0x")[0])
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [portrait(element) for element in value])
    if hasattr(value, "hexdigest"):
        return ("digest", value.hexdigest())
    if hasattr(value, "__next__"):
        return ("iterator", [portrait(element) for element in itertools.islice(value, 20)])
    try:
        return pickle.dumps(value)
    except Exception:
        return repr(value).partition(" at 0x")[0]
