"""The viewer in a real browser: one clock moves everything, everything can be selected, and nothing goes wrong."""

from __future__ import annotations

from pathlib import Path

import browsing
import pytest
from browsing import Browser, served

from pydron.trace import read_trace
from pydron_runtime.recording_sqlite import SqliteRecorder
from pydron_viz.replay import Replay

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("clean"),
    pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "can run"),
]

COUNTS = """
const counts = {};
for (const one of document.querySelectorAll('#legend b')) counts[one.dataset.state] = Number(one.textContent);
return counts;
"""
HEADING = "return document.querySelector('#details h2').textContent"
CAPTIONS = """
return [...document.querySelectorAll('#graph .node.state')]
  .map((node) => [...node.querySelectorAll('text')].at(-1).textContent);
"""
CANVAS = "return document.getElementById('timeline').toDataURL()"
MOVE = """
const slider = document.getElementById('slider');
slider.value = String(arguments[0]);
slider.dispatchEvent(new Event('input', { bubbles: true }));
"""
FRAMES = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def test_the_page_opens_at_the_end_of_the_run(window: Browser, address: str) -> None:
    """Title, figures, graph and lanes are there, and the token has left the address bar."""
    window.open(address)
    assert window.driver.title == "pipeline.py · Pydron"
    assert window.js(COUNTS) == {"waiting": 0, "ready": 0, "running": 0, "done": 128, "failed": 1, "cancelled": 0}
    assert window.js("return document.querySelectorAll('#graph .node.state').length") == 129
    assert "token" not in window.js("return location.href")
    assert "129 calls" in window.js("return document.getElementById('facts').textContent")
    assert window.hosts() == {"127.0.0.1"}


def test_the_slider_moves_graph_and_timeline_together(window: Browser, address: str, pipeline_file: Path) -> None:
    """At any moment the page shows what the replay of the trace says, in legend, graph and timeline."""
    trace = read_trace(pipeline_file)
    replay = Replay(trace)
    window.open(address)
    seen = set()
    for part in (0.1, 0.35, 0.6, 0.9):
        time = int(trace.end * part)
        window.js(MOVE, time)
        window.js(FRAMES)
        moment = replay.at(time)
        assert window.js(COUNTS) == moment.counts
        drawn = window.js("""
            const states = {};
            for (const node of document.querySelectorAll('#graph .node.state'))
              states[node.id] = [...node.classList].find((name) => name.startsWith('state-')).slice(6);
            return states;
        """)
        assert drawn == {f"node-t{task.id}": moment.states.get(task.id, "future") for task in trace.tasks}
        seen.add(window.js(CANVAS))
    assert len(seen) == 4


def test_page_and_server_compute_the_same_states(window: Browser, address: str, pipeline_file: Path) -> None:
    """The rule in JavaScript and the rule in Python agree at every event of the run, and just before it."""
    replay = Replay(read_trace(pipeline_file))
    times, time = [], -1
    while (following := replay.next_event(time)) is not None:
        times += [following - 1, following]
        time = following
    window.open(address)
    script = "const run = pydron.run; return arguments[0].map((time) => run.counts(time))"
    states = window.js("return pydron.run.states")
    for chunk in range(0, len(times), 200):
        some = times[chunk : chunk + 200]
        for time, counts in zip(some, window.js(script, some)):
            found = dict(zip(states, counts))
            found.pop("future")
            assert found == replay.at(time).counts


def test_play_runs_on_and_pause_stops(window: Browser, address: str) -> None:
    """Time goes by while playing and stands still after pausing; at the end playing stops by itself."""
    window.open(address)
    window.js(MOVE, 0)
    window.click_on("#play")
    window.until("return pydron.transport.playing && pydron.transport.time > pydron.run.end * 0.02")
    assert window.js("return document.getElementById('play').getAttribute('aria-label')") == "Pause"
    window.click_on("#play")
    stopped = window.js("return pydron.transport.time")
    window.js(FRAMES)
    assert window.js("return pydron.transport.time") == stopped > 0
    window.js("document.getElementById('speed').value = '100'")
    window.click_on("#play")
    window.until("return !pydron.transport.playing && pydron.transport.time === pydron.run.end")


def test_the_keyboard_alone_suffices(window: Browser, address: str, pipeline_file: Path) -> None:
    """Space plays, arrows step from event to event, Home and End go to the ends, Enter selects, Escape leaves."""
    replay = Replay(read_trace(pipeline_file))
    window.open(address)
    window.press("HOME")
    assert window.js("return pydron.transport.time") == 0
    expected = 0
    for _ in range(3):
        window.press("ARROW_RIGHT")
        following = replay.next_event(expected)
        assert following is not None
        expected = following
    assert window.js("return pydron.transport.time") == expected
    window.press("ARROW_LEFT")
    assert window.js("return pydron.transport.time") == replay.previous_event(expected)
    window.press(" ")
    window.until("return pydron.transport.playing")
    window.press(" ")
    window.until("return !pydron.transport.playing")
    window.press("END")
    assert window.js("return pydron.transport.time === pydron.run.end")
    window.js("document.querySelector('#graph .node[tabindex]').focus()")
    window.press("ENTER")
    window.until("return document.querySelector('#details h2').textContent.startsWith('process #')")
    window.press("ESCAPE")
    window.until("return document.querySelector('#details h2').textContent === 'Overview'")


def test_a_click_on_a_node_shows_its_call(window: Browser, address: str) -> None:
    """Source line with what stands around it, times, worker, bytes, error; its bar and its neighbours are marked."""
    window.open(address)
    window.click_on("#node-t105")
    window.until("return document.querySelector('#details h2').textContent === 'measure #105'")
    text = window.js("return document.getElementById('details').innerText")
    for expected in (
        "line 31",
        "ValueError: frame is empty",
        "worker-2",
        "320 kB",
        "waited for its arguments",
        "(m105,)",
    ):
        assert expected in text, expected
    assert window.js("return document.querySelector('#details .here').textContent").strip().startswith("31")
    assert "catalogue.append(measure(image))" in window.js(
        "return document.querySelector('#details .here').textContent"
    )
    assert window.js("return document.querySelector('#graph .selected').id") == "node-t105"
    assert window.js("return [...document.querySelectorAll('#graph .related')].map((one) => one.id).sort()") == [
        "edge-t41-t105", "node-t41"]  # fmt: skip
    window.until("return location.hash.includes('task=105')")


def test_a_click_on_a_bar_shows_its_call_and_one_on_a_wait_its_reason(window: Browser, address: str) -> None:
    """The timeline selects as the graph does; what is selected there is marked in the graph."""
    window.open(address)
    place = window.js("return pydron.timeline.place('task', 20)")
    window.click(place["x"], place["y"])
    window.until("return document.querySelector('#details h2').textContent === 'process #20'")
    assert window.js("return document.querySelector('#graph .selected').id") == "node-t20"
    place = window.js("return pydron.timeline.place('wait', 1)")
    window.click(place["x"], place["y"])
    window.until("return document.querySelector('#details h2').textContent.startsWith('The program waited')")
    text = window.js("return document.getElementById('details').innerText")
    assert "PD101" in text and "write_report" in text and "measure #128" in text


def test_the_address_holds_the_state(window: Browser, address: str) -> None:
    """Time, view and selection come back when the address is opened again."""
    window.open(address + "#t=0.5&view=sites&wait=1")
    assert window.js("return pydron.transport.time") == 500_000_000
    assert window.js("return document.getElementById('view').value") == "sites"
    assert window.js("return document.querySelectorAll('#graph .node.state').length") == 3
    assert window.js(HEADING).startswith("The program waited")
    window.js(MOVE, 750_000_000)
    window.until("return location.hash === '#t=0.75&view=sites&wait=1' || location.hash.includes('t=0.75')")
    window.open(address + "#t=nonsense&view=nothing&task=999999&wait=x")
    assert window.js(HEADING) == "Overview"


def test_folded_nodes_count_their_calls(window: Browser, address: str) -> None:
    """A call site shows how many are waiting, running and done, and lists them when it is selected."""
    window.open(address + "#t=0.975&view=sites")
    assert any("waiting" in text and "done" in text for text in window.js(CAPTIONS))
    window.js("document.querySelector('#graph .node.state').focus()")
    window.press("ENTER")
    window.until("return document.querySelector('#details h2').textContent === 'process ×64'")
    assert window.js("return document.querySelectorAll('#details [data-task]').length") == 64


def test_a_functions_graph_follows_the_clock_too(window: Browser, address: str) -> None:
    """The static graph is coloured at its calls and counts what became of them."""
    window.open(address + "#t=0&view=graph:1")
    assert window.js(CAPTIONS) == ["not reached"] * 3
    window.js("pydron.transport.move(pydron.run.end)")
    assert sorted(window.js(CAPTIONS)) == ["63 done · 1 failed", "64 done", "done 1 ms"]


def test_the_graph_can_be_zoomed_and_moved(window: Browser, address: str) -> None:
    """Buttons and keys change what is seen, and Fit shows everything again."""
    window.open(address)
    box = "return document.querySelector('#graph svg').getAttribute('viewBox')"
    whole = window.js(box)
    window.click_on("#zoom-in")
    assert float(window.js(box).split()[2]) < float(whole.split()[2])
    window.press("-")
    window.press("0")
    assert window.js(box) == whole


def test_a_running_program_is_followed(window: Browser, tmp_path: Path) -> None:
    """New calls appear without reloading, and the end of the run is told."""
    recorder = SqliteRecorder(tmp_path / "t", argv=["live.py"], executor="local", workers=1)
    at = recorder.origin
    recorder.task_issued(1, "first", 1, 1, 1, "live.py", 1, "1", (), 1, "()", at + 1)
    assert recorder.flush()
    with served(tmp_path / "t") as address:
        window.open(address)
        assert window.js("return document.getElementById('run-state').textContent") == "running"
        assert window.js("return document.querySelectorAll('#graph .node.state').length") == 1
        recorder.task_issued(2, "second", 1, 1, 2, "live.py", 2, "2", (1,), 1, "()", at + 2)
        recorder.close("finished")
        window.until("return document.querySelectorAll('#graph .node.state').length === 2")
        window.until("return document.getElementById('run-state').textContent === 'finished'")


def test_hostile_names_stay_text(window: Browser, hostile_file: Path) -> None:
    """Markup and scripts in names are shown as written; none of it runs."""
    with served(hostile_file) as address:
        window.open(address)
        shown = window.js("return document.getElementById('graph').textContent")
        assert "<script>window.broken=1</script>" in shown and "<b>bold</b>" in shown
        for number in (2, 4, 15):
            window.js("return pydron.select({task: arguments[0]})", number)
            window.until(
                "return document.querySelector('#details h2').textContent.endsWith('#' + arguments[0])", number
            )
        window.js("return pydron.select({wait: 1})")
        assert window.js("return window.broken === undefined && document.querySelectorAll('#details img').length === 0")


def test_an_empty_run_has_a_page(window: Browser, tmp_path: Path) -> None:
    """No calls at all is said in the graph, and playing does no harm."""
    SqliteRecorder(tmp_path / "t", argv=[], executor="inline", workers=0).close("finished")
    with served(tmp_path / "t") as address:
        window.open(address)
        assert "No functional calls" in window.js("return document.getElementById('graph').textContent")
        window.press(" ")
        window.press("ARROW_RIGHT")


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("tab", ["graph", "source", "whatif"])
def test_nothing_is_wider_than_the_window(window: Browser, address: str, width: int, tab: str) -> None:
    """On a phone the page scrolls down, never sideways, and the clock stays in sight."""
    window.resize(width, 800)
    window.open(address + f"#t=0.975&task=105&tab={tab}")
    assert window.js("return document.documentElement.scrollWidth <= innerWidth")
    bottom = window.js("return document.querySelector('footer').getBoundingClientRect().bottom")
    assert bottom <= 801
