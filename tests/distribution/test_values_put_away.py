"""What a worker keeps beyond its limit of memory lies in files, and is the same when it is read again."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from pydron_runtime.data import kept as module
from pydron_runtime.data import segments
from pydron_runtime.data.held import Held
from pydron_runtime.data.kept import Kept, put_away
from pydron_runtime.data.payload import dump
from pydron_runtime.worker import store as store_module
from pydron_runtime.worker.store import Store

np = pytest.importorskip("numpy")

VALUES = [b"text" * 5_000, {"a": [1.5] * 3_000}, np.arange(40_000), [np.ones(9_000), np.zeros(50_000)]]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OWN_FROM", 100_000)
    monkeypatch.setattr(store_module, "AT_ONCE", 1)


def _same(found: object, value: object) -> bool:
    return dump(found) == dump(value)


@pytest.mark.parametrize("value", VALUES, ids=["bytes", "dict", "array", "arrays"])
@pytest.mark.parametrize("form", [Held, dump], ids=["held", "serialised"])
def test_a_value_on_disk_takes_no_memory_and_is_read_back(value: object, form: type[Held]) -> None:
    values = [Kept(form(value)), Kept(dump("another"))]
    assert values[0].in_memory > 0
    assert put_away(values)
    assert [kept.in_memory for kept in values] == [0, 0]
    assert _same(values[0].value(), value) and values[1].value() == "another"
    assert values[0].payload() == dump(value), "what another worker is given is in bytes"


def test_calls_that_change_a_value_on_disk_change_their_own_copy() -> None:
    kept = Kept(Held(np.arange(40_000)))
    assert put_away([kept])
    kept.value()[0] = 77
    assert kept.value()[0] == 0


def test_files_go_with_the_last_value_in_them() -> None:
    before = set(os.listdir("/proc/self/fd"))
    values = [Kept(dump(b"v" * 5_000)) for _ in range(10)]
    assert put_away(values)
    assert len(set(os.listdir("/proc/self/fd")) - before) == 1, "small values share a file"
    assert values.pop().value() == b"v" * 5_000
    values.clear()
    assert set(os.listdir("/proc/self/fd")) == before


def test_what_has_no_room_on_disk_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(segments, "_on_disk", full)
    values = [Kept(Held(value)) for value in VALUES]
    assert not put_away(values)
    assert all(kept.value() is value for kept, value in zip(values, VALUES))


class Away:
    """Stands for the disk: notes what is put there."""

    def __init__(self, room: bool = True) -> None:
        self.room = room
        self.gone: list[Kept] = []
        self.asked = 0

    def __call__(self, values: Sequence[Kept]) -> bool:
        self.asked += 1
        self.gone += values if self.room else ()
        return self.room


def _store(away: Away, limit: int = 3_500) -> Store:
    store = Store()
    store.limit(limit, away)
    return store


def test_what_was_used_least_recently_is_put_away_first() -> None:
    away = Away()
    store = _store(away)
    kept = [store.keep(number, dump(b"v" * 1_000)) for number in range(3)]
    assert not away.gone
    store.use(0)
    store.keep(3, dump(b"v" * 1_000))
    assert away.gone == [kept[1]]
    store.keep(4, dump(b"v" * 1_000))
    assert away.gone == [kept[1], kept[2]]
    assert store.find(1) is kept[1], "it is kept all the same"


def test_a_value_that_is_forgotten_makes_room() -> None:
    away = Away()
    store = _store(away)
    for number in range(20):
        store.keep(number, dump(b"v" * 1_000))
        store.forget(number)
    assert not away.gone and not store


def test_a_full_disk_is_not_tried_again_before_something_is_forgotten() -> None:
    away = Away(room=False)
    store = _store(away)
    for number in range(20):
        store.keep(number, dump(b"v" * 1_000))
    assert away.asked == 1
    store.forget(0)
    store.keep(20, dump(b"v" * 1_000))
    assert away.asked == 2


def test_there_is_no_limit_unless_one_is_set(tmp_path: Path) -> None:
    store = Store()
    kept = [store.keep(number, dump(b"v" * 100_000)) for number in range(30)]
    assert all(value.in_memory for value in kept)
