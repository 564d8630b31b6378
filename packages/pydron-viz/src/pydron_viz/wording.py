"""Wording: how times, sizes and names are written for people. Pure."""

from __future__ import annotations


def clipped(text: str, longest: int) -> str:
    """At most ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: str, longest: int = 200) -> str:
    """On one line and without control characters, which could do anything to a terminal and break XML."""
    return "".join(char if char.isprintable() else " " for char in clipped(text, longest))


def short_time(nanoseconds: int) -> str:
    """``850 ns``, ``12 µs``, ``43 ms``, ``1.25 s``, ``12 min 5 s``, ``3 h 20 min``."""
    if nanoseconds < 1_000:
        return f"{nanoseconds} ns"
    if nanoseconds < 999_500:
        return f"{nanoseconds / 1e3:.3g} µs"
    if nanoseconds < 999_500_000:
        return f"{nanoseconds / 1e6:.3g} ms"
    if nanoseconds < 100e9:
        return f"{nanoseconds / 1e9:.3g} s"
    minutes, seconds = divmod(round(nanoseconds / 1e9), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def file_name(path: str) -> str:
    """The last part of a path, of either kind of slash."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def byte_size(size: int) -> str:
    """``17 B``, ``1.5 kB``, ``80 MB``."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.0f} TB"
