"""Little memory, full disks, one worker for calls within calls: as without Pydron."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from harsh_programs import (
    FULL_DISK,
    FULL_DISK_IN_THE_MIDDLE,
    LITTLE_MEMORY,
    NESTED,
    SPAWNING,
)
from odd_programs import DOUBLES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and mounts are those of Linux"),
]

SMALL = 64
"""Megabytes that containers have in ``/dev/shm``."""


def run(folder: Path, text: str, *words: str, mounts: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a script; with ``mounts`` in a mount name space of its own, which ends with it."""
    (folder / "shared.py").write_text(DOUBLES)
    (folder / "program.py").write_text(text)
    command = [sys.executable, "program.py", *words]
    if mounts:
        command = ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh", *command]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    return subprocess.run(
        command,
        cwd=folder,
        env={**kept, "PYDRON_WORKERS": "2", **settings},
        capture_output=True,
        text=True,
        timeout=100,
    )


def can_mount() -> bool:
    """Whether this user may make file systems in a name space of its own."""
    command = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    try:
        return subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    except OSError:
        return False


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, str]:
    """A directory, and what puts a disk of two megabytes there, and a small ``/dev/shm``."""
    if not can_mount():
        pytest.skip("this user may not mount anything")
    place = tmp_path / "small"
    place.mkdir()
    return place, f"mount -t tmpfs -o size=2m tmpfs {place} && mount -t tmpfs -o size={SMALL}m tmpfs /dev/shm"


def test_processes_of_the_programs_own_by_all_three_ways(tmp_path: Path) -> None:
    """Each of them may run scheduled functions, with a pool of its own."""
    finished = run(tmp_path, SPAWNING)
    ways = "".join(f"{how} [True, True]\n" for how in ("spawn", "forkserver", "fork"))
    assert finished.stdout == f"True\n{ways}True\n", finished.stderr


def test_calls_within_calls_with_one_worker(tmp_path: Path) -> None:
    finished = run(tmp_path, NESTED, PYDRON_WORKERS="1")
    assert finished.stdout == "True True\n", finished.stderr


def test_a_call_that_runs_out_of_memory_fails_as_it_would_in_the_program(tmp_path: Path) -> None:
    finished = run(tmp_path, LITTLE_MEMORY)
    assert finished.stdout == "[0, 1, 2, 3, 10] [0, 1, 2, 3, 'no memory']\n", finished.stderr


def test_a_full_disk_and_little_shared_memory(tmp_path: Path, small: tuple[Path, str]) -> None:
    """What can lie neither in memory, for there is a limit, nor on disk, travels in messages."""
    pytest.importorskip("numpy")
    place, mounts = small
    fill = f"{mounts} && head -c 1500000 /dev/zero > {place}/fill"
    settings = {"TMPDIR": str(place), "XDG_RUNTIME_DIR": str(place), "PYDRON_MEMORY_MB": "3"}
    finished = run(tmp_path, FULL_DISK, str(place), mounts=fill, **settings)
    assert (finished.stdout, finished.stderr) == ("True\n", "")


def test_a_trace_that_fills_the_disk_does_not_harm_the_program(tmp_path: Path, small: tuple[Path, str]) -> None:
    place, mounts = small
    finished = run(tmp_path, FULL_DISK_IN_THE_MIDDLE, str(place), mounts=mounts, PYDRON_TRACE=str(place / "trace"))
    assert finished.stdout == "True\n", finished.stderr
    assert "the program is not affected" in finished.stderr and "Traceback" not in finished.stderr
