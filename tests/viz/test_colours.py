"""The page's colours: text on every ground is legible and all else stands out (WCAG AA), in light and in dark."""

from __future__ import annotations

import re
from importlib import resources

import pytest

STYLES = "".join(
    resources.files("pydron_viz").joinpath(f"static/{name}").read_text(encoding="utf-8")
    for name in ("states.css", "view.css")
)
STATES = ("waiting", "ready", "running", "done", "failed", "cancelled")
PAIRS = [
    *((f"--{state}-ink", f"--{state}-fill") for state in (*STATES, "wait")),
    ("--future-ink", "--pane"),
    ("--ink", "--pane"),
    ("--ink", "--paper"),
    ("--ink", "--mark"),
    ("--ink", "--button"),
    ("--ink-2", "--pane"),
    ("--ink-2", "--paper"),
    ("--bad", "--pane"),
    ("--pane", "--bad"),
    ("--accent", "--pane"),
    ("--accent-ink", "--accent"),
]


def variables(dark: bool) -> dict[str, str]:
    """The colours of a theme."""
    light_rules = re.sub(r"@media \(prefers-color-scheme: dark\) \{.*?\n\}", "", STYLES, flags=re.DOTALL)
    dark_rules = "".join(re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", STYLES, flags=re.DOTALL))
    pattern = r"(--[\w-]+): (#[0-9a-f]{6})\b"
    return {**dict(re.findall(pattern, light_rules)), **(dict(re.findall(pattern, dark_rules)) if dark else {})}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG defines it."""
    light, heavy = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (heavy + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_has_enough_contrast(ink: str, ground: str, dark: bool) -> None:
    """At least 4.5 to 1."""
    colours = variables(dark)
    assert contrast(colours[ink], colours[ground]) >= 4.5


def laid_over(colour: str, ground: str, opacity: float) -> str:
    """What a colour looks like that lets a part of its ground through."""
    channels = ((int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(over * opacity + under * (1 - opacity)):02x}" for over, under in channels)


@pytest.mark.parametrize("ground", ["--pane", "--paper"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_no_text_stands_out_too(dark: bool, ground: str) -> None:
    """Outlines of states, whatever fills them, edges, and the patterns and strips of the timeline: at least 3 to 1."""
    colours = variables(dark)
    lines = [name for name in colours if name.endswith("-line") or name.startswith("--travel")]
    assert len(lines) >= len(STATES) + 4
    for name in [*lines, "--edge", "--select", "--critical"]:
        assert contrast(colours[name], colours[ground]) >= 3, name
    for name in (name for name in colours if name.startswith("--idle")):
        assert contrast(laid_over(colours[name], colours[ground], 0.75), colours[ground]) >= 3, name
