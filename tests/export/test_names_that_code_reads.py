"""The names that code needs from its module: all of them, and no others."""

from __future__ import annotations

import pytest

from pydron.export.names import attribute_chains, read_by_code, read_by_text, read_when_defined

TEXTS = [
    ("def f(a, b=B): return a + b + G", "B G"),
    ("def f():\n    x = 1\n    return [x + y for y in Z]", "Z"),
    ("def f():\n    def g():\n        return inner(x)\n    x = 1\n    return g", "inner"),
    ("def f():\n    global G\n    G = 1", ""),
    ("def f():\n    global G\n    G += 1", "G"),
    ("def f(): return f", ""),
    ("@decorate\ndef f(x: A) -> B: pass", "decorate"),
    ("class C(Base, metaclass=Meta):\n    x: T = N\n    y = x\n    def m(self): return h(self)", "Base Meta N T h"),
    ("if True:\n    def f(): return g()", "g"),
    ("f = lambda x: x * K", "K"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), TEXTS)
def test_names_of_a_text(text: str, names: str) -> None:
    assert " ".join(read_by_text(text)) == names


def test_names_needed_at_once_and_names_needed_later() -> None:
    text = "@now\nclass C(Base):\n    x = N\n    def m(self, y=D): return later()"
    assert read_when_defined(text) == ("Base", "D", "N", "now")
    assert read_by_text(text) == ("Base", "D", "N", "later", "now")


def test_names_of_live_code_with_nested_code() -> None:
    def function(a):  # type: ignore[no-untyped-def]
        class Inner:
            x = pytest
            y = x

        return [len(str(b)) for b in a], lambda: Inner, TEXTS

    assert set(read_by_code(function.__code__)) >= {"pytest", "len", "str", "TEXTS"}
    assert not {"a", "b", "x", "Inner"} & set(read_by_code(function.__code__))


def test_attribute_chains_are_whole() -> None:
    assert set(attribute_chains("a.b.c(a.d, x.a.e)\na", "a")) == {"a.b.c", "a.b", "a.d"}
