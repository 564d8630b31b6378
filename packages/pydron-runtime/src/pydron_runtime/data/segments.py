"""Segments: files without a name that hold the bytes of large buffers; see ADR 13.

A :class:`Segment` owns a descriptor and closes it with the last reference to it. Nothing of a segment can be left
behind: the system frees it with the last process that has it open or mapped.
"""

from __future__ import annotations

import errno
import functools
import mmap
import os
import select
import sys
import tempfile
import weakref
from collections import deque
from collections.abc import Callable, Iterable

from pydron_runtime.data.extents import Extent

MAP_FIXED = 0x10
"""Linux, on every architecture that CPython knows."""

MEMORY_VARIABLE = "PYDRON_MEMORY_MB"
"""Environment variable: megabytes of large values that one process keeps in memory; more go to disk."""

_live = 0
_held_open: dict[int, _Watched] = {}
_gone: deque[_Watched] = deque()


class SegmentGone(OSError):
    """A segment cannot be opened: its holder is dead, or has closed it."""


class Segment:
    """A segment that this process holds open.

    Who drops the last reference may be about to be interrupted (Ctrl-C), and code in Python that ran then would swallow
    the interrupt. So the descriptor is in an object that closes it in C. (It is one of ``epoll``: Python has no other
    that takes a descriptor as it is, and closes it without a warning.) What is counted follows later.

    Attributes:
        extent: What to tell others.
        descriptor: Its number in this process.
    """

    __slots__ = ("__weakref__", "_owner", "descriptor", "extent")

    def __init__(self, descriptor: int, size: int, counted: bool) -> None:
        global _live
        self._owner = select.epoll.fromfd(descriptor)
        self.descriptor = descriptor
        self.extent = Extent(host(), os.getpid(), descriptor, os.fstat(descriptor).st_ino, size)
        watched = _Watched(self, _gone.append)
        watched.counted = size if counted else 0
        _held_open[id(watched)] = watched
        _live += watched.counted

    def __len__(self) -> int:
        return self.extent.size


class _Watched(weakref.ref[Segment]):
    """Tells of the end of a segment.

    Attributes:
        counted: Bytes that it has in memory, if this process has made it.
    """

    __slots__ = ("counted",)

    counted: int


def _count() -> None:
    """Take note of the segments that have ended."""
    global _live
    while True:
        try:
            watched = _gone.popleft()
        except IndexError:
            return
        del _held_open[id(watched)]
        _live -= watched.counted


_inherited: list[object] = []
"""In a fork: owners of the parent's descriptors. The fork may have put their numbers to other uses."""


def _after_fork() -> None:
    _count()
    segments = [watched() for watched in _held_open.values()]
    _inherited.extend(segment._owner for segment in segments if segment is not None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@functools.cache
def host() -> str:
    """Identity of the set of processes that can open one another's segments."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as stream:
            return f"{stream.read().strip()} {os.readlink('/proc/self/ns/pid')} {os.getuid()}"
    except OSError:
        return ""


@functools.cache
def memory_limit() -> int:
    """Bytes of segments that one process makes in memory; what is over that goes to disk."""
    try:
        return max(0, int(os.environ[MEMORY_VARIABLE])) * 1024 * 1024
    except (KeyError, ValueError):
        return memory_of_the_machine() // 4


def memory_of_the_machine() -> int:
    """Bytes of memory that this machine has, or this control group may use."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        with open("/sys/fs/cgroup/memory.max") as stream:
            return min(total, int(stream.read()))
    except (OSError, ValueError):
        return total  # no limit, or no such file


@functools.cache
def descriptor_limit() -> int:
    """Segments that one process may hold open: the others of its descriptors are for the user's own files."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 4096 if soft == resource.RLIM_INFINITY else min(4096, soft // 4)


def is_crowded() -> bool:
    """Whether this process holds as many segments open as it may."""
    _count()
    return len(_held_open) >= descriptor_limit()


def live_bytes() -> int:
    """Bytes of the segments that this process has made and still holds."""
    _count()
    return _live


def make(content: memoryview) -> Segment | None:
    """A new segment with some content; None where there is no memory, disk, descriptor or system call for one.

    Args:
        content: Contiguous bytes.
    """
    if live_bytes() + content.nbytes <= memory_limit() and _can_be_made():
        segment = _filled(_in_memory, [content])
        if segment is not None:
            return segment
    return make_on_disk([content])


def make_on_disk(contents: Iterable[bytes | memoryview]) -> Segment | None:
    """The same on disk, however much memory there is; the contents follow one another."""
    return _filled(_on_disk, contents) if _can_be_made() else None


def _can_be_made() -> bool:
    return sys.platform.startswith("linux") and bool(host()) and not is_crowded()


def _in_memory() -> int:
    return os.memfd_create("pydron", os.MFD_CLOEXEC)


def _on_disk() -> int:
    try:
        return os.open(tempfile.gettempdir(), os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:  # a file system that has no files without a name
        descriptor, path = tempfile.mkstemp(prefix="pydron-")
        os.unlink(path)
        return descriptor


def _filled(opened: Callable[[], int], contents: Iterable[bytes | memoryview]) -> Segment | None:
    try:
        descriptor = opened()
    except OSError:
        return None
    size = 0
    try:
        for content in contents:
            view, done = memoryview(content), 0
            while done < view.nbytes:
                done += os.pwrite(descriptor, view[done:], size + done)
            size += done
    except OSError:  # no space, or no memory: said here, and not by a signal when the pages are touched
        os.close(descriptor)
        return None
    return Segment(descriptor, size, opened is _in_memory)


def adopt(extent: Extent) -> Segment:
    """Hold a segment of another process open as well, so that it outlives that process.

    Raises:
        SegmentGone: It is not there any more.
    """
    return Segment(_opened(extent), extent.size, False)


def _opened(extent: Extent) -> int:
    if extent.host != host():
        raise SegmentGone("the segment is on another machine")
    try:
        descriptor = os.open(f"/proc/{extent.pid}/fd/{extent.descriptor}", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise  # it is there; it is this process that can open nothing now
        raise SegmentGone(f"the segment cannot be opened ({error})") from None
    found = os.fstat(descriptor)
    if found.st_ino != extent.inode or found.st_size < extent.size:
        os.close(descriptor)
        raise SegmentGone("the segment was closed by its holder")
    return descriptor


def mapped(place: Extent | Segment) -> mmap.mmap:
    """The bytes of a segment, writable; what is written stays in this mapping.

    Raises:
        SegmentGone: It is not there any more.
    """
    if isinstance(place, Segment):
        return _overlay(place.descriptor, len(place), mmap.MAP_PRIVATE)
    if place.pid == os.getpid():
        return _overlay(place.descriptor, place.size, mmap.MAP_PRIVATE)
    descriptor = _opened(place)
    try:
        return _overlay(descriptor, place.size, mmap.MAP_PRIVATE)
    finally:
        os.close(descriptor)


def _overlay(descriptor: int, size: int, flags: int) -> mmap.mmap:
    """A mapping that holds no descriptor: Python's own would keep a duplicate open as long as an array lives."""
    if sys.version_info >= (3, 13):
        return mmap.mmap(descriptor, size, flags=flags, prot=mmap.PROT_READ | mmap.PROT_WRITE, trackfd=False)
    area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    put_over(area, descriptor, size, flags)
    return area


def put_over(area: mmap.mmap, descriptor: int, size: int, flags: int) -> None:
    """Put a file in the place of a mapping's memory."""
    import ctypes  # late: most programs have no large values

    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    call = _system_mmap()
    if call(address, size, mmap.PROT_READ | mmap.PROT_WRITE, flags | MAP_FIXED, descriptor, 0) != address:
        raise OSError(ctypes.get_errno(), "a segment cannot be mapped")


@functools.cache
def _system_mmap() -> Callable[..., int | None]:
    import ctypes

    call = ctypes.CDLL(None, use_errno=True).mmap
    call.restype = ctypes.c_void_p
    call.argtypes = (
        ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long
    )  # fmt: skip
    return call


def content(place: Extent | Segment) -> bytes:
    """A copy of the bytes of a segment.

    Raises:
        SegmentGone: It is not there any more.
    """
    return bytes(mapped(place))


def read(segment: Segment, place: int, size: int) -> bytes:
    """A copy of some of the bytes of a segment that this process holds."""
    return os.pread(segment.descriptor, size, place)
