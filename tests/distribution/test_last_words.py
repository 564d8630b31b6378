"""What is known of a worker that died: how it ended, its memory, and what its call last wrote to the error stream."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator

import pytest
from distribution_calls import collect, task

from pydron_runtime.executors.base import Lost
from pydron_runtime.executors.local import LocalExecutor
from pydron_runtime.transport.last_words import LINES, TEXT, LastWords

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files without a name are Linux's")


@pytest.fixture
def words() -> Iterator[LastWords]:
    made = LastWords()
    yield made
    made.close()


def in_fork(action: Callable[[], object]) -> int:
    """Do something in a forked process, which ends without cleaning up. Its wait status."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def test_a_fork_says_what_it_does_and_writes(words: LastWords) -> None:
    def work() -> None:
        words.runs(7)
        words.begin(0)
        words.add(b"one\n")
        words.add(b"two\n")

    in_fork(work)
    assert words.task == 7
    assert words.text() == "one\ntwo"


def test_only_the_last_lines_of_the_present_call_count(words: LastWords) -> None:
    words.begin(0)
    words.add(b"of an earlier call\n")
    words.begin(0)
    assert words.text() == ""
    for number in range(1000):
        words.add(f"line {number}\n".encode())
    assert words.text().splitlines() == [f"line {number}" for number in range(1000 - LINES, 1000)]
    words.add(b"x" * 10 * TEXT)
    assert words.text() == "x" * TEXT


@linux
def test_what_passes_python_by_counts_from_where_the_call_began(words: LastWords) -> None:
    assert words.errors is not None
    os.write(words.errors, b"before\n")
    words.begin(7)
    assert words.text() == ""
    os.write(words.errors, b"after\n")
    assert words.text() == "after"


@linux
def test_a_crash_is_told_with_the_place_in_the_users_code(words: LastWords) -> None:
    def crash() -> None:
        words.listen()
        os.kill(os.getpid(), signal.SIGSEGV)

    assert os.WTERMSIG(in_fork(crash)) == signal.SIGSEGV
    first, _, *places = words.text().splitlines()
    assert first == "Fatal Python error: Segmentation fault"
    assert "test_last_words.py" in places[0] and "in crash" in places[0]


def crash_after_words(megabytes: int) -> None:
    """What a library that runs into trouble does."""
    kept = bytearray(megabytes * 1_000_000)
    print("with Python", file=sys.stderr)
    os.write(2, b"without Python\n")
    ctypes.string_at(0 if kept else 1)


@linux
@pytest.mark.slow
def test_a_call_that_kills_every_worker_is_reported_with_its_last_words_signal_and_memory() -> None:
    pool = LocalExecutor(1)
    try:
        pool.submit(task(1, print, "an earlier call", file=None))
        pool.submit(task(2, crash_after_words, 60))
        completion = collect(pool, 2)[2]
    finally:
        pool.close()
    assert isinstance(completion, Lost)
    sentence, heading, *said = completion.reason.splitlines()
    assert sentence.startswith("crash_after_words") and "3 times" in sentence and "SIGSEGV" in sentence
    assert 60 < int(sentence.partition(", with ")[2].partition(" MB of memory")[0]) < 200
    assert heading == "It last wrote to the error stream:"
    assert said[:3] == ["with Python", "without Python", "Fatal Python error: Segmentation fault"]
    assert "in crash_after_words" in said[-1], "the user's frames only"
