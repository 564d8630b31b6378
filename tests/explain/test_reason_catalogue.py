"""The catalogue of reasons: complete, well formed, and one documentation page of all of it."""

from __future__ import annotations

import re

import pytest

from pydron.explain.reasons import REASONS, Reason, reason, reasons_page

CODES = (
    [f"PD10{n}" for n in range(1, 5)]
    + [f"PD2{n:02}" for n in range(1, 18) if n != 3]
    + ["PD301", "PD302", "PD303", "PD401", "PD402", "PD403"]
    + [f"PD50{n}" for n in range(1, 9)]
)


def test_every_code_has_an_entry() -> None:
    assert list(REASONS) == CODES


@pytest.mark.parametrize("entry", REASONS.values(), ids=lambda entry: entry.code)
def test_texts_are_sentences_with_no_placeholder_but_the_one(entry: Reason) -> None:
    for text in (entry.sentence, entry.hint, entry.text):
        assert text.endswith(".")
        assert set(re.findall(r"\{.*?\}", text)) <= {"{what}"}
    assert "{what}" in entry.sentence
    assert entry.title == entry.title.strip() and not entry.title.endswith(".")


def test_the_users_text_is_put_in_as_it_is() -> None:
    assert reason("PD101").say("f({x!r}, '{what}')").startswith("f({x!r}, '{what}') may do anything")


def test_a_code_of_a_newer_version_is_told_as_such() -> None:
    assert "does not know" in reason("PD999").say("this") and reason("PD999").code == "PD999"


def test_the_page_has_a_section_per_code() -> None:
    page = reasons_page()
    assert re.findall(r"^### (PD\d{3})", page, re.M) == CODES
    assert page.count("**What to do.**") == len(CODES) and "{what}" not in page
