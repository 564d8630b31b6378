"""The dask cluster that is started for a program ends with it, however the program ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from distribution_processes import until

pytestmark = pytest.mark.slow

PROGRAM = """
import os
import time
import pydron

@pydron.functional
def long(path):
    open(path, "w").close()
    time.sleep(100)

@pydron.schedule
def main(here):
    return long(here + "/begun")

pydron.configure(executor="dask://", workers=2)
main(os.getcwd())
"""


def processes_in(folder: Path) -> list[int]:
    """Processes whose environment names the folder: the program's, and all that it has started."""
    mark = f"TMPDIR={folder}".encode()
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and mark in Path(f"/proc/{entry}/environ").read_bytes().split(b"\0"):
                found.append(int(entry))
        except OSError:
            continue  # gone in the meantime
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc")
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda way: way.name)
def test_nothing_is_left_when_the_program_ends(way: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    environment.pop("XDG_RUNTIME_DIR", None)
    program = subprocess.Popen(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, restore_signals=True
    )
    until(lambda: (tmp_path / "begun").exists(), "the call has begun")
    assert len(processes_in(scratch)) >= 5  # the program, two keepers, two workers
    program.send_signal(way)
    program.wait(30)
    until(lambda: not processes_in(scratch), "all processes are gone", patience=10)
    until(lambda: not list(scratch.iterdir()), "the scratch directory is empty", patience=10)
