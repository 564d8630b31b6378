"""What notebooks and files show: traces and functions display themselves, graphs become PDF, waits stand in graphs."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

import pydron
from pydron.trace import SyncPointRow, TaskRow, Trace, WaitRow, columns_of, read_trace
from pydron_viz import render
from pydron_viz.display import trace_html
from pydron_viz.exports import export
from pydron_viz.lanes_picture import lanes_svg
from pydron_viz.pdf import LARGEST, pdf_of
from pydron_viz.pdf_fonts import runs
from pydron_viz.static_graph import waits_by_node


@pydron.functional
def measure(value: int) -> int:
    return value


@pydron.schedule
def survey(values: list[int]) -> list[int]:
    return [measure(value) for value in values]


def test_a_trace_displays_itself(pipeline: Trace) -> None:
    """Lanes, functions and waits, in well-formed HTML."""
    shown = pipeline._repr_html_()
    assert shown is not None and shown == trace_html(pipeline)
    for expected in ("pipeline.py", "129 functional calls", "process", "measure #105", "PD101", "worker-2"):
        assert expected in shown, expected
    ElementTree.fromstring(shown)


def test_hostile_and_empty_traces_display_themselves(hostile_file: Path) -> None:
    """Names are text in HTML and SVG; a trace with nothing in it is no error."""
    hostile = trace_html(read_trace(hostile_file))
    ElementTree.fromstring(hostile)
    assert "<script" not in hostile and "<img" not in hostile
    ElementTree.fromstring(trace_html(Trace()))


def test_the_picture_of_a_long_run_is_small(pipeline: Trace) -> None:
    """Bars that share a pixel are drawn once."""
    row = pipeline.tasks[0]
    many = tuple(
        type(row)(number, "f", started=number, finished=number + 1, worker="worker-1", outcome="ok")
        for number in range(1, 30_000)
    )
    assert len(lanes_svg(Trace(tasks=many, workers=pipeline.workers))) < 500_000


def test_a_scheduled_function_displays_itself() -> None:
    """Its name and its graph; the graph itself also as plain SVG."""
    shown = vars(survey)["_repr_html_"]()
    assert "survey" in shown and "<svg" in shown and "measure" in shown
    svg = vars(survey)["graph"]._repr_svg_()
    assert svg is not None and svg.startswith("<svg")


def test_a_function_without_source_displays_itself_too() -> None:
    """Nothing raises in a notebook's display."""
    space: dict[str, object] = {}
    exec("def f(x):\n    return x\n", space)
    scheduled = pydron.schedule(space["f"])  # type: ignore[call-overload]
    assert "f" in vars(scheduled)["_repr_html_"]()


@pytest.fixture
def without_dot(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the system's Graphviz."""
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "dot" else found(name))
    render._cache.clear()
    yield
    render._cache.clear()


def test_a_graph_becomes_a_pdf(pipeline: Trace, without_dot: None) -> None:
    """One page, as large as the picture, with texts that can be searched; also where Graphviz cannot write PDF."""
    assert render.can_write("pdf")
    document = pypdfium2.PdfDocument(export(pipeline, "pdf", view="sites"))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    assert "process" in text and "measure" in text
    picture = document[0].render(scale=0.5).to_pil().convert("L")
    assert picture.getextrema()[0] < 100 < 250 < picture.getextrema()[1]  # something dark on something light
    document.close()


def test_hostile_names_and_huge_pictures_become_pdfs(hostile_file: Path, without_dot: None) -> None:
    """Characters that the fonts do not have are no error; no page is larger than the standard allows."""
    export(read_trace(hostile_file), "pdf")
    huge = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="100"><rect width="90000" height="100"/></svg>'
    )
    document = pypdfium2.PdfDocument(pdf_of(huge))
    assert document[0].get_size()[0] <= LARGEST
    document.close()


def test_a_functions_graph_says_where_the_program_waited(pipeline: Trace) -> None:
    """At the node that held the program up: how long, how often, and for which reason."""
    (row,) = pipeline.graphs
    notes = waits_by_node(pipeline, row.id)
    assert any(note.startswith("PD101: waited ") for note in notes.values())
    assert "PD101" in export(pipeline, "dot", view=f"graph:{row.id}").decode()
    twice = Trace(waits=tuple(WaitRow(1, 1, 5, "p", 1, reason, "", None, 0, time) for reason, time in
                              (("value", 2_000_000), ("PD302", 9_000_000), ("value", 3_000_000))))  # fmt: skip
    assert waits_by_node(twice, 1) == {5: "PD302: waited 9 ms\nvalue: waited 5 ms, 2 times"}


def test_a_functions_graph_marks_every_sync_point_with_its_code(pipeline: Trace) -> None:
    """Whether the program waited there or not."""
    (row,) = pipeline.graphs
    node = next(site.node for site in columns_of(pipeline.tasks).sites if site.node is not None)
    marked = replace(pipeline, waits=(), sync_points=(SyncPointRow(row.id, node, "PD301", "Table"),))
    assert "sync-point PD301" in export(marked, "dot", view=f"graph:{row.id}").decode()
    assert "sync-point PD301" not in export(replace(marked, sync_points=()), "dot", view=f"graph:{row.id}").decode()


def test_each_stretch_of_a_text_is_written_in_a_font_that_has_its_letters() -> None:
    """What no font has stays in the usual one."""
    fonts = (("Greek", lambda char: char in "αβ"), ("Wide", lambda char: char in "α数"))
    assert runs("größe α数β!☃", fonts, "Helvetica") == [
        ("Helvetica", "größe "), ("Greek", "α"), ("Wide", "数"), ("Greek", "β"), ("Helvetica", "!☃")]  # fmt: skip


def test_names_in_any_script_stay_text_in_pdfs(without_dot: None) -> None:
    """Functions may have names of any letters."""
    trace = Trace(tasks=(TaskRow(1, "größe_Ελλάδα_数据", issued=0, started=1, finished=2, outcome="ok"),))
    document = pypdfium2.PdfDocument(export(trace, "pdf"))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "größe" in text and "Ελλάδα" in text and "数据" in text
