"""``explain`` names every line that stays sequential, with code, reason in the user's names, and hint."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
from types import FunctionType
from typing import Any, cast

import pytest

import pydron
from pydron.explain.report import Report, explain
from pydron.export.globals import with_globals
from pydron.frontend.build import build_graph


@pydron.functional
def process(x: Any) -> Any:
    return x


class Tools:
    @staticmethod
    @pydron.functional
    def static(x: Any) -> Any:
        return x

    @pydron.schedule
    def run(self, xs: list[Any]) -> list[Any]:
        return [process(x) for x in xs]


SEEN: list[Any] = []


def unknown(*args: Any, **named: Any) -> Any:
    for arg in args:
        SEEN.append(arg)
    return args


@pydron.schedule
def clean(xs: list[Any]) -> list[Any]:
    return [process(x) for x in xs]


@pydron.schedule
def dirty(xs: list[Any]) -> None:
    unknown(xs)


@pydron.schedule
def recursive(n: int) -> Any:
    return process(n) if n == 0 else recursive(n - 1)


SHARED: list[Any] = []
HOLDER = Tools()


def marks(report: Report) -> dict[str, tuple[str, str]]:
    """Mark and codes of each line, by its text."""
    return {
        line.text.strip(): (line.mark, " ".join(sorted({finding.code for finding in line.findings if finding.code})))
        for line in report.lines
    }


def one(function: Any, text: str) -> tuple[str, str]:
    return marks(explain(function))[text]


def test_a_loop_over_functional_calls_is_parallel_without_remarks() -> None:
    def function(inputs):  # type: ignore[no-untyped-def]
        outputs = []  # type: ignore[var-annotated]
        for input in inputs:
            output = process(input)
            outputs = outputs + [output]
        return outputs

    report = explain(function)
    found = marks(report)
    assert found["output = process(input)"] == ("parallel", "")
    assert found["outputs = []  # type: ignore[var-annotated]"] == ("pure", "")
    assert report.sequential == () and len(report.parallel) == 1
    assert "1 functional call in parallel, nothing stands in the way" in str(report)


def test_each_kind_of_call_is_told_apart() -> None:
    callback = len

    def function(xs, arg):  # type: ignore[no-untyped-def]
        a = process(xs)
        b = Tools.static(a)
        c = [abs(x) for x in xs]
        d = clean(xs)
        e = dirty(xs)
        f = unknown(a)
        g = arg(a)
        h = callback(xs)
        i = xs.something(a)
        j = json.dumps(process(a))
        l = ", ".join(xs)  # noqa: E741
        k = missing_name(a)  # type: ignore[name-defined]  # noqa: F821
        return a, b, c, d, e, f, g, h, i, j, k, l

    found = {text[:1]: mark for text, mark in marks(explain(function)).items() if " = " in text}
    assert found == {
        "a": ("parallel", ""),
        "b": ("parallel", ""),
        "c": ("pure", ""),
        "d": ("scheduled", ""),
        "e": ("scheduled", "PD104"),
        "f": ("sync-point", "PD101"),
        "g": ("late", "PD102"),
        "h": ("pure", ""),
        "i": ("late", "PD102"),
        "j": ("parallel", ""),
        "k": ("sync-point", "PD101"),
        "l": ("pure", ""),
    }


def test_reasons_are_told_in_the_users_words() -> None:
    def function(xs):  # type: ignore[no-untyped-def]
        return process(
            unknown(len(xs), "a b",
                    key=[x for x in xs])
        )  # fmt: skip

    (finding,) = explain(function).sequential
    assert finding.what == 'unknown(len(xs), "a b", key=[x for x in xs])'
    assert finding.message.startswith(finding.what + " may do anything")
    assert finding.hint.startswith("If unknown has no side effects, put @pydron.functional on it")
    assert finding.code == "PD101" and finding.line == finding.end_line - 1


def test_code_taken_whole_is_marked_on_all_its_lines_and_names_the_calls_inside() -> None:
    def function(xs):  # type: ignore[no-untyped-def]
        a = process(xs)
        try:
            b = process(a)
        except errors():  # type: ignore[name-defined]  # noqa: F821
            b = None
        return b

    report = explain(function)
    found = marks(report)
    for text in ("try:", "b = process(a)", "except errors():  # type: ignore[name-defined]  # noqa: F821", "b = None"):
        assert found[text] == ("native", "PD201")
    assert found["a = process(xs)"] == ("parallel", "")
    line = next(line.number for line in report.lines if line.text.strip() == "try:")
    whole, inside = report.sequential
    assert whole.message == "The try statement runs as a whole, in order."
    assert inside.message == (
        f"process(a) is a functional call, but runs sequentially because of the try statement at line {line}."
    )


NATIVE = [
    ("import json", "PD208"),
    ("class Inner:", "PD206"),
    ("y = (process(x) for x in xs)", "PD209"),
]


def test_other_statements_that_are_taken_whole() -> None:
    def function(xs):  # type: ignore[no-untyped-def]
        import json

        class Inner:
            pass

        y = (process(x) for x in xs)
        return json, Inner, y

    found = marks(explain(function))
    for text, code in NATIVE:
        assert found[text][0] == "native" and code in found[text][1]


def test_generators_and_functions_that_look_at_themselves_are_taken_whole() -> None:
    def generator(xs):  # type: ignore[no-untyped-def]
        for x in xs:
            yield process(x)

    def looks(xs):  # type: ignore[no-untyped-def]
        process(xs)
        return locals()

    async def coroutine(xs):  # type: ignore[no-untyped-def]
        return process(xs)

    for function, code in ((generator, "PD204"), (looks, "PD213"), (coroutine, "PD205")):
        report = explain(function)
        assert {finding.code for finding in report.sequential} == {code}
        assert all(line.mark == "native" for line in report.lines if line.text.strip())


def test_modifications_of_what_others_may_see_are_named() -> None:
    def function(xs, table):  # type: ignore[no-untyped-def]
        own = []
        own.append(process(xs))
        own += [1]
        table["x"] = process(xs)
        SHARED.append(1)
        json.own = process(xs)  # type: ignore[attr-defined]
        HOLDER.own = process(xs)  # type: ignore[attr-defined]
        return own

    found = marks(explain(function))
    assert found["own.append(process(xs))"] == ("parallel", "") and found["own += [1]"] == ("pure", "")
    assert found['table["x"] = process(xs)'] == ("late", "PD301")
    assert found["SHARED.append(1)"] == ("pure", "")
    ignored = "  # type: ignore[attr-defined]"
    assert found[f"json.own = process(xs){ignored}"] == ("sync-point", "PD301")
    assert found[f"HOLDER.own = process(xs){ignored}"] == ("late", "PD301")


def test_decisions_that_wait_are_named() -> None:
    def function(xs):  # type: ignore[no-untyped-def]
        out = []
        for x in xs:
            y = process(x)
            if y + 1 > 3:
                break
            if y:
                out.append(y)
            if x:
                continue
        results = [process(x) for x in xs]
        for r in results:
            if r:
                return r
        return out

    found = marks(explain(function))
    assert found["if y + 1 > 3:"] == ("late", "PD401")
    assert found["if y:"] == ("pure", "") and found["if x:"] == ("pure", "")
    assert found["if r:"] == ("late", "PD401")


def test_methods_and_recursion_are_explained() -> None:
    assert one(Tools.run, "return [process(x) for x in xs]") == ("parallel", "")
    assert one(Tools().run, "return [process(x) for x in xs]") == ("parallel", "")
    (call,) = explain(recursive).parallel
    assert call.what == "process(n)"


def test_a_graph_is_explained_by_what_it_carries() -> None:
    def function(xs: Any) -> Any:
        return clean(process(xs)), unknown(len(xs))

    graph = with_globals(build_graph(cast(FunctionType, function)), function)
    report = explain(graph)
    assert {finding.what: finding.mark for finding in report.findings if finding.what} == {
        "process(xs)": "parallel",
        "clean(process(xs))": "scheduled",
        "len(xs)": "pure",
        "unknown(len(xs))": "sync-point",
    }
    assert explain(dataclasses.replace(graph, source="")).lines == ()


def test_what_is_no_plain_function_says_so() -> None:
    for thing in (len, functools.partial(process, 1), Tools, 42):
        (finding,) = explain(thing).findings
        assert finding.code == "PD216"
        assert "is not a plain Python function" in str(explain(thing))


def test_a_function_without_source_says_so() -> None:
    namespace: dict[str, Any] = {}
    exec("def function(xs): return xs", namespace)
    (finding,) = explain(namespace["function"]).sequential
    assert finding.code == "PD212" and "The source text of the function could not be found" in finding.message


def test_the_listing_shows_mark_line_and_source() -> None:
    text = str(explain(clean)).splitlines()
    number = clean.__code__.co_firstlineno
    assert text[0] == f"{__file__}:{number}: clean: 1 functional call in parallel, nothing stands in the way"
    assert text[2].split() == [str(number), "|", "@pydron.schedule"]
    assert text[4].split("|")[0].split() == ["parallel", str(number + 2)]


def test_an_undecorated_function_is_told_to_be_one() -> None:
    assert "not decorated with @pydron.schedule" in str(explain(unknown))
    assert "not decorated" not in str(explain(clean))


def test_the_document_is_json_with_everything_in_it() -> None:
    document = json.loads(explain(dirty).to_json())
    assert (document["schema"], document["version"], document["function"]) == ("pydron-explain", 1, "dirty")
    assert document["findings"][0]["code"] == "PD101" and document["findings"][0]["what"] == "unknown(xs)"
    assert [line["mark"] for line in document["lines"]] == ["", "", "sync-point"]


def test_a_notebook_gets_escaped_html() -> None:
    def function(xs):  # type: ignore[no-untyped-def]
        return unknown("<script>")

    html = explain(function)._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html


@pytest.mark.parametrize("function", [clean, dirty, recursive, Tools.run])
def test_the_public_function_gives_the_same_report(function: Any) -> None:
    assert pydron.explain(function) == explain(function)


def test_blocks_of_known_managers_are_no_sync_points() -> None:
    def function(xs):  # type: ignore[no-untyped-def]
        with contextlib.suppress(ValueError):
            a = process(xs)
        with open(xs) as file:
            b = process(xs)
        return a, b, file

    found = marks(explain(function))
    assert found["with contextlib.suppress(ValueError):"] == ("pure", "")
    assert "PD202" in found["with open(xs) as file:"][1]
