"""The commands ``pydron trace`` and ``pydron view``: as processes, the way a person meets them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "import sys; from pydron.cli.main import main; sys.exit(main())"]


def pydron(*arguments: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, **more
    )


def test_a_summary_is_printed(pipeline_file: Path) -> None:
    """Text for people, JSON for programs."""
    shown = pydron("trace", "summary", pipeline_file)
    assert shown.returncode == 0 and "129 functional calls" in shown.stdout and not shown.stderr
    document = json.loads(pydron("trace", "summary", pipeline_file, "--json").stdout)
    assert document["tasks"] == 129 and document["format"] == "pydron-summary"


def test_a_terminal_without_unicode_gets_a_summary_too(pipeline_file: Path) -> None:
    """A character that cannot be shown is replaced."""
    shown = pydron("trace", "summary", pipeline_file, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert shown.returncode == 0 and "129 functional calls" in shown.stdout


def test_what_if_predicts(pipeline_file: Path) -> None:
    """Times by number of workers, with a faster function and without a wait; JSON for programs."""
    plain = pydron("trace", "whatif", pipeline_file, "--workers", "1", "2", "64")
    assert plain.returncode == 0 and "critical path" in plain.stdout and "64" in plain.stdout.splitlines()[-1]
    document = json.loads(
        pydron("trace", "whatif", pipeline_file, "--workers", "2", "--faster", "process=10", "--without",
               "pipeline.py:32", "--json").stdout
    )  # fmt: skip
    assert document["changed"][0][1] < document["points"][0][1] and document["format"] == "pydron-whatif"


@pytest.mark.parametrize(
    "words",
    [("--workers", "0"), ("--workers", "x"), ("--faster", "process"), ("--faster", "nothing=2"), ("--without", "99")],
)
def test_what_if_refuses_nonsense(pipeline_file: Path, words: tuple[str, str]) -> None:
    """With a sentence that says what there is."""
    refused = pydron("trace", "whatif", pipeline_file, *words)
    assert refused.returncode == 2 and words[1].split("=")[0] in refused.stderr and refused.stderr.count("\n") == 1


def test_two_runs_are_compared(pipeline_file: Path, hostile_file: Path) -> None:
    """A run with itself is the same in everything; with a strange one it is told all the same."""
    same = json.loads(pydron("trace", "compare", pipeline_file, pipeline_file, "--json").stdout)
    assert {pair["ratio"] for pair in same["whole"]} == {1.0}
    assert [one["name"] for one in same["functions"]] == ["process", "measure", "merge"]
    other = pydron("trace", "compare", pipeline_file, hostile_file)
    assert other.returncode == 0 and "process" in other.stdout and "\x1b" not in other.stdout


@pytest.mark.parametrize(
    ("format", "start"), [("dot", b"digraph"), ("svg", b"<?xml"), ("png", b"\x89PNG"), ("json", b"{"), ("chrome", b"{")]
)
def test_exports_are_written_whole(pipeline_file: Path, tmp_path: Path, format: str, start: bytes) -> None:
    """The file appears, and nothing else beside it."""
    out = tmp_path / "out"
    done = pydron("trace", "export", pipeline_file, "--format", format, "-o", out, "--at", "0.5", "--sites")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(start) and os.listdir(tmp_path) == ["out"]


def test_an_export_without_a_file_goes_to_standard_output(pipeline_file: Path) -> None:
    """So that it can be piped on; the moment and the function can be chosen."""
    early = pydron("trace", "export", pipeline_file, "--format", "dot", "--at", "0").stdout
    assert early.startswith("digraph") and "not reached" in early
    graph = pydron("trace", "export", pipeline_file, "--format", "dot", "--function", "calibration_pipeline").stdout
    assert "×64: 64 done" in graph


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("summary", "{missing}"), "There is no file"),
        (("summary", "{cut}"), "cut off"),
        (("export", "{missing}", "--format", "svg"), "There is no file"),
        (("export", "{good}", "--format", "dot", "--at", "soon"), "no moment of a run"),
        (("export", "{good}", "--format", "dot", "--at", "-1"), "no moment of a run"),
        (("export", "{good}", "--format", "dot", "--at", "nan"), "no moment of a run"),
        (("export", "{good}", "--format", "dot", "--function", "nothing"), "calibration_pipeline"),
        (("export", "{good}", "--format", "dot", "-o", "{missing}/out"), "cannot be written"),
        (("export", "{good}", "--format", "doc"), "invalid choice"),
        ((), "required"),
    ],
)
def test_mistakes_are_sentences(pipeline_file: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Status 1 or 2, a message that says what is wrong, no traceback, nothing written."""
    cut = tmp_path / "cut"
    cut.write_bytes(pipeline_file.read_bytes()[:5000])
    names = {"missing": tmp_path / "missing", "cut": cut, "good": pipeline_file}
    done = pydron("trace", *(argument.format(**names) for argument in arguments))
    assert done.returncode in (1, 2) and not done.stdout
    assert said in done.stderr and "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == ["cut"]


def started(path: Path, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A viewer, and the address that it printed."""
    viewer = subprocess.Popen(
        [*COMMAND, "view", str(path), "--no-browser", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert viewer.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", viewer.stdout.readline())
    if found is None:
        viewer.kill()
        pytest.fail(viewer.communicate()[1])
    return viewer, found.group()


@pytest.mark.slow
def test_the_viewer_serves_on_loopback_until_it_is_interrupted(pipeline_file: Path) -> None:
    """It prints its address, answers there and nowhere else, and stops with Ctrl-C and status 0."""
    viewer, address = started(pipeline_file)
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert answer.status == 200 and b"timeline" in answer.read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address.split("?")[0], timeout=20)
        port = int(address.split(":")[2].split("/")[0])
        taken = pydron("view", pipeline_file, "--no-browser", "--port", str(port))
        assert taken.returncode == 1 and f"port {port}" in taken.stderr and "--port" in taken.stderr
    finally:
        viewer.send_signal(signal.SIGINT)
        out, err = viewer.communicate(timeout=20)
    assert viewer.returncode == 0 and "Traceback" not in err
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))  # free again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--port", "70000"), "no port 70000"), (("--port", "x"), "invalid int"), (("{missing}",), "There is no file")],
)
def test_the_viewer_refuses_in_sentences(
    pipeline_file: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """No server is started for what cannot work."""
    given = [argument.format(missing=tmp_path / "missing") for argument in arguments]
    file = [] if given[0].endswith("missing") else [pipeline_file]
    done = pydron("view", *file, "--no-browser", *given)
    assert done.returncode in (1, 2) and said in done.stderr and "Traceback" not in done.stderr
