"""How a trace shows itself in a notebook: its lanes, and the figures that matter. Pure."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pydron.trace import Trace
from pydron_viz.analysis.waiting import ranked
from pydron_viz.lanes_picture import lanes_svg
from pydron_viz.summary import summarise
from pydron_viz.wording import file_name, one_line, short_time

_MOST = 6
_CELL = 'style="text-align:left;padding:1px 14px 1px 0"'


def trace_html(trace: Trace) -> str:
    """The run as HTML: state, lanes, functions, and the places at which the program waited."""
    found = summarise(trace)
    command = file_name(found.argv[0]) if found.argv else "program"
    facts = [
        f"{found.state} after {short_time(found.duration)}",
        f"{found.tasks:,} functional calls, at most {found.overlapping} at once",
        f"{short_time(found.work)} of work",
    ]
    parts = [f"<div><b>{_text(command)}</b> {_text(', '.join(facts))}</div>"]
    if found.error:
        parts.append(f"<div><b>{_text(found.error)}</b></div>")
    parts.append(lanes_svg(trace))
    functions = [
        (one.name, f"{one.count:,}", short_time(one.mean), short_time(one.total)) for one in found.functions[:_MOST]
    ]
    parts.append(_table(("function", "calls", "mean", "total"), functions))
    waits = [
        (
            f"{file_name(one.file)}:{one.line}",
            f"{one.count:,}",
            short_time(one.total),
            f"{one.code} {one.title}{' (put off)' if one.beside else ''}",
        )
        for one in ranked(trace)[:_MOST]
    ]
    parts.append(_table(("waited at", "times", "total", "reason"), waits))
    return f'<div class="pydron-trace">{"".join(parts)}</div>'


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    first = "".join(f"<th {_CELL}>{head}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td {_CELL}>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: str) -> str:
    return html.escape(one_line(value))
