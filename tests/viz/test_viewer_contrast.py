"""Every text of the page can be read: contrast of at least 4.5 to 1 (WCAG AA), light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import browsing
import pytest
from browsing import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "can run"),
]

FAINT = """
const brightness = (colour) => {
  const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => Number(part) / 255);
  const [r, g, b] = parts.map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor, parts = colour.match(/[\\d.]+/g);
    if (parts.length < 4 || Number(parts[3]) > 0.99) return colour;
  }
  return 'rgb(255, 255, 255)';
};
const faint = [];
for (const element of document.querySelectorAll('body *')) {
  if (element.closest('svg') || !element.getClientRects().length) continue;
  if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
  const [a, b] = [brightness(getComputedStyle(element).color), brightness(ground(element))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) faint.push(`${element.textContent.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
}
return faint;
"""


@pytest.fixture(scope="module", params=[False, True], ids=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A window for each colour scheme."""
    browser = Browser(dark=request.param)
    yield browser
    browser.close()


@pytest.mark.parametrize(
    "state",
    [
        "task=105&critical=1",
        "view=sites",
        "tab=source&wait=1",
        "tab=progress&t=0.9",
        "tab=whatif",
        "tab=errors",
        "tab=compare",
    ],
)
def test_every_text_can_be_read(scheme: Browser, address: str, state: str) -> None:
    """In every view, and in the dialog over it."""
    scheme.open(f"{address}#{state}")
    assert scheme.js(FAINT) == []
    scheme.js("document.getElementById('keys').showModal()")
    assert scheme.js(FAINT) == []
