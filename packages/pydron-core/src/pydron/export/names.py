"""Which global names a piece of code reads: what has to be there for it to run elsewhere."""

from __future__ import annotations

import ast
import dis
import symtable
import types
from collections.abc import Iterator

_READS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_STORES = frozenset({"STORE_NAME"})
_UNEVALUATED_ANNOTATIONS = "from __future__ import annotations\n"


def read_by_code(code: types.CodeType) -> tuple[str, ...]:
    """Global names that a code object, or code nested in it, reads; in order, builtins among them."""
    found: dict[str, None] = {}
    bound: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in _STORES:
            bound.add(instruction.argval)
        elif instruction.opname in _READS and instruction.argval not in bound:
            found[instruction.argval] = None
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found.update(dict.fromkeys(read_by_code(constant)))
    return tuple(found)


def read_by_text(text: str) -> tuple[str, ...]:
    """Global names that statements at module level read, nested code included; sorted, builtins among them.

    Annotations of functions do not count: they are not evaluated where the text is executed.

    Raises:
        SyntaxError: The text is not Python.
    """
    return _free(text, nested=True)


def read_when_defined(text: str) -> tuple[str, ...]:
    """Those of :func:`read_by_text` that are read while the text is executed, not later when it is called."""
    return _free(text, nested=False)


def read_by_signature(signature: str) -> tuple[str, ...]:
    """Names that the default values of a parameter list read; () where it is not Python."""
    try:
        return read_when_defined(f"def _({signature}): pass")
    except (SyntaxError, ValueError):
        return ()


def _free(text: str, nested: bool) -> tuple[str, ...]:
    # A class evaluates its annotations, a function carried as text does not.
    tree = ast.parse(text)
    prefix = "" if any(isinstance(node, ast.ClassDef) for node in tree.body) else _UNEVALUATED_ANNOTATIONS
    table = symtable.symtable(prefix + text, "<text>", "exec")
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    # Symbol tables do not call `x += 1` a reference to x.
    augmented = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    return tuple(sorted(name for name in set(_referenced(table, nested, augmented)) if name not in bound))


def _referenced(table: symtable.SymbolTable, nested: bool, augmented: set[str]) -> Iterator[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        read = symbol.is_referenced() or symbol.get_name() in augmented
        if read and (top or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        if nested or inner.get_type() != "function":
            yield from _referenced(inner, nested, augmented)


def attribute_chains(text: str, name: str) -> tuple[str, ...]:
    """Dotted chains that the text reads from a name: ``a.b.c`` and its parts for ``a``."""
    found: dict[str, None] = {}
    for node in ast.walk(ast.parse(text)):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if parts and isinstance(inner, ast.Name) and inner.id == name:
            found[".".join([name, *reversed(parts)])] = None
    return tuple(found)
