"""Graphs as JSON documents: exact, canonical, and checked on the way in.

A document is ``{"schema": "pydron-graph", "version": 1, "graph": {...}}``. The codec follows the dataclasses of
:mod:`pydron.ir.nodes` field by field, so that a new field or node kind needs no code here:

* a dataclass is an object with its fields in their order; a :class:`~pydron.location.Span` is an array of its four
  numbers; a tuple is an array;
* a member of a union of dataclasses (a node) carries the name of its class as ``"node"``, first.

The same graph always gives the same text, and reading that text gives an equal graph. Reading is strict: every
field must be there with its type, and nothing else. Nothing in a document is executed by reading it.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable
from typing import Any, Literal

from pydron.errors import GraphFormatError
from pydron.ir.nodes import SCHEMA_VERSION, Graph, Input, Output, Region
from pydron.location import Span

SCHEMA = "pydron-graph"
"""What the field ``schema`` of every document says."""

_TAG = "node"
_COMPACT: frozenset[type] = frozenset({Span})
_CUT_OFF = "The text is not a complete JSON document: {reason}. It was cut off or changed; export the graph again."

Encoder = Callable[[Any], Any]
Decoder = Callable[[Any, str], Any]


def to_json(graph: Graph) -> str:
    """The canonical document of a graph: one line of ASCII text.

    Raises:
        GraphFormatError: The graph is nested too deeply for JSON.
    """
    try:
        document = {"schema": SCHEMA, "version": SCHEMA_VERSION, "graph": _codec(Graph)[0](graph)}
        return json.dumps(document, separators=(",", ":"))
    except RecursionError:
        raise GraphFormatError(f"The graph of {graph.qualname!r} is nested too deeply to be written as JSON.") from None


def from_json(text: str) -> Graph:
    """The graph of a document.

    Raises:
        GraphFormatError: The text is not such a document, or one of a version that this Pydron does not know.
    """
    try:
        document = json.loads(text, object_pairs_hook=_unique)
        return typing.cast(Graph, _codec(Graph)[1](_body(document), "$.graph"))
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise GraphFormatError(_CUT_OFF.format(reason=reason)) from None
    except RecursionError:
        raise GraphFormatError("The document is nested too deeply to be a graph.") from None
    except (TypeError, ValueError, UnicodeError) as error:
        raise GraphFormatError(_CUT_OFF.format(reason=str(error))) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise GraphFormatError(f"The field {twice!r} appears twice in one object. Export the graph again.")
    return found


def _body(document: Any) -> Any:
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise GraphFormatError(
            f'This is not a graph: the field "schema" must be "{SCHEMA}". Give a document made by Graph.to_json().'
        )
    version = document.get("version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise GraphFormatError(
            f"The graph has schema version {version!r}; this Pydron reads version {SCHEMA_VERSION}. "
            "Install the Pydron that wrote it, or export the graph again.",
            "$.version",
        )
    _fields(document, ("schema", "version", "graph"), "$")
    return document["graph"]


@functools.cache
def _codec(kind: Any) -> tuple[Encoder, Decoder]:
    """How values of an annotated type are written and read."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (str, int, bool):
        return _same, functools.partial(_plain, kind)
    if origin is Literal:
        return _same, functools.partial(_literal, arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        return _array(arguments[0])
    if origin is tuple:
        return _fixed(arguments)
    if origin in (types.UnionType, typing.Union):
        return _optional(arguments) if type(None) in arguments else _tagged(arguments)
    if dataclasses.is_dataclass(kind):
        return _compact(kind) if kind in _COMPACT else _record(kind)
    raise TypeError(f"the document format has no form for {kind!r}")


def _same(value: Any) -> Any:
    return value


def _plain(kind: type, value: Any, path: str) -> Any:
    if type(value) is not kind:
        raise _wrong(f"a {_NAMES[kind]}", value, path)
    return value


def _literal(choices: tuple[str, ...], value: Any, path: str) -> Any:
    if type(value) is not str or value not in choices:
        raise _wrong("one of " + ", ".join(repr(choice) for choice in choices), value, path)
    return value


def _array(item: Any) -> tuple[Encoder, Decoder]:
    encode, decode = _codec(item)

    def read(value: Any, path: str) -> Any:
        if not isinstance(value, list):
            raise _wrong("an array", value, path)
        return tuple(decode(part, f"{path}[{index}]") for index, part in enumerate(value))

    return (lambda value: [encode(part) for part in value]), read


def _fixed(items: tuple[Any, ...]) -> tuple[Encoder, Decoder]:
    codecs = [_codec(item) for item in items]

    def read(value: Any, path: str) -> Any:
        if not isinstance(value, list) or len(value) != len(codecs):
            raise _wrong(f"an array of {len(codecs)}", value, path)
        return tuple(decode(part, f"{path}[{index}]") for index, ((_, decode), part) in enumerate(zip(codecs, value)))

    return (lambda value: [encode(part) for (encode, _), part in zip(codecs, value)]), read


def _optional(members: tuple[Any, ...]) -> tuple[Encoder, Decoder]:
    (member,) = (kind for kind in members if kind is not type(None))
    encode, decode = _codec(member)
    return (
        lambda value: None if value is None else encode(value),
        lambda value, path: None if value is None else decode(value, path),
    )


def _tagged(members: tuple[Any, ...]) -> tuple[Encoder, Decoder]:
    kinds = {kind.__name__: kind for kind in members}

    def write(value: Any) -> Any:
        tag = type(value).__name__
        return {_TAG: tag, **_codec(kinds[tag])[0](value)}

    def read(value: Any, path: str) -> Any:
        tag = value.get(_TAG) if isinstance(value, dict) else None
        if not isinstance(tag, str) or tag not in kinds:
            found = repr(tag) if tag is not None else _describe(value)
            raise GraphFormatError(
                f"Expected a node of a known kind ({', '.join(kinds)}), found {found}. "
                "A newer Pydron may have written it; use that one, or export the graph again.",
                path,
            )
        rest = {name: part for name, part in value.items() if name != _TAG}
        return _codec(kinds[tag])[1](rest, path)

    return write, read


def _parts(kind: Any) -> list[tuple[str, Any]]:
    hints = typing.get_type_hints(kind)
    return [(field.name, hints[field.name]) for field in dataclasses.fields(kind)]


def _record(kind: Any) -> tuple[Encoder, Decoder]:
    parts = _parts(kind)
    names = tuple(name for name, _ in parts)

    # Codecs of the fields are looked up when used: a region holds nodes, which hold regions.
    def write(value: Any) -> Any:
        return {name: _codec(hint)[0](getattr(value, name)) for name, hint in parts}

    def read(value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong("an object", value, path)
        _fields(value, names, path)
        result = kind(**{name: _codec(hint)[1](value[name], f"{path}.{name}") for name, hint in parts})
        if isinstance(result, Region):
            _bounded(result, path)
        return result

    return write, read


def _compact(kind: Any) -> tuple[Encoder, Decoder]:
    parts = _parts(kind)
    names = [name for name, _ in parts]
    _, decode = _fixed(tuple(hint for _, hint in parts))
    return (lambda value: [getattr(value, name) for name in names]), (lambda value, path: kind(*decode(value, path)))


def _fields(value: dict[str, Any], names: tuple[str, ...], path: str) -> None:
    for name in names:
        if name not in value:
            raise GraphFormatError(f"The field {name!r} is missing. Export the graph again.", path)
    for name in value:
        if name not in names:
            raise GraphFormatError(
                f"The field {name!r} is not known. A newer Pydron may have written it; use that one.", path
            )


def _bounded(region: Region, path: str) -> None:
    nodes = region.nodes
    if len(nodes) < 2 or not isinstance(nodes[0], Input) or not isinstance(nodes[-1], Output):
        raise GraphFormatError("A region must begin with an Input and end with an Output.", f"{path}.nodes")


_NAMES: dict[Any, str] = {str: "text", int: "whole number", bool: "truth value"}


def _describe(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True) if not isinstance(value, (dict, list)) else ""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return text if len(text) <= 60 else text[:57] + "..."


def _wrong(expected: str, value: Any, path: str) -> GraphFormatError:
    return GraphFormatError(f"Expected {expected}, found {_describe(value)}. Export the graph again.", path)
