"""What is written and cannot be read back is found out where it is written, once per class."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_runtime.data.payload import Payload, TransportError, load
from pydron_runtime.data.readable import dump_readable
from pydron_runtime.data.references import Reference, resolving


class Odd(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} {second}")


class Proxy:
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Counted:
    read = 0

    def __init__(self) -> None:
        self.state = 1

    def __setstate__(self, state: dict[str, Any]) -> None:
        Counted.read += 1
        vars(self).update(state)


def arguments(*values: Any) -> Payload:
    return dump_readable((values, {}), "arguments")


@pytest.mark.parametrize("value", [Odd(1, 2), Proxy("x"), [{"deep": Proxy([])}]])
def test_what_cannot_be_read_back_does_not_travel(value: object) -> None:
    for _ in range(2):
        with pytest.raises(TransportError, match="arguments cannot be read back"):
            arguments(value)


def test_a_class_is_tried_once() -> None:
    for _ in range(3):
        arguments(Counted(), Counted())
    assert Counted.read == 2


def test_what_refers_to_values_that_are_not_there_is_not_tried() -> None:
    class Late:
        def __setstate__(self, state: dict[str, Any]) -> None:
            self.value = state["value"] + 1

    late = Late()
    late.value = Reference(7)
    payload = arguments(late)
    with resolving({7: 41}.__getitem__):
        ((found,), _) = load(payload)
    assert found.value == 42
