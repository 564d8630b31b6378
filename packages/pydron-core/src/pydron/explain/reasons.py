"""The catalogue of reasons why code is not run in parallel: one entry per code.

Codes are part of the interface: graphs, traces and messages carry them, and they keep their meaning. The groups:
PD1xx a call, PD2xx a statement taken whole, PD3xx a modification, PD4xx a decision that waits for a value, PD5xx a
breach of the functional promise. The texts are in :mod:`pydron.explain.reason_texts` and
:mod:`pydron.explain.promise_texts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydron.explain.promise_texts import PROMISE
from pydron.explain.reason_texts import TEXTS
from pydron.explain.wait_texts import WAITS


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not run in parallel.

    Attributes:
        code: ``PD`` and three digits.
        title: A few words.
        sentence: What is the case, with ``{what}`` for the thing meant, in the user's names.
        hint: What the user can do about it; may contain ``{what}``. "" where nothing needs to be done.
        text: For the documentation: what happens, and why.
    """

    code: str
    title: str
    sentence: str
    hint: str
    text: str

    def say(self, what: str) -> str:
        """The sentence about one thing, such as a call or a statement of the user."""
        said = self.sentence.replace("{what}", what)
        return f"T{said[1:]}" if said.startswith("the ") else said

    def advise(self, what: str) -> str:
        """The hint about one thing."""
        return self.hint.replace("{what}", what)


REASONS: dict[str, Reason] = {
    code: Reason(code, title, sentence, hint, text) for code, title, sentence, hint, text in (*TEXTS, *PROMISE)
}
"""All reasons by code, in the order of the codes."""


WORDS: dict[str, Reason] = {
    code: Reason(code, title, sentence, hint, text) for code, title, sentence, hint, text in WAITS
}
"""Why the program waited where that is no sync-point, by the words of traces."""


def reason_to_wait(code: str) -> Reason:
    """What a reason in a trace means, be it a code or a word."""
    return WORDS.get(code) or reason(code)


def reason(code: str) -> Reason:
    """The entry of a code. A code that this version does not know gets an entry that says so."""
    known = REASONS.get(code)
    if known is not None:
        return known
    return Reason(
        code,
        "not known to this version",
        "{what} runs as written, in order, for a reason that this version of Pydron does not know.",
        "Look at it with the version of Pydron that made the graph or trace.",
        "",
    )


def page_of(code: str) -> str:
    """Where the documentation explains a code: page and anchor, relative to the documentation's root."""
    return f"docs/reasons.md#{code.lower()}"


_GROUPS = (
    ("PD1", "Calls"),
    ("PD2", "Statements that are taken whole"),
    ("PD3", "Modifications"),
    ("PD4", "Decisions"),
    ("PD5", "Breaches of the functional promise"),
)

_INTRODUCTION = """\
# Why is this line not parallel?

`pydron explain FILE` names every line that does not run in parallel, with one of the codes below. The result is
always the same as without Pydron. A *sync-point* is an operation that happens exactly when it would have happened:
all that is before it has finished, nothing after it has begun.

The last group is about functional functions that do not keep their promise; [check mode](check-mode.md) finds them.
"""


def reasons_page() -> str:
    """The documentation page of all reasons, in Markdown."""
    parts = [_INTRODUCTION]
    for prefix, title in _GROUPS:
        parts.append(f"## {title}\n")
        parts += [_entry(entry) for code, entry in REASONS.items() if code.startswith(prefix)]
    return "\n".join(parts)


def _entry(entry: Reason) -> str:
    lines = [f'<a id="{entry.code.lower()}"></a>', "", f"### {entry.code}: {entry.title}", ""]
    sentence = entry.say("it")
    lines += [sentence[0].upper() + sentence[1:], "", entry.text]
    if entry.hint:
        lines += ["", f"**What to do.** {entry.advise('it')}"]
    return "\n".join(lines) + "\n"
