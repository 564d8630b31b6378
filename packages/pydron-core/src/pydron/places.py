"""Places in source text, and entries of tracebacks that show them.

A traceback entry shows where the code of its frame stands. To show any other place, code is made that can only fail
there, and is run: its frame goes into the entry. From Python 3.11 on that includes the columns, which printed
tracebacks underline.
"""

from __future__ import annotations

import ast
import functools
import sys
from types import CodeType, TracebackType
from typing import Any, NamedTuple

from pydron.location import Span

COMPREHENSIONS_HAVE_FRAMES = sys.version_info < (3, 12)
"""Whether a list, set or dict comprehension has a frame of its own. (PEP 709 ended that.)"""

_ABSENT = "_pydron_absent_"


class Place(NamedTuple):
    """Where code stands. Lines are 1-based; columns are UTF-8 byte offsets as in ``ast``, None where nobody knows."""

    line: int
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


def place_of_span(span: Span) -> Place:
    """The place that a stretch of source text takes."""
    return Place(span.line, span.end_line, span.column, span.end_column)


def place_of_entry(entry: TracebackType) -> Place:
    """The place that a traceback entry shows."""
    return place_of_instruction(entry.tb_frame.f_code, entry.tb_lasti, line_of(entry))


def place_of_instruction(code: CodeType, instruction: int, line: int) -> Place:
    """The place that an instruction in a line was made from. Before Python 3.11 the columns are not known."""
    if sys.version_info >= (3, 11) and instruction >= 0:
        for offset, position in enumerate(code.co_positions()):
            if offset == instruction // 2:
                _, end_line, column, end_column = position
                return Place(line, end_line, column, end_column)
    return Place(line)


def line_of(entry: TracebackType) -> int:
    """The line that a traceback entry shows; the first of its code where an interrupt came before any line."""
    line: int | None = entry.tb_lineno
    return entry.tb_frame.f_code.co_firstlineno if line is None else line


@functools.lru_cache(maxsize=1024)
def last_line(code: CodeType) -> int:
    """The last line of a function."""
    return max(line for _, _, line in code.co_lines() if line is not None)


def code_at(filename: str, name: str, place: Place) -> CodeType:
    """Code of a function of this name that can only fail at this place (:func:`entry_at`)."""
    known = place.column is not None and place.end_column is not None
    position: dict[str, Any] = {
        "lineno": place.line,
        "col_offset": place.column if known else -1,  # -1: underline nothing
        "end_lineno": place.end_line or place.line,
        "end_col_offset": place.end_column if known else -1,
    }
    absent = ast.Name(_ABSENT, ast.Load(), **position)
    code = compile(ast.Module([ast.Expr(absent, **position)], []), filename, "exec", dont_inherit=True)
    if sys.version_info >= (3, 11):
        return code.replace(co_name=name, co_qualname=name)
    return code.replace(co_name=name)


def entry_at(
    code: CodeType,
    line: int,
    below: TracebackType | None,
    namespace: dict[str, Any],
    variables: dict[str, Any] | None = None,
) -> TracebackType:
    """An entry of a traceback, above others, at the place of code that :func:`code_at` has made.

    Args:
        namespace: The globals of its frame.
        variables: The local variables of its frame; None if it has none.
    """
    if "__builtins__" not in namespace:  # Python would put them in
        namespace = {**namespace, "__builtins__": {}}
    try:
        exec(code, namespace, {} if variables is None else variables)
    except NameError as error:
        assert error.__traceback__ is not None and error.__traceback__.tb_next is not None
        made = error.__traceback__.tb_next
        return TracebackType(below, made.tb_frame, made.tb_lasti, line)
    raise AssertionError("code that can only fail has not failed")
