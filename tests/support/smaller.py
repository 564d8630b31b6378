"""Makes a failing program small: leaves out what the failure does not need.

A greedy search over the syntax tree. Each step leaves out a statement, puts the body of a compound statement in its
place, or puts a part of an expression in the place of the whole; a step that keeps the failure is kept. It ends when
no single step does.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any


def smaller(text: str, fails: Callable[[str], bool]) -> str:
    """A program that fails as well, as short as single steps make it.

    Args:
        text: A program that fails.
        fails: Whether a program still shows the failure. Programs that it is given are valid syntax.
    """
    tree = ast.parse(text)
    done = False
    while not done:
        done = True
        for step in _steps(tree):
            undo = step()
            shorter = ast.unparse(ast.fix_missing_locations(tree))
            if _is_program(shorter) and fails(shorter):
                done = False
            else:
                undo()
    return ast.unparse(tree)


Undo = Callable[[], None]


def _is_program(text: str) -> bool:
    try:
        compile(text, "<smaller>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _steps(tree: ast.Module) -> Iterator[Callable[[], Undo]]:
    """Steps to try, one after the other, in the tree as it is by then; large ones first."""
    for size in (8, 4, 2, 1):
        for block in _blocks(tree):
            start = len(block) - size
            while start >= 0:
                yield lambda: _exchange(block, start, size, [])
                start -= size
    for block in _blocks(tree):
        for index in range(len(block) - 1, -1, -1):
            for inner in _blocks(block[index]) if index < len(block) else ():
                yield lambda: _exchange(block, index, 1, list(inner))
    for parent in list(ast.walk(tree)):
        for name, value in list(ast.iter_fields(parent)):
            if isinstance(value, ast.expr):
                for part in (*_parts(value), ast.Constant(1)):
                    if ast.dump(part) != ast.dump(getattr(parent, name)):
                        yield lambda: _set(parent, name, part)
            elif isinstance(value, list) and value and isinstance(value[0], (ast.expr, ast.keyword, ast.comprehension)):
                for index in range(len(value) - 1, -1, -1):
                    yield lambda: _exchange(value, index, 1, [])
                    for part in _parts(value[index]) if index < len(value) else ():
                        yield lambda: _exchange(value, index, 1, [part])


def _parts(value: ast.AST) -> list[ast.expr]:
    return [part for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)]


def _blocks(tree: ast.AST) -> list[list[ast.stmt]]:
    """Lists of statements, outer ones first; lists of handlers and cases as well."""
    return [
        value
        for node in ast.walk(tree)
        for _, value in ast.iter_fields(node)
        if isinstance(value, list) and value and isinstance(value[0], (ast.stmt, ast.excepthandler, ast.match_case))
    ]


def _exchange(items: list[Any], start: int, size: int, other: list[Any]) -> Undo:
    before = list(items)
    items[start : start + size] = other

    def undo() -> None:
        items[:] = before

    return undo


def _set(parent: ast.AST, name: str, value: ast.expr) -> Undo:
    before = getattr(parent, name)
    setattr(parent, name, value)
    return lambda: setattr(parent, name, before)
