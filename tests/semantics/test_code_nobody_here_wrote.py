"""The standard library with every function of a module scheduled passes CPython's own tests of it.

Each plain function and method of a module is made a scheduled one, in place, so that whoever imported it earlier runs it
on the machine as well; then the tests of CPython's ``test`` package run, and the doctests of the module. What passes
with the module as it is has to pass like this.
"""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib
import inspect
import io
import types
import unittest
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import pydron
from pydron.entry import Record, make_entry
from pydron.marks import SCHEDULED

pytest.importorskip("test.test_shlex", reason="CPython's own tests are not installed")

_LAZY = 0x20 | 0x80 | 0x100 | 0x200

MODULES = {
    "_strptime": "test_strptime", "base64": "test_base64", "calendar": "test_calendar", "cmd": "test_cmd",
    "colorsys": "test_colorsys", "copy": "test_copy", "copyreg": "test_copyreg", "csv": "test_csv",
    "dataclasses": "test_dataclasses", "filecmp": "test_filecmp", "fileinput": "test_fileinput",
    "fnmatch": "test_fnmatch", "fractions": "test_fractions", "getopt": "test_getopt", "graphlib": "test_graphlib",
    "hmac": "test_hmac", "html": "test_html", "html.parser": "test_htmlparser",
    "json.decoder": "test_json.test_decode", "json.encoder": "test_json.test_indent", "mimetypes": "test_mimetypes",
    "netrc": "test_netrc", "optparse": "test_optparse", "pprint": "test_pprint", "quopri": "test_quopri",
    "reprlib": "test_reprlib", "rlcompleter": "test_rlcompleter", "sched": "test_sched", "shelve": "test_shelve",
    "shlex": "test_shlex", "string": "test_string", "symtable": "test_symtable", "tabnanny": "test_tabnanny",
    "textwrap": "test_textwrap", "timeit": "test_timeit", "urllib.parse": "test_urlparse",
    "xml.dom.minidom": "test_minidom", "zipapp": "test_zipapp",
}  # fmt: skip


def functions_of(module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Every function and method that a module defines, generators and coroutines left out."""
    seen: set[int] = set()

    def visit(value: Any) -> Iterator[types.FunctionType]:
        value = getattr(value, "__func__", value)
        parts = [value.fget, value.fset, value.fdel] if isinstance(value, property) else [value]
        for part in parts:
            part = part.func if isinstance(part, functools.cached_property) else part
            if id(part) in seen or getattr(part, "__module__", None) != module.__name__:
                continue
            seen.add(id(part))
            if isinstance(part, types.FunctionType) and not part.__code__.co_flags & _LAZY:
                yield part
            elif inspect.isclass(part):
                for inner in list(vars(part).values()):
                    yield from visit(inner)

    for value in list(vars(module).values()):
        yield from visit(value)


@contextlib.contextmanager
def scheduled(module: types.ModuleType) -> Iterator[list[Record]]:
    """While active, the functions of a module are scheduled ones, under whatever name somebody has them."""
    kept = []
    try:
        for function in list(functions_of(module)):
            copy = types.FunctionType(
                function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
            )
            copy.__kwdefaults__ = function.__kwdefaults__
            copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
            record = Record(copy, strict=False)
            make_entry(record)
            kept.append((function, function.__code__, record))
            function.__code__ = record.entry.__code__
            function.__dict__[SCHEDULED] = record
            record.entry = function
        yield [record for _, _, record in kept]
    finally:
        for function, code, _ in kept:
            function.__code__ = code
            function.__dict__.pop(SCHEDULED, None)


def failures(test: str, module: types.ModuleType) -> set[str]:
    """The tests that fail: of CPython's test module, and of the module's own doctests."""
    suite = unittest.defaultTestLoader.loadTestsFromName(f"test.{test}")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        result = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
        root = importlib.import_module(module.__name__.partition(".")[0])
        examples = doctest.testmod(module, extraglobs={root.__name__: root})
    assert result.testsRun > 0
    failed = {case.id() for case, _ in (*result.failures, *result.errors)}
    return failed | {f"doctest {number}" for number in range(examples.failed)}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_a_module_passes_its_own_tests_on_the_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(name)
    expected = failures(MODULES[name], module)
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    with pydron.configure(executor="inline"), scheduled(module) as records:
        seen = failures(MODULES[name], module)
    assert seen <= expected
    assert [record for record in records if record.compiled], "none of its functions came to the machine"
