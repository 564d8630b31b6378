"""Status: what a cluster looks like, as a JSON document and as text for people."""

from __future__ import annotations

import json
from typing import Any

from pydron_runtime.cluster.membership import Membership


def situation(membership: Membership, address: str, age: float, refused: int) -> bytes:
    """The document.

    Args:
        age: Seconds since the scheduler was started.
        refused: Connections that were not let in.
    """
    hosts = [
        {
            "name": name,
            "machine": host.joined.name,
            "pid": host.joined.pid,
            "slots": host.joined.slots,
            "lent": len(host.lent),
            "load": round(host.load, 2),
            "memory": host.memory,
            "memory_limit": host.joined.memory_limit,
            "labels": sorted(host.joined.labels),
        }
        for name, host in sorted(membership.hosts.items())
    ]
    programs = [
        {
            "name": name,
            "machine": program.joined.name,
            "pid": program.joined.pid,
            "workers": len(program.held),
            "share": max(0, program.size),
            "wanted": program.wanted,
            "running": program.running,
            "labels": sorted(program.joined.labels),
        }
        for name, program in membership.programs.items()
    ]
    document = {
        "address": address, "seconds": round(age, 1), "refused": refused, "workers": hosts, "programs": programs,
    }  # fmt: skip
    return json.dumps(document).encode()


def table(found: dict[str, Any]) -> str:
    """The document as text."""
    slots = sum(host["slots"] for host in found["workers"])
    lent = sum(host["lent"] for host in found["workers"])
    lines = [f"cluster at {found['address']}: {lent} of {slots} slots in use, up for {found['seconds']:.0f} s"]
    if found["refused"]:
        lines.append(f"{found['refused']} connections with unknown keys were refused")
    rows: list[tuple[str, ...]] = [("worker", "slots", "in use", "load", "memory", "limit", "labels")]
    for host in found["workers"]:
        limit = size(host["memory_limit"]) if host["memory_limit"] else "-"
        rows.append(
            (host["name"], str(host["slots"]), str(host["lent"]), f"{host['load']:.2f}", size(host["memory"]), limit,
             ",".join(host["labels"]) or "-")
        )  # fmt: skip
    lines += ["", *_aligned(rows)]
    rows = [("program", "machine", "pid", "workers", "share", "wanted", "running")]
    for one in found["programs"]:
        rows.append(
            (one["name"], one["machine"], str(one["pid"]), str(one["workers"]), str(one["share"]), str(one["wanted"]),
             str(one["running"]))
        )  # fmt: skip
    lines += ["", *_aligned(rows)]
    return "\n".join(lines)


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    if len(rows) == 1:
        return [f"no {rows[0][0]}s"]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def size(count: int) -> str:
    """Bytes, readable."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{value:.0f} {unit}" if unit in ("B", "KiB") else f"{value:.1f} {unit}"
        value /= 1024
    return ""


def size_from(text: str) -> int:
    """Bytes, from ``4G``, ``512M`` or a number.

    Raises:
        ValueError: It is none of these.
    """
    units = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
    bare = text.strip().lower().removesuffix("b").removesuffix("i")
    factor = units.get(bare[-1:], 0)
    count = int(float(bare[:-1]) * factor) if factor else int(bare)
    if count < 0:
        raise ValueError(text)
    return count
