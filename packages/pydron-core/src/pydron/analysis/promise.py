"""What the source of a functional function shows of breaches of its promise, before anything runs.

Input: a live function and its syntax. Output: what it certainly does if the statement is reached: stores into
arguments, into global variables and objects, into variables of enclosing functions; numbers drawn from the global
generators; files written by functions known for it.

Certain means certain: a parameter that is bound again is no argument any more, and what a call of an unknown function
does is not guessed. The rest is for check mode to see as it runs.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from pydron.analysis.names import bound_names
from pydron.frontend.source import find_source

_CHANGING = frozenset(
    "add append appendleft clear discard extend extendleft fill insert popleft remove reverse setdefault sort "
    "update rotate put itemset resize writerow writerows".split()
)
"""Names of methods that change their object. They count where nobody uses what they return."""

_TAKING = frozenset({"pop", "popitem", "popleft", "setdefault"})
"""Names of methods that change their object also where their result is used."""

_WRITERS: dict[str, frozenset[str]] = {
    "os": frozenset(
        "chdir chmod chown link makedirs mkdir putenv remove removedirs rename renames replace rmdir symlink truncate "
        "unlink unsetenv utime".split()
    ),
    "posix": frozenset(
        "chdir chmod chown link mkdir putenv remove rename replace rmdir symlink truncate unlink utime".split()
    ),
    "shutil": frozenset("copy copy2 copyfile copytree move rmtree".split()),
    "numpy": frozenset("save savetxt savez savez_compressed".split()),
}
"""Module -> functions that write files."""

_WRITING_METHODS = frozenset({"write_text", "write_bytes", "to_csv", "to_parquet", "to_pickle", "savefig"})
"""Names of methods that hardly any class has unless they write a file."""

_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Sign:
    """A breach that the source shows.

    Attributes:
        code: Of the catalogue of reasons.
        subject: The variable or function meant.
        what: A clause in the user's names.
    """

    code: str
    line: int
    subject: str
    what: str


def signs_of(function: FunctionType) -> tuple[Sign, ...]:
    """The breaches that the source of a function shows, by line. Reads its file; () where there is no source."""
    source = find_source(function)
    if source is None:
        return ()
    found = {(sign.code, sign.subject): sign for sign in reversed(list(_Reading(function, source.tree).signs()))}
    return tuple(sorted(found.values(), key=lambda sign: (sign.line, sign.code, sign.subject)))


class _Reading:
    """Goes through the syntax of one function."""

    def __init__(self, function: FunctionType, tree: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self._function = function
        self._name = function.__qualname__
        body: list[ast.stmt] = [ast.Expr(tree.body)] if isinstance(tree, ast.Lambda) else tree.body
        self._nodes = [node for statement in body for node in ast.walk(statement)]
        shared = [node for node in self._nodes if isinstance(node, (ast.Global, ast.Nonlocal))]
        self._declared = {name: type(node) for node in shared for name in node.names}
        arguments = tree.args
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        bound = set().union(*bound_names(body), _named(self._nodes)) - set(self._declared)
        # A nested function may have a parameter or a variable of the same name: then nothing is certain.
        hidden = {node.arg for node in self._nodes if isinstance(node, ast.arg)}
        self._arguments = {argument.arg for argument in parameters} - bound - hidden
        self._locals = bound | hidden | {a.arg for a in (*parameters, arguments.vararg, arguments.kwarg) if a}
        self._may_be_temporary = any(map(_makes_temporary, map(function.__globals__.get, function.__code__.co_names)))
        self._discarded = {id(node.value) for node in self._nodes if isinstance(node, ast.Expr)}

    def signs(self) -> Iterator[Sign]:
        """Everything; where temporary files are made, nothing of files: they may be gone when the call ends."""
        for node in self._nodes:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield from self._rebound(node)
            elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                yield from self._changed(node, node.value)
            elif isinstance(node, ast.Call):
                yield from self._called(node)

    def _rebound(self, node: ast.Name) -> Iterator[Sign]:
        """A variable that is declared to be somebody else's is bound or deleted."""
        kind = self._declared.get(node.id)
        if kind is ast.Global:
            yield self._sign("PD502", node, node.id, f"writes the global variable {node.id!r}")
        elif kind is ast.Nonlocal and node.id in self._function.__code__.co_freevars:
            yield self._sign("PD503", node, node.id, f"writes {node.id!r} of the function around it")

    def _changed(self, node: ast.expr, target: ast.expr, what: str = "") -> Iterator[Sign]:
        """Something of an object is stored or deleted, or a method changes it."""
        root = target
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if not isinstance(root, ast.Name):
            return
        name, text = root.id, what or ast.unparse(node)
        if name in self._arguments:
            yield self._sign("PD501", node, name, f"modifies its argument {name!r} ({text})")
        elif name in self._locals or name in self._declared:
            return
        elif name in self._function.__code__.co_freevars:
            yield self._sign("PD503", node, name, f"modifies {name!r} of the function around it ({text})")
        elif ast.unparse(target) == "os.environ" and self._function.__globals__.get(name) is sys.modules.get("os"):
            yield self._sign("PD507", node, "os.environ", f"writes the environment ({text})")
        elif name in self._function.__globals__ and not (what and self._is_module(target)):
            itself = self._function.__globals__[name]
            if isinstance(itself, FunctionType) and itself.__qualname__ == self._name:
                yield self._sign("PD503", node, name, f"modifies an attribute of itself ({text})")
            else:
                yield self._sign("PD502", node, name, f"modifies the global {name!r} ({text})")

    def _is_module(self, target: ast.expr) -> bool:
        """Whether the object of a method call is a module: then the method is a function."""
        return isinstance(self._meaning(target), ModuleType)

    def _called(self, node: ast.Call) -> Iterator[Sign]:
        callee = node.func
        if isinstance(callee, ast.Attribute):
            name = callee.attr
            if name in _TAKING or name in _CHANGING and id(node) in self._discarded:
                yield from self._changed(node, callee.value, ast.unparse(node))
            if name in _WRITING_METHODS and not self._may_be_temporary:
                yield self._sign("PD507", node, name, f"writes a file ({ast.unparse(node)})")
                return
        found = self._meaning(callee)
        if found is _MISSING:
            return
        if found is not None and found is getattr(sys.modules.get("numpy.random"), "seed", None):
            yield self._sign("PD505", node, "numpy.random", "seeds the global generator of random numbers")
            return
        owner = getattr(found, "__self__", None)
        if owner is not None and any(owner is generator for generator in _global_generators()):
            text = ast.unparse(callee)
            yield self._sign(
                "PD505", node, generator_name(owner), f"uses the global generator of random numbers ({text})"
            )
        elif not self._may_be_temporary and (found is open and _writes(_mode(node)) or _is_writer(found)):
            text = ast.unparse(node)
            yield self._sign("PD507", node, ast.unparse(callee), f"writes a file ({text})")

    def _meaning(self, node: ast.expr) -> Any:
        """What a dotted global name means; no code of the user's runs."""
        if isinstance(node, ast.Name):
            if node.id in self._locals:
                return _MISSING
            return self._function.__globals__.get(node.id, getattr(builtins, node.id, _MISSING))
        if isinstance(node, ast.Attribute):
            owner = self._meaning(node.value)
            if owner is sys.modules.get("numpy") and owner is not None and node.attr == "random":
                return owner.random  # numpy loads it when it is first asked for
            return vars(owner).get(node.attr, _MISSING) if isinstance(owner, ModuleType) else _MISSING
        return _MISSING

    def _sign(self, code: str, node: ast.AST, subject: str, what: str) -> Sign:
        return Sign(code, getattr(node, "lineno", 0), subject, f"{self._name} {what}")


def _named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that statements bind which hold the name as a text."""
    for node in nodes:
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _global_generators() -> Iterable[Any]:
    """The generators behind the functions of ``random`` and ``numpy.random``, as far as these are loaded."""
    if "random" in sys.modules:
        yield getattr(sys.modules["random"], "_inst", _MISSING)
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        yield getattr(getattr(numpy, "random_sample", None), "__self__", _MISSING)


def generator_name(generator: Any) -> str:
    """What the module of a global generator of random numbers is called."""
    return "random" if type(generator).__module__ == "random" else "numpy.random"


def _is_writer(found: Any) -> bool:
    return getattr(found, "__name__", "") in _WRITERS.get(str(getattr(found, "__module__", "")), ())


def _mode(node: ast.Call) -> str:
    given = [keyword.value for keyword in node.keywords if keyword.arg == "mode"] or node.args[1:2]
    value = given[0] if given else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else "r"


def _writes(mode: str) -> bool:
    return any(letter in mode for letter in "wax+")


def _makes_temporary(found: Any) -> bool:
    """Whether this is the module that makes temporary files, or something of it."""
    return found is not None and "tempfile" in (getattr(found, "__name__", ""), getattr(found, "__module__", ""))
