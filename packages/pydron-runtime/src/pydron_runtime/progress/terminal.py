"""The terminal: progress below what the program has written, on the error stream, taken away without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pydron_runtime.progress.figures import Line


class Terminal:
    """Draws lines with rich. The program's own streams are not touched, nor replaced."""

    shared = True

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)
        self._live: Live | None = None

    def show(self, shown: Sequence[Line]) -> None:
        """Draw these lines, in place of those before."""
        if self._console.is_dumb_terminal or not self._console.is_terminal:
            return
        if self._live is None:
            self._live = Live(
                console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
            )
            self._live.start()
        self._live.update(_table(shown), refresh=True)

    def hide(self) -> None:
        """Take the lines away; the cursor is where it was."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()


def _table(shown: Sequence[Line]) -> Any:
    table = Table.grid(padding=(0, 1))
    for line in shown:
        bar = ProgressBar(total=1.0, completed=line.part or 0.0, width=24, pulse=line.part is None)
        # Text, not markup: the user's source may hold anything.
        table.add_row(Text(line.label, no_wrap=True), bar, Text(line.numbers), Text(line.rest))
    return table
