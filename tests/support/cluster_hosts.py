"""Hosts for tests: network namespaces of this machine, joined by virtual cables, made and removed by the test.

Each host has a network of its own and an address; a switch (one more namespace) joins them. Cables can be cut, or be
poor ones from the start. The files are those of the machine, but for what is hidden from a host.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from poor_cables import PoorCable

CLONE_NEWNET = 0x40000000


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


def not_permitted() -> str | None:
    """Why hosts cannot be made here; None if they can."""
    if shutil.which("ip") is None:
        return "there is no `ip` (package iproute2)"
    if os.geteuid() != 0:
        return "network namespaces need the administrator"
    name = f"pydron-try-{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("-n", name, "link", "add", "try", "type", "veth", "peer", "name", "yrt")
    except OSError as error:
        return f"network namespaces are not permitted ({error})"
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None


class Hosts:
    """A switch and the hosts on it. ``close`` removes everything."""

    def __init__(self, *names: str, poor: Mapping[str, tuple[float, float]] | None = None) -> None:
        """
        Args:
            poor: Names of hosts with poor cables, with the delay in seconds and the part of packets that is lost.
        """
        self.names = names
        self.cables: dict[str, PoorCable] = {}
        self._poor = poor or {}
        self._prefix = f"pydron-{os.getpid()}-"
        self._switch = self._prefix + "switch"
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def _build(self) -> None:
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "bridge", "up")
        for name in self.names:
            space = self._prefix + name
            _ip("netns", "add", space)
            if name in self._poor:
                self._lay_poor_cable(name, space)
            else:
                _ip(
                    "link", "add", f"to-{name}", "netns", self._switch,
                    "type", "veth", "peer", "name", "eth0", "netns", space,
                )  # fmt: skip
            _ip("-n", self._switch, "link", "set", f"to-{name}", "master", "bridge", "up")
            _ip("-n", space, "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")
            _ip("-n", space, "link", "set", "lo", "up")

    def _lay_poor_cable(self, name: str, space: str) -> None:
        here, there = f"p{os.getpid()}-{name}"[:15], f"q{os.getpid()}-{name}"[:15]
        self.cables[name] = PoorCable(here, there, *self._poor[name])
        for device, place, final in ((here, self._switch, f"to-{name}"), (there, space, "eth0")):
            _ip("link", "set", device, "netns", place)
            _ip("-n", place, "link", "set", device, "name", final)

    def address(self, name: str) -> str:
        """The IP address of a host."""
        return f"10.77.0.{self.names.index(name) + 1}"

    def on(self, name: str, hidden: Sequence[Path] = ()) -> list[str]:
        """What stands before a command that is to run on a host.

        Args:
            hidden: Folders that this host does not have.
        """
        words = ["ip", "netns", "exec", self._prefix + name]
        if hidden:
            mounts = "; ".join(f"mount -t tmpfs none '{folder}'" for folder in hidden)
            words += ["sh", "-c", f'set -e; {mounts}; exec "$@"', "sh"]
        return words

    def cut(self, name: str) -> None:
        """Pull a host's cable."""
        _ip("-n", self._switch, "link", "set", f"to-{name}", "down")

    def mend(self, name: str) -> None:
        """Put it back."""
        _ip("-n", self._switch, "link", "set", f"to-{name}", "up")

    def carried(self, name: str) -> int:
        """Bytes that a host's cable has carried, in both directions."""
        done = subprocess.run(
            ["ip", "-n", self._switch, "-s", "-j", "link", "show", f"to-{name}"], capture_output=True, check=True
        )
        counts = json.loads(done.stdout)[0]["stats64"]
        return int(counts["rx"]["bytes"]) + int(counts["tx"]["bytes"])

    def part(self, one: str, other: str) -> None:
        """Let two hosts not reach each other: packets between them are dropped, as by a firewall."""
        for name, far in ((one, other), (other, one)):
            _ip("-n", self._prefix + name, "route", "add", "blackhole", f"{self.address(far)}/32")

    def join(self, one: str, other: str) -> None:
        """Let them reach each other again."""
        for name, far in ((one, other), (other, one)):
            _ip("-n", self._prefix + name, "route", "del", "blackhole", f"{self.address(far)}/32")

    def call_on(self, name: str, function: Callable[[], Any]) -> Any:
        """Call a function in this process, in a thread whose new sockets are on a host."""
        found: list[Any] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with open(f"/run/netns/{self._prefix}{name}") as space:
                    if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "setns")
                found.append(function())
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    def close(self) -> None:
        """Remove the hosts. Processes on them live on, without a network."""
        for name in (*self.names, "switch"):
            subprocess.run(["ip", "netns", "del", self._prefix + name], capture_output=True, timeout=20)
        for cable in self.cables.values():
            cable.close()
        self.cables.clear()
