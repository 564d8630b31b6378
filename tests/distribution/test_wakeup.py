"""Whoever rings wakes the sleeper, whatever happened to those who rang before."""

from __future__ import annotations

import select

import pytest

from pydron_runtime.transport.wakeup import WakeUp


class _Interrupted:
    """A socket under which Ctrl-C arrives."""

    def send(self, _: bytes) -> int:
        raise KeyboardInterrupt

    def close(self) -> None:
        """Nothing is open."""


def _has_rung(wake: WakeUp) -> bool:
    return bool(select.select([wake.fileno()], [], [], 0)[0])


def test_many_rings_between_two_looks_are_one() -> None:
    wake = WakeUp()
    wake.ring()
    wake.ring()
    assert _has_rung(wake)
    wake.clear()
    assert not _has_rung(wake)
    wake.ring()
    assert _has_rung(wake)
    wake.close()


def test_a_ring_that_was_interrupted_does_not_silence_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    wake = WakeUp()
    with monkeypatch.context() as patch:
        patch.setattr(wake, "_writer", _Interrupted())
        with pytest.raises(KeyboardInterrupt):
            wake.ring()
    wake.ring()
    assert _has_rung(wake)
    wake.close()
