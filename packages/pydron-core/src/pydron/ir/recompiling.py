"""Compiles once more what Python has compiled already: it has said what it warns of, and says it only once.

``x is 1``, ``assert (test, "message")`` and their like are warned of by the compiler, ``"\\d"`` by the parser. Pydron
reads the user's source again, and emits code that has the user's expressions in it.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

_HEARD = (
    ("ignore", None, SyntaxWarning, None, 0),
    ("ignore", re.compile("invalid "), DeprecationWarning, None, 0),  # escape sequences, before Python 3.12
)


def compile_again(source: ast.Module | str, filename: str, flags: int = 0) -> Any:
    """``compile`` of a module without warnings.

    The filters are changed for the moment, and behind the back of ``warnings``: what it is told of makes it forget
    which warnings it has shown.

    Raises:
        SyntaxError, ValueError, TypeError, RecursionError: As ``compile`` does.
    """
    filters: Any = warnings.filters
    filters[:0] = _HEARD
    try:
        return compile(source, filename, "exec", flags, dont_inherit=True)
    finally:
        for heard in _HEARD:
            if heard in filters:
                filters.remove(heard)
