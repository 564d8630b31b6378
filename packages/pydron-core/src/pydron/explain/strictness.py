"""What ``@pydron.schedule(strict=True)`` asks of a function: that nothing in it is known to be a sync-point.

Judged by what ``explain`` says. What turns out at run time only (a callee that is an argument, a modification of an
object that came in as one, leaving on a result) is not known here, and is no error.
"""

from __future__ import annotations

from pydron.errors import SyncPointError
from pydron.explain.findings import NESTED, Finding
from pydron.explain.reasons import page_of, reason
from pydron.explain.report import explain


def unexpected(target: object) -> tuple[Finding, ...]:
    """The sync-points of a function that are certain before it runs, each once, by line."""
    found: dict[tuple[int, str], Finding] = {}
    for finding in explain(target).findings:
        if finding.node == NESTED:
            continue  # the call of that function counts
        if finding.code and (finding.mark in ("sync-point", "native") or _is_certain(finding)):
            # Of a statement that is taken whole the first finding is about itself, the others are about calls in it.
            key = (finding.node, "") if finding.mark == "native" else (finding.line, finding.what)
            found.setdefault(key, finding)
    return tuple(found.values())


def _is_certain(finding: Finding) -> bool:
    """Whether it is known that a function with sync-points is called: which method it is may depend on the object."""
    return finding.code == "PD104" and finding.mark != "late"


def demand_no_sync_points(target: object, name: str, filename: str) -> None:
    """Refuse a function that has sync-points.

    Raises:
        SyncPointError: It has; the message names each with line, code, reason and cure.
    """
    found = unexpected(target)
    if not found:
        return
    number = f"{len(found)} sync-point{'' if len(found) == 1 else 's'}"
    lines = [f"{name} is scheduled with strict=True, and has {number}:"]
    for finding in found:
        place = f"{filename}:{finding.line}: " if finding.line > 0 and filename else ""
        lines.append(f"  {place}{finding.code} {reason(finding.code).title}: {finding.message}")
        if finding.hint:
            lines.append(f"    To do: {finding.hint}")
        lines.append(f"    More: {page_of(finding.code)}")
    lines.append("Without strict=True it runs, with the same result; the rest of the program waits at these lines.")
    raise SyncPointError("\n".join(lines), found)
