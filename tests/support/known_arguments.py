"""Arguments to try each entry of the tables of known callables with."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import re
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from typing import Any

import numpy

NUMBERS = [3.0, 1.0, 2.0, 4.0]
DAY = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)

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
