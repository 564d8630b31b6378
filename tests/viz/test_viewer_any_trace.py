"""Every view of the viewer, in a real browser, on traces of every kind: none breaks it, none runs in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import browsing
import pytest
import sample_runs
from browsing import Browser, served

from pydron_runtime.recording_sqlite import SqliteRecorder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("clean"),
    pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "can run"),
]

TABS = ("graph", "source", "progress", "whatif", "errors", "compare")
SOUND = "return window.broken === undefined && !document.querySelector('main img, main script')"
WORDS = "return document.querySelector('[role=tabpanel]:not([hidden])').innerText.trim().length"


def empty(path: Path) -> None:
    """A run without a single functional call."""
    SqliteRecorder(path, argv=[], executor="inline", workers=0).close("finished")


def older(path: Path) -> None:
    """A run that a Pydron recorded which knew less."""
    sample_runs.pipeline(path, path.parent, count=4, failing=2)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE saved_call")
        connection.execute("ALTER TABLE frame DROP COLUMN stack")
        for column in ("reached", "received", "loaded", "returned", "arrived"):
            connection.execute(f"ALTER TABLE task DROP COLUMN {column}")
    connection.close()


def lost(path: Path) -> None:
    """A run whose program was killed: nothing has an end."""
    recorder = SqliteRecorder(path, argv=["lost.py"], executor="local", workers=2)
    run = sample_runs.Simulated(recorder, "lost.py")
    run.start()
    for number in range(1, 9):
        run.issue(number, "f", 1, 1, number * 10**6, (number - 1,) if number > 1 else ())
        recorder.task_sent(number, "worker-1", 1, run.at(number * 10**7))
    recorder.close("running")


@pytest.mark.parametrize("kind", [sample_runs.hostile, empty, older, lost])
def test_every_view_opens(window: Browser, tmp_path: Path, pipeline_file: Path, kind: object) -> None:
    """Each tab says something, at the beginning and at the end, alone and compared; nothing of the trace runs."""
    assert callable(kind)
    kind(tmp_path / "t")
    for pair in ((tmp_path / "t", pipeline_file), (pipeline_file, tmp_path / "t")):
        with served(*pair) as address:
            window.open(address)
            for tab in TABS:
                window.js("return pydron.open(arguments[0])", tab)
                window.until("return document.body.dataset.tab === arguments[0]", tab)
                for time in ("0", "pydron.run.end"):
                    window.js(f"pydron.transport.move({time})")
                assert window.js(WORDS) > 0, tab
                assert window.js(SOUND), tab
            assert window.js("return document.getElementById('problem').hidden")


def test_the_keyboard_reaches_every_view(window: Browser, address: str) -> None:
    """The digits open the tabs; Tab leads into each of them, so that it can be scrolled and read."""
    window.open(address)
    for digit, tab in enumerate(TABS, 1):
        window.press(str(digit))
        window.until("return document.body.dataset.tab === arguments[0]", tab)
    window.press("5")
    window.until("return document.querySelector('#errors .failure')")
    window.js("document.getElementById('tab-errors').focus()")
    reached = set()
    for _ in range(14):
        window.press("TAB")
        reached.add(window.js("return document.activeElement.closest('[id]')?.id ?? ''"))
    assert "errors" in reached
