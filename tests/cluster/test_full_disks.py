"""Hosts whose disk is full: what they make lies in memory and goes out, so programs do not notice."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_processes import Cluster, until


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path) -> None:
    file = os.open(folder / "filling", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(file, bytes(4096))
    os.close(file)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs the administrator")
def test_hosts_with_full_disks_work(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    with _small_disk(tmp_path / "disk") as disk:
        try:
            cluster.scheduler("--heartbeat", "0.25")
            for name in ("a", "b"):
                cluster.host("--slots", "1", name=name, TMPDIR=str(disk))
            cluster.await_slots(2)
            _fill(disk)
            process = cluster.program(programs.write(tmp_path, programs.BETWEEN), 2_000_000, 4)
            assert cluster.result(process) == "right 8000000\n"
            cluster.host("--slots", "1", name="late", TMPDIR=str(disk))
            until(lambda: sum(host["slots"] for host in cluster.situation()["workers"]) == 3, "a host that comes later")
        finally:
            cluster.close()
