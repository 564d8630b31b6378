"""Containers know which placeholders they hold, at any depth, and are filled in without being otherwise touched."""

from __future__ import annotations

from typing import Any

from pydron_runtime.machine.order.containers import Containers, fill_container
from pydron_runtime.machine.values.pending import Pending


class Box:
    def __init__(self, **named: Any) -> None:
        self.__dict__.update(named)


def test_only_containers_that_hold_placeholders_are_tracked() -> None:
    containers = Containers()
    plain, holding = [1, [2]], [Pending()]
    containers.track_if(plain, *plain)
    containers.track_if(holding, *holding)
    assert plain not in containers and holding in containers


def test_a_container_of_a_tracked_container_is_tracked() -> None:
    containers = Containers()
    inner: list[Any] = [Pending()]
    containers.track_if(inner, *inner)
    outer = {"k": inner}
    containers.track_if(outer, *outer.values())
    assert containers.holds_pending(outer)
    assert list(containers.inside(outer)) == inner


def test_placeholders_are_found_at_any_depth_each_container_once() -> None:
    containers = Containers()
    pending = Pending()
    inner: list[Any] = [pending]
    box = Box(items=inner)
    loop: list[Any] = [box, inner]
    loop.append(loop)
    for container in (inner, box, loop):
        containers.track(container)
    assert list(containers.inside(loop)).count(pending) == 1


def test_filling_replaces_exactly_the_placeholders_that_have_values() -> None:
    containers = Containers()
    there, missing, value = Pending(), Pending(), [7]
    there.settle(value)
    elements: list[Any] = [1, there, missing, there]
    mapping: dict[str, Any] = {"a": there, "b": missing}
    box = Box(x=there)
    for container in (elements, mapping, box):
        containers.track(container)
    containers.fill()
    assert elements[1] is value and elements[3] is value and elements[2] is missing
    assert mapping["a"] is value and list(mapping) == ["a", "b"]
    assert box.__dict__["x"] is value
    assert elements in containers and mapping in containers and box not in containers


def test_an_outer_container_stays_tracked_while_an_inner_one_holds_a_placeholder() -> None:
    containers = Containers()
    pending = Pending()
    inner: list[Any] = [pending]
    outer = [[inner]]
    containers.track(inner)
    containers.track(outer[0])
    containers.track(outer)
    containers.fill()
    assert outer in containers
    pending.settle(1)
    containers.fill()
    assert len(containers) == 0 and outer == [[[1]]]


def test_a_value_that_was_filled_in_no_longer_travels_by_reference() -> None:
    """The program may change the object from now on."""
    pending = Pending()
    pending.task = 3
    pending.settle([1])
    container = [pending]
    assert not fill_container(container)
    assert pending.task is None


def test_containers_that_nobody_else_holds_are_forgotten() -> None:
    """A loop such as ``out = out + [f(x)]`` makes a new container each time."""
    containers = Containers()
    pending = Pending()
    out: list[Any] = []
    for _ in range(3000):
        out = [*out[-3:], pending]
        containers.track(out)
    assert len(containers) < 600
    assert out in containers
