"""The notebook: progress as a small table below the cell that is running, gone when that is done."""

from __future__ import annotations

import contextvars
import html
from collections.abc import Sequence
from typing import Any

from pydron_runtime.progress.figures import Line


class Notebook:
    """Draws lines through IPython's display, as long as the cell runs that began the run.

    Args:
        context: Context of the program's thread: it tells the kernel which cell the output belongs to.
    """

    shared = False

    def __init__(self, context: contextvars.Context) -> None:
        self._context = context
        self._handle: Any = None

    def show(self, shown: Sequence[Line]) -> None:
        """Draw these lines, in place of those before."""
        self._context.copy().run(self._draw, to_html(shown))

    def hide(self) -> None:
        """Take the lines away."""
        if self._handle is not None:
            self._context.copy().run(self._draw, "")

    def _draw(self, text: str) -> None:
        from IPython.display import HTML, display

        if self._handle is None:
            self._handle = display(HTML(text), display_id=True)
        else:
            self._handle.update(HTML(text))


def to_html(shown: Sequence[Line]) -> str:
    """Lines as an HTML table."""
    cell = '<td style="text-align:left;padding:0 12px 0 0">'
    rows = []
    for line in shown:
        value = "" if line.part is None else f' value="{line.part:.4f}"'
        cells = (html.escape(line.label), f'<progress max="1"{value}></progress>', line.numbers, line.rest)
        rows.append(f"<tr>{''.join(f'{cell}{one}</td>' for one in cells)}</tr>")
    return f'<table class="pydron-progress">{"".join(rows)}</table>'
