"""Files, functions and classes stay small enough to be held in the head. There is no list of exceptions."""

from __future__ import annotations

import ast

import pytest
from source_tree import Definition, Module, other_files, package_modules

FILE_LINES = 400
FUNCTION_LINES = 60
CLASS_LINES = 250

EVERY_FILE = (*package_modules(), *other_files())


def extent(definition: Definition) -> int:
    """Lines of a whole definition, decorators and docstring included."""
    first = min([definition.lineno, *(decorator.lineno for decorator in definition.decorator_list)])
    return (definition.end_lineno or first) - first + 1


@pytest.mark.parametrize("module", EVERY_FILE, ids=str)
def test_a_file_is_short(module: Module) -> None:
    assert module.lines <= FILE_LINES, f"{module} has {module.lines} lines; split it by idea"


@pytest.mark.parametrize("module", EVERY_FILE, ids=str)
def test_functions_and_classes_are_short(module: Module) -> None:
    wrong = []
    for definition in module.definitions():
        limit = CLASS_LINES if isinstance(definition, ast.ClassDef) else FUNCTION_LINES
        if extent(definition) > limit:
            wrong.append(f"{module.place(definition.lineno)}: {definition.name}: {extent(definition)} lines")
    assert not wrong, "\n".join(wrong)
