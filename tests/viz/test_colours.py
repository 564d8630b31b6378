"""The page's colours: text on every ground is legible (WCAG AA), in light and in dark."""

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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_has_enough_contrast(ink: str, ground: str, dark: bool) -> None:
    """At least 4.5 to 1."""
    colours = variables(dark)
    light, heavy = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (heavy + 0.05) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_outlines_of_states_stand_out(dark: bool) -> None:
    """The outline of each state has 3 to 1 against the page, so that a node is seen whatever its fill."""
    colours = variables(dark)
    for state in STATES:
        light, heavy = sorted((luminance(colours[f"--{state}-line"]), luminance(colours["--pane"])), reverse=True)
        assert (light + 0.05) / (heavy + 0.05) >= 3
