"""The container in which the page receives columns: a JSON document with typed arrays behind it. Pure.

Four bytes tell the length of the document, which is padded to a multiple of eight with spaces. Its member ``columns``
says per array which type it has and where it begins behind the document. Everything is little-endian. Times go as
the integers of 64 bits that they are: the page makes numbers of them faster than Python would.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping
from typing import Any

MIME = "application/octet-stream"

_TYPES = {"d": "Float64Array", "q": "BigInt64Array", "i": "Int32Array", "B": "Uint8Array"}


def packed(document: Mapping[str, Any], columns: Mapping[str, array[Any]]) -> bytes:
    """A document and arrays (of ``double``, ``long long``, ``int`` or ``unsigned char``) as one piece of data."""
    directory: dict[str, tuple[str, int, int]] = {}
    parts: list[bytes] = []
    place = 0
    for name, column in columns.items():
        if sys.byteorder == "big":
            column = array(column.typecode, column)
            column.byteswap()
        data = column.tobytes()
        directory[name] = (_TYPES[column.typecode], place, len(column))
        parts += [data, bytes(-len(data) % 8)]
        place += len(data) + -len(data) % 8
    head = json.dumps({**document, "columns": directory}, ensure_ascii=False).encode("utf-8", "replace")
    head += b" " * (-(len(head) + 4) % 8)
    return b"".join([len(head).to_bytes(4, "little"), head, *parts])


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, array[Any]]]:
    """What :func:`packed` has packed, on a little-endian machine."""
    length = int.from_bytes(data[:4], "little")
    document = json.loads(data[4 : 4 + length])
    codes = {kind: code for code, kind in _TYPES.items()}
    columns = {}
    for name, (kind, place, count) in document.pop("columns").items():
        column = array(codes[kind])
        begin = 4 + length + place
        column.frombytes(data[begin : begin + count * column.itemsize])
        columns[name] = column
    return document, columns
