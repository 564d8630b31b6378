"""Files are read a second time only where nobody can notice."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path
from typing import Any

import pytest

from pydron_runtime.machine.iteration.rereading import lines_again


@pytest.fixture
def name(tmp_path: Path) -> str:
    found = tmp_path / "lines"
    found.write_text("one\ntwo\nthree\n")
    return str(found)


def test_the_lines_that_are_left_are_given_and_the_file_stays_where_it_is(name: str) -> None:
    with open(name) as file:
        file.readline()
        again = lines_again(file)
        assert again is not None and list(again) == ["two\n", "three\n"]
        assert file.read() == "two\nthree\n"


def test_where_the_place_cannot_be_told_the_lines_begin_at_the_first(name: str) -> None:
    with open(name, "rb") as binary, open(name) as file:
        assert next(file) == "one\n" and next(binary) == b"one\n"
        text, pieces = lines_again(file), lines_again(binary)
        assert text is not None and pieces is not None
        assert next(text) == "one\n" and next(pieces) == b"two\n"
        assert next(file) == "two\n" and next(binary) == b"two\n"
        for again in (text, pieces):
            again.close()  # type: ignore[attr-defined]


def test_nothing_else_is_read_again(name: str) -> None:
    """Pipes, files that are written as well, closed or replaced ones, and what unpacks a file."""
    end, other = os.pipe()
    os.close(other)
    with gzip.open(name + ".gz", "wt") as packed:
        packed.write("one\n")
    others: list[Any] = [open(end), open(name, "r+"), gzip.open(name + ".gz", "rt"), io.StringIO("one\n")]
    closed, replaced = open(name), open(name)
    closed.close()
    os.replace(name + ".gz", name)
    assert [lines_again(file) for file in (*others, closed, replaced)] == [None] * 6
    for file in (*others, replaced):
        file.close()
