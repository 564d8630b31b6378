"""The viewer's answers: only to whoever has the token, from loopback, read-only, and never half an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pydron.errors import TraceFormatError
from pydron.trace import read_trace
from pydron_runtime.recording_sqlite import SqliteRecorder
from pydron_viz import packing
from pydron_viz.app import create_app
from pydron_viz.opened import OpenTrace
from pydron_viz.packing import unpacked
from pydron_viz.replay import Replay

TOKEN = "correct-token"


Opener = Callable[[Path], FlaskClient]


@pytest.fixture(scope="module")
def viewer_of() -> Iterator[Opener]:
    """Makes browsers that look at a trace, without the token as yet."""
    apps: list[Flask] = []

    def make(path: Path) -> FlaskClient:
        apps.append(create_app(path, TOKEN))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["pydron-trace"].close()


@pytest.fixture(scope="module")
def client_of(viewer_of: Opener) -> Opener:
    """Makes browsers that have opened the whole address."""

    def make(path: Path) -> FlaskClient:
        client = viewer_of(path)
        assert get(client, f"/?token={TOKEN}").status_code == 200
        return client

    return make


@pytest.fixture(scope="module")
def client(client_of: Opener, pipeline_file: Path) -> FlaskClient:
    """One that looks at the sample pipeline."""
    return client_of(pipeline_file)


def get(client: FlaskClient, path: str, **more: Any) -> TestResponse:
    """Ask as a browser on this machine does."""
    return client.get(f"http://127.0.0.1:5000{path}", buffered=True, **more)


def test_nothing_is_told_without_the_token(viewer_of: Opener, pipeline_file: Path) -> None:
    """Neither page nor data nor scripts; a wrong token is no token."""
    stranger = viewer_of(pipeline_file)
    for path in (
        "/",
        "/?token=wrong",
        "/?token=%00",
        "/?token=",
        "/api/run",
        "/export/json",
        "/static/main.js",
        "/nothing",
    ):
        answer = get(stranger, path)
        assert answer.status_code == 403 and "token" in answer.get_data(as_text=True)
    stranger.set_cookie("pydron-view", "correct-token", domain="127.0.0.1")
    assert get(stranger, "/api/run").status_code == 403


def test_the_token_becomes_a_cookie_that_scripts_cannot_read(viewer_of: Opener, pipeline_file: Path) -> None:
    """After the first visit the address needs no token; the cookie's name belongs to this viewer."""
    client = viewer_of(pipeline_file)
    cookie = get(client, f"/?token={TOKEN}").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and cookie.startswith("pydron-view-")
    assert get(client, "/").status_code == 200 and get(client, "/api/run").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:5000", "[::1]"])
def test_other_names_are_refused(client: FlaskClient, host: str) -> None:
    """A page elsewhere cannot make its own name mean this machine and read the answers."""
    answer = client.get("/api/run", headers={"Host": host})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost", "LOCALHOST:81"])
def test_names_of_loopback_are_accepted(viewer_of: Opener, pipeline_file: Path, host: str) -> None:
    """Whatever the port."""
    answer = viewer_of(pipeline_file).get(f"/?token={TOKEN}", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/run", "/static/main.js", "/nothing", "/export/svg"])
def test_every_answer_closes_the_doors(client: FlaskClient, path: str) -> None:
    """No inline scripts, no other origins, no frames, nothing kept."""
    headers = get(client, path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_nothing_can_be_changed(client: FlaskClient) -> None:
    """There is no address that accepts anything but questions."""
    for method in ("post", "put", "delete", "patch"):
        for path in ("/", "/api/run", "/api/task/1", "/export/json"):
            assert getattr(client, method)(f"http://127.0.0.1{path}").status_code == 405


def test_the_page_holds_no_script_of_its_own(client: FlaskClient) -> None:
    """Everything comes from files of this server, so that the strict policy can stand."""
    page = get(client, "/").get_data(as_text=True)
    assert "<script type=" in page and "onclick" not in page and "style=" not in page and "://" not in page
    for line in page.splitlines():
        assert "<script" not in line or 'src="/static/' in line


def test_the_run_is_told_as_the_trace_holds_it(client: FlaskClient, pipeline_file: Path) -> None:
    """The columns sent to the page are the moments of the tasks; -1 stands for those that have not come."""
    document, columns = unpacked(get(client, "/api/run").data)
    trace = read_trace(pipeline_file)
    for place, task in enumerate(trace.tasks):
        for name in ("issued", "ready", "sent", "started", "finished", "retired"):
            moment = getattr(task, name)
            assert columns[name][place] == (-1 if moment is None else moment)
        site = document["sites"][columns["site"][place]]
        assert (columns["id"][place], site["name"], site["line"]) == (task.id, task.name, task.line)
        assert document["outcomes"][columns["outcome"][place]] == task.outcome
    middle = trace.end // 2
    state = get(client, f"/api/state?time={middle}").get_json()
    assert state["counts"] == Replay(trace).at(middle).counts and document["end"] == trace.end
    assert [view["key"] for view in document["views"]] == ["run", "sites", "calls", "graph:1"]


@pytest.mark.parametrize("view", ["run", "sites", "graph:1"])
def test_diagrams_name_an_element_for_each_group_of_calls(client: FlaskClient, view: str) -> None:
    """Every call is in exactly one element, and that element is in the picture."""
    diagram, columns = unpacked(get(client, f"/api/diagram?view={view}").data)
    assert diagram["svg"].startswith("<svg")
    assert set(columns["of"]) == set(range(len(diagram["nodes"]))) and len(columns["of"]) == 129
    svg = diagram["svg"].replace("&#45;", "-")
    assert all(f'id="{node["id"]}"' in svg for node in diagram["nodes"])


def test_details_of_a_failed_call(client: FlaskClient) -> None:
    """Source line with what stands around it, times in order, worker, bytes, error, neighbours."""
    task = get(client, "/api/task/105").get_json()
    assert (task["name"], task["line"], task["worker"]) == ("measure", 31, "worker-2")
    assert task["error"]["type"] == "ValueError" and "line 15" in task["error"]["traceback"]
    lines = task["source"]["lines"]
    assert "catalogue.append(measure(image))" in lines[31 - task["source"]["first"]] and len(lines) >= 10
    assert [moment["name"] for moment in task["moments"]] == [
        "issued",
        "ready",
        "sent",
        "started",
        "finished",
        "retired",
    ]
    assert task["needs"] == {"count": 1, "shown": [{"id": 41, "name": "process"}]}
    assert get(client, "/api/task/41").get_json()["users"]["shown"] == [{"id": 105, "name": "measure"}]


def test_details_of_a_wait(client: FlaskClient) -> None:
    """Where, why, how long, and for which call."""
    wait = get(client, "/api/wait/1").get_json()
    assert (wait["line"], wait["reason"], wait["task"]["id"]) == (32, "PD101", 128)
    assert "write_report" in wait["source"]["lines"][32 - wait["source"]["first"]]


@pytest.mark.parametrize(
    "path",
    ["/api/task/999", "/api/task/99999999999999999999", "/api/task/x", "/api/wait/2", "/api/diagram?view=graph:9",
     "/api/diagram?view=%00", "/api/state?time=-1", "/api/state?time=x", "/export/doc", "/export/dot?view=nothing",
     "/export/svg?time=1e9"],
)  # fmt: skip
def test_what_does_not_exist_is_a_sentence(client: FlaskClient, path: str) -> None:
    """Not a traceback, not an empty answer."""
    answer = get(client, path)
    assert answer.status_code == 404
    assert len(answer.get_data(as_text=True)) > 20 and "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("format", ["dot", "svg", "png", "json", "chrome"])
def test_exports_are_files_to_save(client: FlaskClient, format: str) -> None:
    """Each has a name, a type and content."""
    answer = get(client, f"/export/{format}?view=sites&time=1000000000")
    assert answer.status_code == 200 and answer.data
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="run.')


def test_hostile_names_stay_text(client_of: Opener, hostile_file: Path) -> None:
    """Markup in names reaches the page only inside JSON, and the picture only as text."""
    client = client_of(hostile_file)
    diagram = unpacked(get(client, "/api/diagram").data)[0]["svg"]
    assert "<script" not in diagram and "<img" not in diagram and "&lt;script&gt;" in diagram
    for path in ("/api/run", "/api/task/2", "/api/wait/1", "/api/diagram?view=sites", "/api/summary", "/api/figures"):
        answer = get(client, path)
        assert answer.status_code == 200 and answer.mimetype in ("application/json", packing.MIME)
    assert "<script>window" not in get(client, "/").get_data(as_text=True)


def test_a_growing_trace_is_followed(client_of: Opener, tmp_path: Path) -> None:
    """What the program does after the page was opened is there at the next question."""
    recorder = SqliteRecorder(tmp_path / "t", argv=["p.py"], executor="local", workers=1)
    client = client_of(tmp_path / "t")
    before, columns = unpacked(get(client, "/api/run").data)
    assert not columns["id"] and before["run"]["state"] == "running"
    recorder.task_ready(1, recorder.origin + 1)
    assert recorder.flush()
    assert get(client, "/api/revision").get_json()["revision"] != before["revision"]
    assert list(unpacked(get(client, "/api/run").data)[1]["id"]) == [1]
    recorder.close("finished")
    after, _ = unpacked(get(client, "/api/run").data)
    assert after["run"]["state"] == "finished"
    assert get(client, "/api/revision").get_json()["revision"] == after["revision"]


def test_news_of_a_running_program_are_sent(client_of: Opener, tmp_path: Path) -> None:
    """One event per change, the last of them with the state in which the program has ended; then the stream ends."""
    recorder = SqliteRecorder(tmp_path / "t", argv=["p.py"], executor="local", workers=1)
    recorder.task_ready(1, recorder.origin + 1)
    assert recorder.flush()
    client = client_of(tmp_path / "t")
    answer = client.get("http://127.0.0.1:5000/api/events", buffered=False)
    assert answer.mimetype == "text/event-stream"
    news = iter(answer.iter_encoded())
    first = json.loads(next(news).removeprefix(b"data: "))
    assert first["state"] == "running"
    recorder.close("finished")
    rest = [json.loads(piece.removeprefix(b"data: ")) for piece in news if piece.startswith(b"data: ")]
    assert rest[-1]["state"] == "finished" and rest[-1]["revision"] != first["revision"]


def test_an_unchanged_trace_is_read_once(pipeline_file: Path) -> None:
    """Scrubbing and clicking do not read the file again."""
    opened = OpenTrace(pipeline_file)
    assert opened.snapshot() is opened.snapshot()
    opened.close()


def test_a_trace_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    """The error is the reader's, before there is any page."""
    with pytest.raises(TraceFormatError):
        create_app(tmp_path / "missing", TOKEN)


def test_a_trace_damaged_while_it_is_shown_is_told(client_of: Opener, tmp_path: Path, pipeline_file: Path) -> None:
    """The page gets a sentence with the name of the file."""
    path = tmp_path / "copy.pydron"
    path.write_bytes(pipeline_file.read_bytes())
    client = client_of(path)
    path.write_bytes(path.read_bytes()[:4096])
    answer = get(client, "/api/run")
    assert answer.status_code == 500 and "copy.pydron" in answer.get_json()["error"]


def test_the_source_is_shown_with_what_each_line_cost(client: FlaskClient) -> None:
    """Calls, time and waits stand at their lines; functions are found; a file that is not there is refused."""
    source = get(client, "/api/source").get_json()
    assert source["name"] == "pipeline.py" and source["functions"][0][2] == "calibration_pipeline"
    at = {source["text"][line["line"] - source["first"]].strip(): line for line in source["lines"]}
    measured = at["catalogue.append(measure(image))"]
    assert (measured["calls"], measured["failed"], measured["waits"]) == (64, 1, 0)
    assert 1 < measured["parallel"] <= 2
    assert at["write_report(catalogue)"]["waited"] > 0 and at["write_report(catalogue)"]["calls"] == 0
    assert get(client, "/api/source?file=/etc/passwd").status_code == 404


def test_waits_are_ranked_with_reason_and_cure(client: FlaskClient) -> None:
    """The most costly place comes first, with the sentence and the hint of its code."""
    places = get(client, "/api/summary").get_json()["places"]
    assert [place["code"] for place in places] == ["PD101", "start"]
    assert "may do anything" in places[0]["sentence"] and "@pydron.functional" in places[0]["hint"]
    page = get(client, "/reasons").get_data(as_text=True)
    assert 'id="PD101"' in page and 'id="window"' in page


def test_predictions_come_by_number_of_workers(client: FlaskClient) -> None:
    """More workers are never slower here; a faster function and a wait less help; nonsense is refused."""
    found = get(client, "/api/whatif").get_json()
    times = [time for _, time in found["points"]]
    assert [workers for workers, _ in found["points"]][:2] == [1, 2] and times == sorted(times, reverse=True)
    faster = get(client, "/api/whatif?faster=process:10").get_json()["points"]
    assert faster[0][1] < times[0]
    assert get(client, "/api/whatif?without=1").get_json()["points"][0][1] <= times[0]
    figures = get(client, "/api/figures").get_json()
    assert 0 < figures["span"] <= times[-1] and figures["path"]
    for wrong in ("faster=process", "faster=:2", "faster=process:0", "faster=process:x", "without=x", "without=99"):
        assert get(client, f"/api/whatif?{wrong}").status_code == 404
