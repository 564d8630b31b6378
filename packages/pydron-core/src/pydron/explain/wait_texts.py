"""The texts about waits that are no sync-points, in the form of :mod:`pydron.explain.reason_texts`.

Traces carry either a code of the catalogue of reasons, or one of these words.
"""

from __future__ import annotations

from pydron.explain.reason_texts import Text

WAITS: tuple[Text, ...] = (
    (
        "value",
        "a value was needed",
        "The program needed the value of a call that had not finished.",
        "If what follows does not depend on that value, move this line further down; else make the call faster or"
        " split it into several.",
        "Most operations on results that are not there yet are put off. This one could not be: it needs the value"
        " itself, to print it, to compare it, or to go on with it.",
    ),
    (
        "window",
        "enough calls were under way",
        "So many calls were under way that the program let them finish before it issued more.",
        "Nothing has to be done: the workers are busy. If they are not, calls are held up by an early one.",
        "The number of calls whose results do not count yet is bounded, so that a long loop does not fill memory.",
    ),
    (
        "order",
        "an earlier operation had to come first",
        "An operation had to wait for an earlier one on the same object.",
        "Give each part of the work its own list or dictionary, and join them at the end.",
        "Operations on one object happen in program order. One that was put off holds up those after it.",
    ),
    (
        "try",
        "a statement's body ended",
        "The body of a try or with statement had come to its end, and calls in it were still running.",
        "Move calls that the statement is not about out of its body.",
        "What follows a try or with statement happens when it is known whether its body has failed. Where that could be"
        " put off, the program went on meanwhile.",
    ),
    (
        "start",
        "the workers started",
        "The program waited until its workers had started.",
        "It happens once per program. Longer programs do not notice it.",
        "Workers are processes, and starting the first one takes some time.",
    ),
    (
        "end",
        "the function ended",
        "The scheduled function had come to its end, and its calls were still running.",
        "Nothing has to be done if the workers were busy meanwhile. If they were not, look at the critical path.",
        "A scheduled function returns when everything in it has finished. What the program waits for here is the"
        " work itself, unless the calls depend on one another too much.",
    ),
)
