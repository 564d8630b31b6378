"""The report: one HTML file that works from the disk, without a server and without a request to anywhere."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import browsing
import pytest
from browsing import Browser

from pydron.errors import ConfigurationError
from pydron.trace import TaskRow, Trace, read_trace
from pydron_viz import render
from pydron_viz.csv_tables import tasks_csv, waits_csv
from pydron_viz.exports import export
from pydron_viz.report import report_page


def test_the_report_is_one_file(pipeline: Trace) -> None:
    """It names no other file and no other host, and nothing in names ends a script element."""
    page = report_page(pipeline)
    assert "{{" not in page and "{%" not in page and "src=" not in page and 'rel="stylesheet"' not in page
    assert "default-src 'none'" in page
    hostile = report_page(Trace(tasks=(TaskRow(1, "</script><script>alert(1)</script>"),)))
    assert "alert(1)" in hostile and "<script>alert" not in hostile


def test_tables_are_csv_that_a_spreadsheet_can_open(pipeline: Trace, hostile_file: Path) -> None:
    """A row per call and per wait; no text is taken for a formula."""
    rows = list(csv.DictReader(io.StringIO(tasks_csv(pipeline).decode())))
    assert len(rows) == 129 and rows[0]["name"] == "process" and int(rows[0]["started"]) > 0
    waits = list(csv.DictReader(io.StringIO(waits_csv(pipeline).decode())))
    assert [row["reason"] for row in waits] == ["start", "PD101"] and int(waits[1]["duration"]) > 0
    strange = read_trace(hostile_file)
    assert len(list(csv.reader(io.StringIO(tasks_csv(strange).decode())))) == len(strange.tasks) + 1
    formula = tasks_csv(Trace(tasks=(TaskRow(1, "=1+1"),))).decode()
    assert "'=1+1" in formula


def test_pdf_needs_a_graphviz_that_can(pipeline: Trace) -> None:
    """With one the picture is a PDF; without one the error says what to install."""
    if render.can_write("pdf"):
        assert export(pipeline, "pdf", view="sites").startswith(b"%PDF")
    else:
        with pytest.raises(ConfigurationError, match="dot"):
            export(pipeline, "pdf", view="sites")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.usefixtures("clean")
@pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "can run")
def test_the_report_works_from_the_disk(window: Browser, tmp_path: Path, pipeline: Trace) -> None:
    """Graph, clock, details, source, progress and predictions, without a single request."""
    (tmp_path / "report.html").write_text(report_page(pipeline), encoding="utf-8")
    window.open((tmp_path / "report.html").as_uri())
    assert window.js("return document.querySelectorAll('#graph .node.state').length") == 129
    window.js("document.getElementById('slider').value = '900000000'")
    window.js("document.getElementById('slider').dispatchEvent(new Event('input', { bubbles: true }))")
    assert window.js("return pydron.run.counts(pydron.transport.time)[pydron.run.done]") < 128
    window.js("return pydron.select({ task: 105 })")
    window.until("return document.querySelector('#details h2').textContent === 'measure #105'")
    for key, ready in (("2", "#source tr.busy"), ("3", "#progress .stack"), ("4", "#whatif .curve.now")):
        window.press(key)
        window.until("return document.querySelector(arguments[0])", ready)
    window.js("pydron.mark(true)")
    window.until("return document.querySelectorAll('#graph .critical').length")
    assert window.hosts() <= {"None"}
