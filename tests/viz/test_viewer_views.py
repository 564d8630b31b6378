"""The viewer in a real browser: errors, comparison, journeys on the timeline, and an address for every state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import browsing
import pytest
import sample_runs
from browsing import Browser, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("clean"),
    pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "can run"),
]

TEXT = "return document.getElementById(arguments[0]).innerText"
WIDE = "return document.documentElement.scrollWidth <= innerWidth"
HASH = "return Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pipeline with a call that can be made again, and one that cannot."""
    directory = tmp_path_factory.mktemp("kept run")
    sample_runs.pipeline(directory / "run.pydron", directory, count=8, failing=3)
    with sqlite3.connect(directory / "run.pydron") as connection:
        connection.execute("INSERT INTO saved_call VALUES (11, 9, '', x'00')")
    connection.close()
    return directory / "run.pydron"


@pytest.fixture
def both(kept: Path, pipeline_file: Path) -> Iterator[str]:
    """The viewer of that run, compared with the longer one."""
    with served(kept, pipeline_file) as address:
        yield address


def test_a_failed_call_is_told_with_everything_to_mend_it(window: Browser, both: str, kept: Path) -> None:
    """Error, arguments, both tracebacks and the command that makes it again; the key 5 opens it."""
    window.open(both)
    assert window.js("return document.getElementById('tab-errors').textContent") == "Errors 1"
    window.press("5")
    window.until("return document.querySelector('#errors .failure')")
    text = window.js(TEXT, "errors")
    for expected in (
        "ValueError: frame is empty", "(m11,)", "line 15, in measure", "line 31, in calibration_pipeline",
        f"pydron rerun '{kept}' 11", "Copy",
    ):  # fmt: skip
        assert expected in text, expected
    window.js("document.querySelector('#errors .failure .link').click()")
    window.until("return document.querySelector('#details h2').textContent === 'measure #11'")
    assert "pydron rerun" in window.js(TEXT, "details")


def test_a_run_without_failures_says_so(window: Browser, tmp_path: Path) -> None:
    """Not an empty page."""
    sample_runs.pipeline(tmp_path / "t", tmp_path, count=4, failing=None)
    with served(tmp_path / "t") as address:
        window.open(address + "#tab=errors")
        assert "No functional call failed." in window.js(TEXT, "errors")
        assert window.js("return document.getElementById('tab-compare').hidden")


def test_two_runs_stand_side_by_side(window: Browser, both: str) -> None:
    """Figures, functions and waits of both with their ratio, and how many calls ran at once over time."""
    window.open(both)
    window.press("6")
    window.until("return document.querySelectorAll('#compare .loads').length === 2")
    text = window.js(TEXT, "compare")
    for expected in ("duration", "process", "measure", "8\t64", "pipeline.py:32 PD101", "▲ more"):
        assert expected in text, expected
    assert "A is run.pydron, B is run.pydron" in text
    heights = window.js("""
        return [...document.querySelectorAll('#compare .load')].map((one) => one.getBBox().height)
    """)
    assert min(heights) > 20


@pytest.mark.parametrize("tab", ["errors", "compare"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_new_views_fit_a_phone(window: Browser, both: str, tab: str, width: int) -> None:
    """Wide things scroll within themselves; the page does not."""
    window.resize(width, 800)
    window.open(both + f"#tab={tab}")
    window.until("return document.querySelector('#errors .failure, #compare table')")
    assert window.js(WIDE)


def test_the_part_of_the_graph_that_is_looked_at_is_in_the_address(window: Browser, address: str) -> None:
    """Zoomed and moved, opened again: the same; another view begins anew."""
    box = "return document.querySelector('#graph svg').getAttribute('viewBox')"
    window.open(address)
    whole = window.js(box)
    window.press("+")
    window.press("+")
    seen = window.js(box)
    assert seen != whole
    expected = [float(one) for one in seen.split()]
    window.until(  # it is written a little later, once for several changes
        "const shown = new URLSearchParams(location.hash.slice(1)).get('g');"
        f"return shown && shown.split(',').every((one, i) => Math.abs(one - {expected}[i]) < 0.06)"
    )
    hash_ = window.js("return location.hash")
    window.open(address + hash_)
    assert [float(one) for one in window.js(box).split()] == pytest.approx(
        [float(one) for one in seen.split()], abs=0.06
    )
    window.js("pydron.show('sites')")
    window.until("return !location.hash.includes('g=')")


def test_what_is_asked_is_in_the_address(window: Browser, address: str) -> None:
    """The prediction that one person looks at can be sent to another."""
    window.open(address + "#tab=whatif&faster=process%3A5&without=1")
    window.until("return document.querySelectorAll('#whatif .curve.other').length > 0")
    assert window.js("return [...document.querySelectorAll('#whatif select')].map((one) => one.value)") == [
        "process", "5"]  # fmt: skip
    assert window.js("return document.querySelector('#whatif input').checked")
    window.js("document.querySelector('#whatif input').click()")
    window.until("return !location.hash.includes('without')")
    assert window.js(HASH)["faster"] == "process:5"


def test_journeys_are_drawn_and_told(window: Browser, tmp_path: Path) -> None:
    """Serialising and sending have bars in the lanes; the pointer over one tells what it was."""
    sample_runs.pipeline(tmp_path / "t", tmp_path, count=4, failing=None)
    with sqlite3.connect(tmp_path / "t") as connection:
        connection.execute(
            "UPDATE task SET reached = issued - 2000000, received = started - 50000, loaded = started + 3000000,"
            " returned = finished - 2000000, arrived = finished + 500000"
        )
    connection.close()
    with served(tmp_path / "t") as address:
        window.open(address)
        window.until("return pydron.timeline.travel.found")
        kinds = window.js("return pydron.timeline.travel.found.kinds.map((one) => one.key)")
        found = window.js("return [...new Set(pydron.timeline.travel.found.columns.kind)]")
        assert {kinds[number] for number in found} == {"pack", "send", "load", "dump", "back"}
        with_them = window.js("return document.getElementById('timeline').toDataURL()")
        told = window.js("""
            const { columns, kinds } = pydron.timeline.travel.found;
            const index = columns.kind.findIndex((kind) => kinds[kind].key === 'load');
            return pydron.timeline.travel.meaning(columns.lane[index], columns.begin[index] + 1, (id) => `call ${id}`);
        """)
        assert "reading for 3 ms. The worker read the arguments." in told
        window.js("pydron.timeline.explain(pydron.timeline.idle, null)")
        window.js("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
        assert window.js("return document.getElementById('timeline').toDataURL()") != with_them
