"""Recorded runs for the tests of the viewer and the exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sample_runs
from browsing import Browser, served

from pydron.trace import Trace, read_trace


@pytest.fixture(scope="session")
def pipeline_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trace of a finished pipeline: 129 calls on two workers, one of them failing. Not to be changed."""
    directory = tmp_path_factory.mktemp("pipeline")
    sample_runs.pipeline(directory / "run.pydron", directory)
    return directory / "run.pydron"


@pytest.fixture(scope="session")
def pipeline(pipeline_file: Path) -> Trace:
    """The same trace, read."""
    return read_trace(pipeline_file)


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trace whose names try to break out of DOT, SVG, HTML, JSON and the terminal."""
    directory = tmp_path_factory.mktemp("hostile")
    sample_runs.hostile(directory / "run.pydron")
    return directory / "run.pydron"


@pytest.fixture(scope="session")
def window() -> Iterator[Browser]:
    """One browser for all tests."""
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def address(pipeline_file: Path) -> Iterator[str]:
    """The viewer of the sample pipeline, compared with itself."""
    with served(pipeline_file, pipeline_file) as address:
        yield address


@pytest.fixture
def clean(window: Browser) -> Iterator[None]:
    """Whatever a test does: no word on the console, no request to anywhere but this machine."""
    window.resize(1280, 800)
    window.complaints()
    window.hosts()
    yield
    assert window.complaints() == []
    assert window.hosts() <= {"127.0.0.1"}
