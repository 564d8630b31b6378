"""Diagrams: DOT that Graphviz draws, whatever the names are, with states told by more than colour."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydron.errors import ConfigurationError
from pydron.trace import TaskRow, Trace, read_trace
from pydron_viz import render
from pydron_viz.diagrams import FILL, label, layout_source, leading_state, source_at, tally
from pydron_viz.folding import fold
from pydron_viz.render import RenderError, render_dot
from pydron_viz.replay import STATES, Replay
from pydron_viz.static_graph import static_at, static_layout

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: bytes) -> list[str]:
    """What a picture says."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_diagram_shows_the_run_at_a_moment(pipeline: Trace) -> None:
    """Half-way some calls are done and some are not reached; at the end all are."""
    half = source_at(pipeline, fold(pipeline, sites=True), Replay(pipeline), pipeline.end // 2)
    (line,) = [text for text in texts(render_dot(half, "svg")) if "ready" in text and "waiting" not in text]
    assert "done" in line
    whole = texts(render_dot(source_at(pipeline, fold(pipeline), Replay(pipeline), pipeline.end), "svg"))
    assert "process #1" in whole and "calibration_pipeline()" in whole
    assert sum(text.startswith("done") for text in whole) == 128
    assert sum(text.startswith("failed") for text in whole) == 1


def test_the_layout_has_an_element_for_every_call(pipeline: Trace) -> None:
    """The page finds each node by its id."""
    root = ElementTree.fromstring(render_dot(layout_source(pipeline, fold(pipeline)), "svg"))
    ids = {element.get("id") for element in root.iter(f"{SVG}g")}
    assert {f"node-t{number}" for number in range(1, 130)} <= ids
    assert "edge-t1-t65" in ids


def test_a_functions_graph_shows_what_became_of_its_calls(pipeline: Trace) -> None:
    """The static graph carries the counts of the moment at the nodes of its calls."""
    row = pipeline.graphs[0]
    source = static_at(pipeline, row, Replay(pipeline), pipeline.end)
    assert source is not None
    assert "×64: 64 done" in texts(render_dot(source, "svg"))
    layout = static_layout(pipeline, row)
    assert layout is not None and "64 waiting" in layout


def test_a_graph_that_cannot_be_read_is_left_out(hostile_file: Path) -> None:
    """A damaged document in a trace costs the view of that function, nothing else."""
    trace = read_trace(hostile_file)
    assert all(static_layout(trace, row) is None for row in trace.graphs)


def test_hostile_names_are_drawn_as_they_are(hostile_file: Path) -> None:
    """Names with quotes, markup, DOT or control characters neither break nor change the diagram."""
    trace = read_trace(hostile_file)
    source = source_at(trace, fold(trace), Replay(trace), trace.end)
    svg = render_dot(source, "svg")
    root = ElementTree.fromstring(svg)
    drawn = {element.get("id") for element in root.iter(f"{SVG}g") if (element.get("class") or "").startswith("node")}
    assert drawn == {f"node-t{task.id}" for task in trace.tasks}
    assert not list(root.iter(f"{SVG}script")) and not list(root.iter(f"{SVG}image"))
    shown = " ".join(texts(svg))
    assert "<b>bold</b> #3" in shown and '"];x->y;" #1' in shown and "back\\slash\\ #5" in shown
    assert "&lt;&amp;&#65; #10" in shown


@given(st.text(max_size=60))
def test_any_text_makes_a_label_of_one_node(text: str) -> None:
    """A label never ends its string early: the quotes in it are all escaped."""
    import graphviz

    graph = graphviz.Digraph()
    graph.node("n", label=label(text, text))
    (line,) = [line for line in graph.source.splitlines() if line.startswith("\tn ")]
    quoted = re.fullmatch(r'\tn \[label=(?:"((?:[^"\\]|\\.)*)"|([\w.]+|-?\d+))\]', line)
    assert quoted, line


def test_a_run_without_calls_is_a_diagram_too() -> None:
    """Nothing to show is said, not drawn as nothing."""
    trace = Trace()
    assert texts(render_dot(layout_source(trace, fold(trace)), "svg")) == ["No functional calls"]


def test_every_state_has_its_own_look() -> None:
    """No two states share fill or outline, and what needs attention colours a folded node."""
    assert len({fill for fill, _ in FILL.values()}) == len({line for _, line in FILL.values()}) == len(FILL)
    assert leading_state({"done": 60, "waiting": 3, "running": 1}) == "running"
    assert leading_state({"done": 60, "failed": 1, "running": 1}) == "failed"
    assert leading_state({"done": 60, "future": 1}) == "future" and leading_state({}) == "future"
    assert tally({"done": 59, "running": 2, "waiting": 3}) == "3 waiting · 2 running · 59 done"
    assert set(STATES) < set(FILL)


def test_pictures_come_as_png_too() -> None:
    """The Graphviz that is there can write both formats."""
    assert render_dot("digraph { a -> b }", "png").startswith(b"\x89PNG")


def test_drawing_the_same_again_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphviz is asked once per text and format."""
    calls: list[str] = []

    def drawn(source: str, format: str) -> bytes:
        calls.append(source)
        return b"<svg/>"

    monkeypatch.setattr(render, "_drawn", drawn)
    text = "digraph { remembered }"
    assert render_dot(text, "svg") == render_dot(text, "svg") == b"<svg/>" and calls == [text]


def test_what_cannot_be_drawn_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken DOT, unknown formats, a missing and a slow Graphviz each say what is wrong."""
    with pytest.raises(RenderError, match="Graphviz could not draw"):
        render_dot("digraph { a -> ", "svg")
    with pytest.raises(ConfigurationError, match="Choose one of: svg, png"):
        render_dot("digraph { }", "gif")
    monkeypatch.setattr(render, "TIMEOUT", 0.0)
    with pytest.raises(RenderError, match="was stopped"):
        render_dot("digraph { slow }", "svg")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sysconfig.get_path", lambda _: "/nowhere")
    with pytest.raises(ConfigurationError, match="pip install graphviz-pure"):
        render_dot("digraph { missing }", "svg")


def test_small_times_are_shown(pipeline: Trace) -> None:
    """A call that took no time at all is still done."""
    trace = Trace(tasks=(TaskRow(1, "f", issued=0, started=0, finished=0, outcome="ok"),))
    assert "done 0 ns" in source_at(trace, fold(trace), Replay(trace), 5)
