"""Every file says what lives in it, every public name what it promises, and names mean something."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from source_tree import Definition, Module, other_files, package_modules

MEANINGLESS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "stuff", "tools", "core"}

EVERY_FILE = (*package_modules(), *other_files())


@pytest.mark.parametrize("module", EVERY_FILE, ids=str)
def test_a_file_says_what_lives_in_it(module: Module) -> None:
    if not module.text.strip():
        return  # an empty __init__ holds nothing
    assert ast.get_docstring(module.tree), f"{module} has no docstring"


def public_definitions(module: Module) -> Iterator[tuple[str, Definition]]:
    """Top-level functions and classes, and the methods that such classes add."""
    for definition in module.tree.body:
        if not isinstance(definition, Definition) or definition.name.startswith("_") or _overload(definition):
            continue
        yield definition.name, definition
        if not isinstance(definition, ast.ClassDef):
            continue
        for member in definition.body:
            if (
                isinstance(member, Definition)
                and not member.name.startswith("_")
                and not _inherited(definition, member)
            ):
                yield f"{definition.name}.{member.name}", member


def _decorators(definition: Definition) -> set[str]:
    return {ast.unparse(decorator).split(".")[-1] for decorator in definition.decorator_list}


def _overload(definition: Definition) -> bool:
    return "overload" in _decorators(definition)


def _inherited(owner: ast.ClassDef, member: Definition) -> bool:
    """Whether the method's meaning is told elsewhere: by the base class, the overloaded function or the property."""
    if member.name.startswith("visit_") or member.name == "generic_visit":
        return True
    decorators = _decorators(member)
    return bool(owner.bases) and "override" in decorators or bool(decorators & {"overload", "setter", "deleter"})


@pytest.mark.parametrize("module", package_modules(), ids=str)
def test_public_names_have_docstrings(module: Module) -> None:
    if any(part.startswith("_") for part in module.name.split(".")):
        return
    missing = [
        f"{module.place(definition.lineno)}: {name}"
        for name, definition in public_definitions(module)
        if not ast.get_docstring(definition)
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("module", package_modules(), ids=str)
def test_module_names_say_something(module: Module) -> None:
    wrong = set(module.name.lower().split(".")) & MEANINGLESS
    assert not wrong, f"{module}: {wrong} says nothing about what lives there"
