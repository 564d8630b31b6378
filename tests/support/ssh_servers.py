"""Real ssh servers for tests, with keys of their own, on hosts of :mod:`cluster_hosts`."""

from __future__ import annotations

import functools
import getpass
import os
import shutil
import subprocess
from pathlib import Path

from cluster_hosts import Hosts
from cluster_processes import Cluster, until

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


def not_installed() -> str | None:
    """Why there can be no ssh server here; None if there can."""
    missing = [name for name in (SSHD, "ssh", "ssh-keygen") if shutil.which(name) is None]
    return f"{', '.join(missing)} is missing (package openssh-server)" if missing else None


def _listens(cluster: Cluster, log: str) -> bool:
    return "listening" in cluster.log(log)


class SshServers:
    """A server on each of some hosts. ``command`` is an ssh that knows them by name."""

    def __init__(self, cluster: Cluster, hosts: Hosts, names: list[str]) -> None:
        self._folder = cluster.folder / "ssh"
        self._folder.mkdir(mode=0o700)
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self._key("user")
        entries = []
        for name in names:
            self._key(name)
            config = self._folder / f"{name}.conf"
            config.write_text(
                f"ListenAddress {hosts.address(name)}\nPort 2222\nHostKey {self._folder / name}\n"
                f"AuthorizedKeysFile {self._folder / 'user.pub'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
                f"PermitRootLogin yes\nPidFile none\nSetEnv PYDRON_HOME={cluster.folder / ('home-' + name)}"
                f" TMPDIR={cluster.folder / 'tmp'}\n"
            )
            log = f"sshd-{name}"
            cluster.start([SSHD, "-D", "-e", "-f", str(config)], log, hosts.on(name))
            until(functools.partial(_listens, cluster, log), f"the ssh server on {name}")
            entries.append(f"Host {name}\n  HostName {hosts.address(name)}\n")
        (self._folder / "config").write_text(
            "".join(entries)
            + f"Host *\n  Port 2222\n  User {getpass.getuser()}\n  IdentityFile {self._folder / 'user'}\n"
            + "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n  ConnectTimeout 5\n"
        )
        self.command = f"ssh -F {self._folder / 'config'}"

    def _key(self, name: str) -> Path:
        path = self._folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True, timeout=20)
        return path
