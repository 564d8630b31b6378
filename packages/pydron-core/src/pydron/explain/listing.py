"""A report as people read it: the annotated source, then each reason with what to do about it."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydron.explain.findings import NESTED, Finding
from pydron.explain.measured import duration
from pydron.explain.measured_text import measured_lines
from pydron.explain.reasons import page_of, reason
from pydron.ir.printer import one_line

if TYPE_CHECKING:
    from pydron.explain.report import Line, Report

_WORDS = {
    "parallel": "parallel",
    "scheduled": "scheduled",
    "pure": "",
    "output": "ordered output",
    "late": "may wait",
    "sync-point": "SYNC-POINT",
    "native": "as written",
}
_MARK_WIDTH = 18


_PAINT = {
    "parallel": "\x1b[32m",
    "scheduled": "\x1b[32m",
    "output": "\x1b[36m",
    "late": "\x1b[33m",
    "sync-point": "\x1b[1;31m",
    "native": "\x1b[31m",
}
"""Mark -> the colour of its lines on a terminal; the words beside the lines say the same."""

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def to_text(report: Report, colour: bool = False, width: int = 0) -> str:
    """The listing for a terminal; 0 for lines of any width."""
    parts = [f"{one_line(report.name)}: {_summary(report)}"]
    if report.filename:
        parts[0] = f"{one_line(report.filename)}:{report.first_line}: {parts[0]}"
    if report.filename and not report.scheduled:
        parts.append("It is not decorated with @pydron.schedule; this is what it does as a part of a function that is.")
    if report.lines:
        parts += ["", *_listing(report, colour)]
    for finding in _worth_telling(report.findings):
        head, *rest = _block(finding)
        parts += ["", f"{_PAINT.get(finding.mark, _BOLD)}{head}{_PLAIN}" if colour else head, *_wrapped(rest, width)]
    if report.measured is not None:
        head, *rest = measured_lines(report.measured)
        parts += ["", f"{_BOLD}{head}{_PLAIN}" if colour else head, *_wrapped(rest, width)]
    return "\n".join(parts) + "\n"


def _wrapped(lines: Iterable[str], width: int) -> Iterable[str]:
    """Indented lines, broken between words so that they fit; what follows stands further in."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        if 0 < width < len(line):
            yield from textwrap.wrap(
                line.lstrip(), max(width, _NARROWEST), initial_indent=indent, subsequent_indent=f"{indent}    ",
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
        else:
            yield line


_NARROWEST = 30


def _summary(report: Report) -> str:
    parallel = len(report.parallel)
    waits = len({(finding.line, finding.what) for finding in report.findings if finding.mark == "sync-point"})
    native = [finding for finding in report.findings if finding.mark == "native"]
    whole = len({-finding.line if finding.node == NESTED else finding.node for finding in native})
    late = len({(finding.line, finding.what) for finding in report.findings if finding.mark == "late"})
    inner = len({(finding.line, finding.what) for finding in report.findings if finding.code == "PD104"})
    words = [f"{_count(parallel, 'functional call')} in parallel"]
    words += [_count(waits, "sync-point")] if waits else []
    words += [f"{_count(whole, 'statement')} taken whole"] if whole else []
    words += [f"{_count(inner, 'call')} of functions with sync-points"] if inner else []
    words += [f"{_count(late, 'place')} decided at run time"] if late else []
    return ", ".join(words if len(words) > 1 else [*words, "nothing stands in the way"])


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _listing(report: Report, colour: bool) -> Iterable[str]:
    width = len(str(report.lines[-1].number))
    marks = [_margin(line) for line in report.lines]
    margin = max(_MARK_WIDTH, *(len(mark) for mark in marks))
    for line, mark in zip(report.lines, marks):
        cost = f"{_waited(report, line.number):>9} " if report.measured is not None else ""
        text = f"{mark:<{margin}} {cost}{line.number:>{width}} | {one_line(line.text)}".rstrip()
        yield f"{_PAINT[line.mark]}{text}{_PLAIN}" if colour and line.mark in _PAINT else text


def _waited(report: Report, line: int) -> str:
    """How long the program stood still at a line."""
    seconds = 0.0 if report.measured is None else report.measured.waited_at(line)
    return duration(seconds) if seconds > 0 else ""


def _margin(line: Line) -> str:
    """What stands beside a line: what it is, and the codes of what holds it up."""
    if not line.mark:
        return ""
    words = [_WORDS.get(line.mark, line.mark)]
    if line.mark not in ("parallel", "native") and any(finding.mark == "parallel" for finding in line.findings):
        words.insert(0, "parallel,")
    codes = sorted({finding.code for finding in line.findings if finding.code})
    return " ".join([*words, *codes]).strip()


def _worth_telling(findings: Iterable[Finding]) -> list[Finding]:
    told: dict[tuple[int, str, str], Finding] = {}
    for finding in findings:
        if finding.code:
            told.setdefault((finding.line, finding.code, finding.what), finding)
    return list(told.values())


def _block(finding: Finding) -> Iterable[str]:
    lines = f"line {finding.line}" if finding.line > 0 else "everything"
    if finding.end_line > finding.line:
        lines = f"lines {finding.line}-{finding.end_line}"
    yield f"{lines}: {finding.code} {reason(finding.code).title}"
    yield f"    {one_line(finding.message)}"
    if finding.hint:
        yield f"    To do: {one_line(finding.hint)}"
    yield f"    More: {page_of(finding.code)}"


_COLOURS = {
    "parallel": "#d4ecd9",
    "scheduled": "#d4ecd9",
    "late": "#fdf3d7",
    "sync-point": "#fbe3d9",
    "native": "#fbe3d9",
}


def to_html(report: Report) -> str:
    """The listing for a notebook."""
    rows = []
    for line in report.lines:
        mark = _margin(line)
        tip = " ".join(finding.message for finding in line.findings if finding.code)
        style = f"background:{_COLOURS[line.mark]};color:#222" if line.mark in _COLOURS else ""
        code = f'<pre style="margin:0;text-align:left">{html.escape(line.text)}</pre>'
        cost = f"<td>{html.escape(_waited(report, line.number))}</td>" if report.measured is not None else ""
        cells = f'<td style="text-align:left">{html.escape(mark)}</td>{cost}<td>{line.number}</td><td>{code}</td>'
        rows.append(f'<tr style="{style}" title="{html.escape(tip)}">{cells}</tr>')
    blocks = "\n\n".join("\n".join(_block(finding)) for finding in _worth_telling(report.findings))
    if report.measured is not None:
        blocks += "\n\n" + "\n".join(measured_lines(report.measured))
    title = html.escape(f"{report.name}: {_summary(report)}")
    return f"<div><p>{title}</p><table>{''.join(rows)}</table><pre>{html.escape(blocks)}</pre></div>"
