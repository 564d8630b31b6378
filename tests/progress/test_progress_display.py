"""Progress where it is seen: a real terminal (a pseudo-terminal with a screen behind it) and a real notebook kernel."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from jupyter_client.manager import start_new_kernel

pytestmark = pytest.mark.slow

PROGRAM = """\
import os, sys, time
import pydron


GO = os.environ["GO"]


@pydron.functional
def load(number):
    time.sleep(0.02)
    until = time.monotonic() + 60
    while number == 25 and not os.path.exists(GO) and time.monotonic() < until:
        time.sleep(0.02)
    if number == 12:
        print("loaded 12")
    return number


def log(text):
    os.write(1, text.encode())


@pydron.schedule
def survey(count):
    found = []
    for number in range(count):
        value = load(number)
        found.append(value)
        if number % 6 == 3:
            print("reached", value)
        if number == 20:
            log("by hand\\n")
    return found


print(sum(survey(30)))
"""
EXPECTED = ["reached 3", "reached 9", "loaded 12", "reached 15", "by hand", "reached 21", "reached 27", "435"]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that runs for a second and writes on its way."""
    (tmp_path / "survey.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path / "survey.py"


def environment(program: Path, **more: str) -> dict[str, str]:
    """For the program; it ends when the file GO is there."""
    go = str(program.with_name("go"))
    return {
        **os.environ,
        "PYDRON_PROGRESS": "0.2",
        "PYDRON_WORKERS": "2",
        "TERM": "xterm",
        "COLUMNS": "100",
        "GO": go,
        **more,
    }


def pieces(command: list[str], stdout: int | None, surroundings: dict[str, str]) -> Iterator[bytes]:
    """What a terminal receives from a program whose error stream it is, and whose output where none is given."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    output = terminal if stdout is None else stdout
    with subprocess.Popen(command, stdin=terminal, stdout=output, stderr=terminal, env=surroundings) as process:
        os.close(terminal)
        while True:
            try:
                chunk = os.read(controller, 65_536)
            except OSError:  # how a pseudo-terminal says that nobody is there any more
                break
            if not chunk:
                break
            yield chunk
        os.close(controller)
        assert process.wait() == 0


def screens(program: Path) -> list[list[str]]:
    """What a person saw: the screen after each piece that the terminal received."""
    screen = pyte.Screen(100, 40)
    stream = pyte.ByteStream(screen)
    seen: list[list[str]] = []
    for chunk in pieces([sys.executable, str(program)], None, environment(program)):
        stream.feed(chunk)
        seen.append([line.rstrip() for line in screen.display if line.strip()])
        if any("turns" in line and "left" in line for line in seen[-1]):
            program.with_name("go").touch()
    return seen


def test_a_terminal_shows_how_far_a_loop_is_and_then_nothing_of_it(program: Path) -> None:
    """Turns, a bar and the time that is left, below what was written; in the end only what the program wrote."""
    seen = screens(program)
    shown = [line for screen in seen for line in screen if line.startswith("survey.py:26 for number in range(count)")]
    assert any("/30 turns" in line for line in shown) and any("left" in line for line in shown)
    for screen in seen:
        # Whatever stands there beside progress is the output so far, whole and in order.
        written = [line for line in screen if not line.startswith("survey.py:26")]
        assert "\n".join(EXPECTED).startswith("\n".join(written))
    assert seen[-1] == EXPECTED


def test_it_can_be_turned_off(program: Path) -> None:
    """With PYDRON_PROGRESS=0 the terminal receives what the program writes, and nothing else."""
    program.with_name("go").touch()
    received = b"".join(pieces([sys.executable, str(program)], None, environment(program, PYDRON_PROGRESS="0")))
    assert received.decode().splitlines() == EXPECTED


def test_nothing_is_drawn_where_there_is_no_terminal(program: Path) -> None:
    """A file or a pipe gets the program's bytes and no others."""
    program.with_name("go").touch()
    done = subprocess.run([sys.executable, str(program)], capture_output=True, timeout=60, env=environment(program))
    assert done.stdout.decode().splitlines() == EXPECTED and done.stderr == b""


def test_standard_output_in_a_file_stays_as_it_is(program: Path, tmp_path: Path) -> None:
    """Progress goes to the terminal of the error stream; the output's bytes are those of plain Python."""
    received = b""
    with (tmp_path / "out").open("wb") as out:
        for chunk in pieces([sys.executable, str(program)], out.fileno(), environment(program)):
            received += chunk
            if b"turns" in received:
                program.with_name("go").touch()
    assert b"turns" in received
    assert (tmp_path / "out").read_text().splitlines() == EXPECTED


def answers(client: Any, code: str, told: Callable[[dict[str, Any]], object] = id) -> list[dict[str, Any]]:
    """What a kernel publishes while it runs a cell; each message is told as it comes."""
    asked = client.execute(code)
    found: list[dict[str, Any]] = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != asked:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return found
        found.append(message)
        told(message)


def test_a_notebook_shows_progress_below_the_running_cell(program: Path) -> None:
    """A small table that belongs to the cell, changes as the run goes on, and is gone when it is over."""
    updates: list[dict[str, Any]] = []

    def look(message: dict[str, Any]) -> None:
        if "display_data" in message["msg_type"]:
            updates.append(message)
        if len(updates) >= 3:
            program.with_name("go").touch()

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        answers(client, f"import os; os.environ.update({environment(program)!r})")
        messages = answers(client, PROGRAM, look)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    drawn = [one["content"]["data"]["text/html"] for one in messages if "display_data" in one["msg_type"]]
    assert len(drawn) >= 3
    assert all("for number in range(count)" in text and "/30 turns" in text for text in drawn[:-1] if text)
    assert drawn[-1] == ""
    printed = "".join(one["content"]["text"] for one in messages if one["msg_type"] == "stream")
    assert [line for line in printed.splitlines() if line != "by hand"] == [
        line for line in EXPECTED if line != "by hand"
    ]
