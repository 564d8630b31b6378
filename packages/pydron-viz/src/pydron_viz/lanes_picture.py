"""The lanes of a run as a small SVG picture: for notebooks and reports, without a viewer. Pure."""

from __future__ import annotations

import html

from pydron.trace import Trace
from pydron_viz.diagrams import FILL
from pydron_viz.replay import State
from pydron_viz.timeline import Bar, Lane, lanes
from pydron_viz.wording import clipped, one_line, short_time

WIDTH = 860
_LEFT, _ROW, _BAR, _TOP, _GAP = 90, 15, 11, 20, 5
_MOST_LANES = 24
_MOST_PARTS = 3
_FONT = 'font-family="Helvetica, Arial, sans-serif" font-size="11"'


def lanes_svg(trace: Trace) -> str:
    """A lane for the program and one per worker, as in the viewer's timeline. Colours suit light and dark pages."""
    found = lanes(trace)
    end = max(1, trace.end)
    parts: list[str] = []
    top = _TOP
    for lane in found[:_MOST_LANES]:
        parts.append(_text(8, top + _BAR - 2, clipped(lane.name, 13)))
        rows = min(lane.rows, _MOST_PARTS) if lane.kind == "parts" else lane.rows
        parts += _lane(lane, rows, top, end)
        top += rows * _ROW + _GAP
    if len(found) > _MOST_LANES:
        parts.append(_text(8, top + _BAR - 2, f"and {len(found) - _MOST_LANES} more workers"))
        top += _ROW
    parts += [_text(_x(time, end), 11, short_time(time) if time else "0") for time in _ticks(end)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 4}" width="{WIDTH}" height="{top + 4}"'
        f' role="img" aria-label="What the program and its workers did">{"".join(parts)}</svg>'
    )


def _ticks(end: int) -> range:
    """Round times, a few of them."""
    power = 10 ** (len(str(end)) - 2) if end >= 10 else 1
    step = next(factor * power for factor in (1, 2, 5, 10, 20, 50) if end <= 6 * factor * power)
    return range(0, end - end // 20 + 1, step)


def _lane(lane: Lane, rows: int, top: int, end: int) -> list[str]:
    """The bars of a lane; where several share a pixel one is enough."""
    drawn: list[str] = []
    reached: dict[int, float] = {}
    for bar in lane.bars:
        if bar.row >= rows:
            continue
        begin = _x(bar.begin, end)
        until = max(begin + 0.8, _x(end if bar.end is None else bar.end, end))
        if until < reached.get(bar.row, 0.0) + 0.5:
            continue
        reached[bar.row] = until
        drawn.append(_bar(bar, begin, until, top + bar.row * _ROW))
    return drawn


def _bar(bar: Bar, begin: float, until: float, top: int) -> str:
    state: State = "failed" if bar.state == "failed" else "running" if bar.state == "running" else "done"
    fill, outline = ("#d9d3ea", "#6a5aa0") if bar.kind == "wait" else FILL[state]
    name = "waits" if bar.kind == "wait" else f"{bar.label} #{bar.subject}"
    took = "" if bar.end is None else f", {short_time(bar.end - bar.begin)}"
    tip = html.escape(one_line(f"{name}{took}"))
    # What waits is dashed, what failed is thick: colour is not all that tells them apart.
    extra = ' stroke-dasharray="3 2"' if bar.kind == "wait" else ' stroke-width="2"' if state == "failed" else ""
    return (
        f'<rect x="{begin:.1f}" y="{top}" width="{until - begin:.1f}" height="{_BAR}" fill="{fill}"'
        f' stroke="{outline}"{extra}><title>{tip}</title></rect>'
    )


def _x(time: int, end: int) -> float:
    return _LEFT + min(time, end) / end * (WIDTH - _LEFT - 8)


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.0f}" y="{y}" fill="#7a8794" {_FONT}>{html.escape(one_line(text))}</text>'
