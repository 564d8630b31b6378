"""What the viewer explains, in a real browser: source with costs, critical path, predictions, idle workers."""

from __future__ import annotations

import browsing
import pytest
from browsing import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("clean"),
    pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "can run"),
]

HEADING = "return document.querySelector('#details h2').textContent"
SELECTED_LINE = "return document.querySelector('#source tr.here th')?.textContent"


def test_the_source_shows_costs_and_waits(window: Browser, address: str) -> None:
    """Calls, time, parallelism and waits stand beside their lines; the most costly wait comes first, with its cure."""
    window.open(address + "#tab=source")
    row = "return [...document.querySelectorAll('#source tr[data-line=\"31\"] td')].map((cell) => cell.textContent)"
    cells = window.js(row)
    assert cells[1] == "64" and cells[3].endswith("×") and "measure(image)" in cells[5]
    first = window.js("return document.querySelector('.waits li').textContent")
    assert "pipeline.py:32" in first and "PD101" in first and "@pydron.functional" in first
    link = window.js("return document.querySelector('.waits li a').href")
    window.driver.get(link)
    assert "PD101" in window.js("return document.querySelector('section:target h2').textContent")


def test_a_line_selects_its_calls_and_a_call_its_line(window: Browser, address: str) -> None:
    """Source, graph, timeline and details follow one selection, wherever it is made; lineage goes to the ends."""
    window.open(address + "#tab=source")
    window.js("document.querySelector('#source tr[data-line=\"31\"]').focus()")
    window.press("ENTER")
    window.until("return document.querySelector('#details h2').textContent === 'measure ×64'")
    assert window.js(SELECTED_LINE) == "31" and window.js("return pydron.marked.size") == 64
    assert window.js("return document.querySelectorAll('#graph .related').length") == 64
    window.until("return location.hash.includes('line=31')")
    place = window.js("return pydron.timeline.place('task', 20)")
    window.click(place["x"], place["y"])
    window.until("return document.querySelector('#details h2').textContent === 'process #20'")
    assert window.js(SELECTED_LINE) == "27"
    related = window.js("return [...document.querySelectorAll('#source tr.related th')].map((one) => one.textContent)")
    assert related == ["31"]
    assert window.js("return [...document.querySelectorAll('#graph .related')].map((one) => one.id)").count("node-t84")


def test_the_critical_path_is_marked_everywhere(window: Browser, address: str) -> None:
    """Nodes, bars and lines; the key takes the marks away again."""
    window.open(address + "#critical=1")
    marked = window.js("return [...document.querySelectorAll('#graph .node.critical')].map((one) => one.id)")
    assert marked and marked[0].startswith("node-t")
    assert window.js("return pydron.timeline.critical.size") == len(marked)
    window.press("2")
    window.until("return document.querySelectorAll('#source tr.critical').length > 0")
    window.press("c")
    window.until("return !document.querySelectorAll('.critical').length && !location.hash.includes('critical')")


def test_what_if_predicts_a_curve(window: Browser, address: str) -> None:
    """A curve, the same in numbers, the recorded run beside it; a faster function gives a second curve."""
    window.open(address + "#tab=whatif")
    window.until("return document.querySelectorAll('#whatif .curve.now').length")
    assert window.js("return document.querySelectorAll('#whatif .points tbody tr').length") >= 10
    assert "1,000" in window.js("return document.querySelector('#whatif .points tbody').textContent")
    window.js("""
        const [name, factor] = document.querySelectorAll('#whatif select');
        name.value = 'process'; factor.value = '10'; factor.dispatchEvent(new Event('change'));
    """)
    window.until("return document.querySelectorAll('#whatif .curve.other').length")
    cells = window.js(
        "return [...document.querySelectorAll('#whatif .points tbody tr td')].slice(0, 5).map((one) => one.textContent)"
    )
    assert float(cells[4].rstrip("×")) > float(cells[2].rstrip("×")) == 1.0


def test_the_timeline_zooms_and_tells_its_stretch_in_the_address(window: Browser, address: str) -> None:
    """By keys and by brush; the stretch comes back when the address is opened again."""
    window.open(address)
    window.press("w")
    window.until("return location.hash.includes('z=')")
    part = window.js("return location.hash")
    shown = window.js("return pydron.timeline.range")
    assert shown[1] - shown[0] < window.js("return pydron.run.end")
    window.open(address + part)
    assert window.js("return pydron.timeline.range.map(Math.round)") == [round(time) for time in shown]
    window.press("z")
    assert window.js("return pydron.timeline.range[1] === pydron.run.end")


def test_the_keys_are_told(window: Browser, address: str) -> None:
    """A dialog lists them, and Escape closes it without doing anything else."""
    window.open(address + "#task=20")
    window.press("?")
    assert window.js("return document.getElementById('keys').open")
    window.press("ESCAPE")
    window.until("return !document.getElementById('keys').open")
    assert window.js(HEADING) == "process #20"


def test_idle_workers_say_why(window: Browser, address: str) -> None:
    """Every lane of a worker has its idle stretches with a word for each, within the run."""
    window.open(address)
    window.until("return pydron.timeline.idle")
    key = window.js("return document.getElementById('timeline-key').innerText")
    words = window.js(
        "return [...new Set(pydron.timeline.idle.columns.kind)].map((kind) => pydron.timeline.idle.kinds[kind].label)"
    )
    assert key.startswith("program waits") and all(word in key for word in words) and "%" in key
    found = window.js("""
        const { columns, kinds } = pydron.timeline.idle;
        return Array.from(columns.lane, (lane, index) =>
          [lane, columns.begin[index], columns.end[index], kinds[columns.kind[index]].key]);
    """)
    assert found and all(lane in (1, 2) and 0 <= begin < end for lane, begin, end, _ in found)


def test_progress_is_that_of_the_clock(window: Browser, address: str) -> None:
    """Calls by state per call site add up to the calls that have been reached; what is left shrinks to nothing."""
    window.open(address + "#tab=progress&t=0.9")
    words = "return [...document.querySelectorAll('#progress .words')].map((one) => one.textContent)"
    counts = "return pydron.run.sites.map((_, site) => pydron.figures(pydron.run, pydron.transport.time)[site].issued)"
    assert window.js(counts) == [64, 64, 0]
    assert "done" in window.js(words)[0] and "waiting" in window.js(words)[1]
    assert "will take about" in window.js("return document.querySelector('#progress p').textContent")
    window.press("END")
    assert window.js(words) == ["64 done", "63 done, 1 failed", "1 done"]
    assert "have ended" in window.js("return document.querySelector('#progress p').textContent")


def test_a_folded_node_unfolds_and_folds_again(window: Browser, address: str) -> None:
    """By the button or the key; what is unfolded is in the address."""
    nodes = "return document.querySelectorAll('#graph .node.state').length"
    window.open(address + "#view=sites")
    assert window.js(nodes) == 3
    window.js("document.querySelector('#graph .node.state').focus()")
    window.press("ENTER")
    window.until("return document.getElementById('unfold')")
    window.click_on("#unfold")
    window.until("return document.querySelectorAll('#graph .node.state').length > 3")
    window.until("return location.hash.includes('open=')")
    shown = window.js(nodes)
    window.open(address + window.js("return location.hash"))
    assert window.js(nodes) == shown == 18
    window.press("f")
    window.until("return document.querySelectorAll('#graph .node.state').length === 3")
