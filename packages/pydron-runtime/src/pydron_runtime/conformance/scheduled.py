"""What a program sees of an executor: nothing but the clock. Tests for pytest.

Derive a class from :class:`ProgramConformance`, and give it a fixture ``settings``: the arguments for
``pydron.configure`` that choose the executor.
"""

from __future__ import annotations

import contextlib
import io
import traceback
from pathlib import Path
from typing import Any

import pydron
from pydron.trace import read_trace
from pydron_runtime.conformance import programs
from pydron_runtime.sessions import close_recorders


def _lines(error: BaseException) -> list[tuple[str, int, str]]:
    """The user's lines of a traceback: those of the programs, and of what they call."""
    frames = traceback.extract_tb(error.__traceback__)
    return [(frame.filename, frame.lineno or 0, frame.name) for frame in frames if frame.filename == programs.__file__]


class ProgramConformance:
    """Programs that run on the executor as they run without it.

    Attributes:
        speaks_in_turn: Whether what calls print is taken down. False where they run in threads of the program itself.
    """

    speaks_in_turn = True

    def test_results_are_those_of_the_program(self, settings: dict[str, Any], monkeypatch: Any) -> None:
        """Chains, branches on results, large values."""
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        with pydron.configure(**settings):
            assert programs.branches(12) == programs.branches.sequential(12)  # type: ignore[attr-defined]
            for _ in range(2):  # an engine may treat the second large result otherwise than the first
                found = programs.large_values(4, 200_000)
                assert found == programs.large_values.sequential(4, 200_000)  # type: ignore[attr-defined]

    def test_effects_come_in_their_order(self, settings: dict[str, Any], monkeypatch: Any) -> None:
        """Each effect once, in program order."""
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        plain: list[Any] = []
        scheduled: list[Any] = []
        expected = programs.effects.sequential(8, plain.append)  # type: ignore[attr-defined]
        with pydron.configure(**settings):
            assert programs.effects(8, scheduled.append) == expected
        assert scheduled == plain

    def test_what_calls_print_comes_in_program_order(self, settings: dict[str, Any], monkeypatch: Any) -> None:
        """Output of calls and of the program, in one order, through the program's own streams."""
        if not self.speaks_in_turn:
            return
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        said: list[str] = []
        for function in (programs.conversation.sequential, programs.conversation):  # type: ignore[attr-defined]
            stream = io.StringIO()
            with pydron.configure(**settings), contextlib.redirect_stdout(stream):
                function(8)
            said.append(stream.getvalue())
        assert said[1] == said[0]

    def test_the_first_failure_of_the_program_is_raised(self, settings: dict[str, Any], monkeypatch: Any) -> None:
        """Type, arguments, lines of the source; and nothing after it can be seen."""
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        seen: list[list[Any]] = []
        errors: list[BaseException] = []
        for function in (programs.failing.sequential, programs.failing):  # type: ignore[attr-defined]
            said: list[Any] = []
            with pydron.configure(**settings):
                try:
                    function(40, said.append)
                except LookupError as error:
                    errors.append(error)
            seen.append(said)
        plain, scheduled = errors
        assert (type(scheduled), scheduled.args) == (type(plain), plain.args)
        assert _lines(scheduled) == _lines(plain)
        assert seen[0] == seen[1]

    def test_failures_can_be_caught(self, settings: dict[str, Any], monkeypatch: Any) -> None:
        """A handler in the scheduled function gets what it would have got."""
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        with pydron.configure(**settings):
            assert programs.handled(7) == programs.handled.sequential(7)  # type: ignore[attr-defined]

    def test_a_trace_tells_what_ran_where(self, settings: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
        """Each call has a finished attempt with a worker that the trace knows."""
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        path = tmp_path / "run.pydron"
        with pydron.configure(**settings, trace=path):
            programs.branches(6)
        close_recorders()
        trace = read_trace(path)
        names = {worker.name for worker in trace.workers}
        assert len(trace.tasks) >= 12
        for row in trace.tasks:
            assert row.worker in names, row

    def test_independent_calls_overlap(self, settings: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
        """Two calls that wait for each other both end, where the executor has two workers."""
        monkeypatch.setenv("PYDRON_ALWAYS", "1")
        if settings.get("executor") == "inline" or settings.get("workers") == 1:
            return
        here = str(tmp_path / "here")
        with pydron.configure(**settings):
            assert programs.meeting(here) == [here + ".one", here + ".two"]
