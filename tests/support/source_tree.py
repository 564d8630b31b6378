"""The project's own source, parsed: what the architecture tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pydron", "pydron_runtime", "pydron_viz")

When = Literal["loading", "calling", "typing"]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module.

    Attributes:
        target: Dotted name of the module that is loaded. ``from a import b`` has target ``a.b`` where that is
            a module of this project, else ``a``.
        name: The name taken from the module, or "" for a plain import.
        when: ``loading`` the module, ``calling`` a function of it, or ``typing`` only (under ``TYPE_CHECKING``).
    """

    target: str
    name: str
    line: int
    when: When


@dataclass(frozen=True, slots=True)
class Module:
    """One source file.

    Attributes:
        name: Dotted module name for files of the packages, else the path without suffix.
    """

    name: str
    path: Path
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def place(self, line: int) -> str:
        """``path:line``, for messages."""
        return f"{self}:{line}"

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.text.splitlines())

    def definitions(self) -> Iterator[Definition]:
        """Every function and class, nested ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, Definition):
                yield node


def _parse(path: Path, name: str) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(name, path, text, ast.parse(text, str(path)))


@cache
def package_modules() -> tuple[Module, ...]:
    """All modules of the three packages."""
    found = []
    for source in sorted((ROOT / "packages").glob("*/src")):
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            found.append(_parse(path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)))
    return tuple(found)


@cache
def other_files() -> tuple[Module, ...]:
    """Tests, examples, benchmarks and tools."""
    found = []
    for folder in ("tests", "examples", "benchmarks", "tools", "docs"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.append(_parse(path, path.relative_to(ROOT).with_suffix("").as_posix()))
    return tuple(found)


@cache
def module_names() -> frozenset[str]:
    """Dotted names of all modules of the three packages."""
    return frozenset(module.name for module in package_modules())


def imports_of(module: Module) -> Iterator[Import]:
    """All imports of a module, those inside functions included."""
    yield from _imports(module, module.tree.body, "loading")


def _imports(module: Module, nodes: Iterable[ast.AST], when: When) -> Iterator[Import]:
    for node in nodes:
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(alias.name, "", node.lineno, when)
            case ast.ImportFrom():
                base = _absolute(module, node)
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield Import(inner if inner in module_names() else base, alias.name, node.lineno, when)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _imports(module, ast.iter_child_nodes(node), "calling" if when == "loading" else when)
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield from _imports(module, node.body, "typing")
                yield from _imports(module, node.orelse, when)
            case _:
                yield from _imports(module, ast.iter_child_nodes(node), when)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    if module.path.name != "__init__.py":
        parts = parts[:-1]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])
