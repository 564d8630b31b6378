"""Which functions look at their own frame.

They find there their own variables, the line at which they stand, and the frames around them. The machine executes a
function's operations from frames of its own, so such a function runs as it is written, with nothing in between.
"""

from __future__ import annotations

from types import CodeType

_LOOKING = frozenset(
    {
        "_getframe",
        "breakpoint",
        "currentframe",
        "extract_stack",
        "format_stack",
        "getouterframes",
        "print_stack",
        "set_trace",
        "stack",
        "walk_stack",
    }
)
"""Names of functions of Python's library that give, show or stop at the frame that calls them."""


def looked_at_with(code: CodeType) -> str:
    """The name with which code looks at its own frame; "" if it does not, as far as its names tell."""
    for name in code.co_names:
        # Many objects have a "stack"; that of ``inspect`` is meant where the module is named, too.
        if name in _LOOKING and (name != "stack" or "inspect" in code.co_names):
            return name
    return ""
