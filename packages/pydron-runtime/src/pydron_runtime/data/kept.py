"""Kept values: what a worker keeps for later calls, in memory or, where that runs short, in files (ADR 25)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydron_runtime.data.extents import Extent
from pydron_runtime.data.held import Held, footprint
from pydron_runtime.data.payload import Mapped, Payload, Place, TransportError, dump, load, streamed

if TYPE_CHECKING:
    from pydron_runtime.data.segments import Segment

OWN_FROM = 8 * 1024 * 1024
"""Parts of at least this many bytes lie in a file of their own, and are mapped; smaller ones share one, so that many
small values do not take many descriptors."""


class _Filed:
    """A payload in files.

    Attributes:
        parts: The pickle and then its buffers: each a segment of its own, or offset and size in ``shared``; or where
            somebody else has it.
    """

    __slots__ = ("parts", "shared")

    def __init__(self, parts: Sequence[Extent | Segment | tuple[int, int]]) -> None:
        self.parts = parts
        self.shared: Segment | None = None

    def payload(self) -> Payload:
        from pydron_runtime.data import segments

        def read(place: int, size: int) -> bytes:
            assert self.shared is not None
            return segments.read(self.shared, place, size)

        data, *buffers = (read(*part) if isinstance(part, tuple) else part for part in self.parts)
        return Payload(data if isinstance(data, bytes) else segments.content(data), tuple(buffers))


class Kept:
    """A value that a worker keeps: the object itself, its serialised form, or files that hold that form.

    Any thread may read it while another one puts it away.
    """

    __slots__ = ("_form",)

    def __init__(self, form: Held | Payload) -> None:
        self._form: Held | Payload | _Filed = form

    @property
    def in_memory(self) -> int:
        """Bytes of memory that would be free if it were put away."""
        form = self._form
        if isinstance(form, Held):
            return footprint(form.value)
        if isinstance(form, Payload):
            return len(form.data) + sum(len(buffer) for buffer in form.buffers if isinstance(buffer, bytes))
        return 0

    def value(self, mapped: Mapped | None = None) -> Any:
        """The object that was kept, or a fresh one like it.

        Args:
            mapped: Maps the segments of others; None: each is mapped anew.

        Raises:
            Exception: Whatever unpickling raises.
        """
        form = self._form
        if isinstance(form, Held):
            return form.value
        return load(form.payload() if isinstance(form, _Filed) else form, mapped=mapped)

    def payload(self, place: Place | None = None) -> Payload:
        """Its serialised form, for somebody else.

        Args:
            place: Where large buffers go; None: into bytes.

        Raises:
            TransportError: It cannot be pickled.
        """
        form = self._form
        if isinstance(form, Held):
            return form.payload(place)
        return streamed(form.payload()) if isinstance(form, _Filed) else form


def put_away(values: Sequence[Kept]) -> bool:
    """Put values into files without a name, which go with the last reference to them. False if there is no room, or
    one cannot be serialised: then all stay as they are."""
    from pydron_runtime.data import segments  # late: most workers never need it

    filed: list[tuple[Kept, _Filed]] = []
    small = segments.make_on_disk(_small_parts(values, filed))
    if small is None or len(filed) < len(values):
        return False
    for kept, form in filed:
        form.shared = small if len(small) else None
        kept._form = form
    return True


def _small_parts(values: Sequence[Kept], filed: list[tuple[Kept, _Filed]]) -> Iterator[bytes]:
    """Serialise values one after the other, put large parts into files, and give the others to be written to one file.

    Ends before a value that cannot be put away.

    Args:
        filed: The values so far with where their parts lie, or will.
    """
    end = 0
    for kept in values:
        parts = _parts_of(kept._form)
        if parts is None:
            return
        placed: list[Extent | Segment | tuple[int, int]] = []
        for part in parts:
            own = _on_disk(memoryview(part)) if isinstance(part, bytes) and len(part) >= OWN_FROM else part
            if isinstance(own, bytes):
                yield own
                placed.append((end, len(own)))
                end += len(own)
            else:
                placed.append(own)
        filed.append((kept, _Filed(placed)))


def _parts_of(form: Held | Payload | _Filed) -> Sequence[bytes | Extent | Segment] | None:
    """The pickle and its buffers, large ones of an object on disk already; None if that cannot be."""
    if isinstance(form, _Filed):
        return None
    if isinstance(form, Held):
        try:
            form = dump(form.value, "result", _on_disk)
        except TransportError:
            return None
    return form.data, *form.buffers


def _on_disk(raw: memoryview) -> bytes | Segment:
    from pydron_runtime.data import segments

    return (segments.make_on_disk([raw]) if raw.nbytes >= OWN_FROM else None) or raw.tobytes()
