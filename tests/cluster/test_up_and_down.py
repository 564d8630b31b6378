"""``pydron up`` over real ssh servers on hosts of their own, and ``pydron down``, which leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_hosts import Hosts, not_permitted
from cluster_processes import Cluster, gone, kill, pydron, until
from ssh_servers import SshServers, not_installed

from pydron.errors import ConfigurationError, ExecutorError
from pydron_runtime.cluster.ssh import Target, address_towards, checked, targets_in

_reason = not_permitted() or not_installed()
needs_hosts = pytest.mark.skipif(_reason is not None, reason=f"no hosts with ssh: {_reason}")


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts("head", "a", "b")
    yield made
    made.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    kill(workers_of(made))
    made.close()


def workers_of(cluster: Cluster) -> list[int]:
    """Processes whose environment says that they belong to this test, but for those that it started itself."""
    mark = str(cluster.folder).encode()
    own = {os.getpid(), *(process.pid for process in cluster.started)}
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) not in own:
            try:
                if mark in Path(f"/proc/{entry}/environ").read_bytes() and b"sshd" not in _name(entry):
                    found.append(int(entry))
            except OSError:
                continue
    return found


def _name(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def run(cluster: Cluster, hosts: Hosts, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a pydron command on ``head``."""
    return subprocess.run(
        [*hosts.on("head"), *pydron(*arguments)], env=cluster.environment, cwd=cluster.folder, text=True,
        capture_output=True, timeout=110,
    )  # fmt: skip


@needs_hosts
@pytest.mark.slow
def test_up_runs_programs_and_down_leaves_nothing(cluster: Cluster, hosts: Hosts) -> None:
    servers = SshServers(cluster, hosts, ["a", "b"])
    (cluster.folder / "hosts.txt").write_text("a slots=2  # the big one\n\nb\n")
    up = ("up", "--hostfile", "hosts.txt", "--slots", "1", "--python", sys.executable, "--ssh", servers.command)
    said = run(cluster, hosts, *up)
    assert said.returncode == 0, said.stderr
    address = f"tcp://{hosts.address('head')}:7437"
    assert f"cluster at {address} with 2 more workers" in said.stdout
    status = run(cluster, hosts, "cluster", "status").stdout
    assert "0 of 3 slots in use" in status
    script = programs.write(cluster.folder, programs.SQUARES)
    assert "total 30" in run(cluster, hosts, "run", "--scheduler", address, script, 5, 0).stdout
    everything = workers_of(cluster)
    assert len(everything) >= 5  # the scheduler, and two hosts with their nurseries
    for pid in everything:
        assert b"secret" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    down = run(cluster, hosts, "down")
    assert down.returncode == 0 and "2 workers" in down.stdout, down.stderr
    until(lambda: gone(everything), "all processes of the cluster end")
    assert list((cluster.folder / "tmp").iterdir()) == []


@needs_hosts
@pytest.mark.slow
def test_a_host_that_fails_is_named_and_the_others_work(cluster: Cluster, hosts: Hosts) -> None:
    servers = SshServers(cluster, hosts, ["a"])
    said = run(cluster, hosts, "up", "a", "nowhere.invalid", "--python", sys.executable, "--ssh", servers.command)
    assert said.returncode == 1
    assert "pydron: error: nowhere.invalid: " in said.stderr and "1 more workers" in said.stdout
    assert run(cluster, hosts, "down").returncode == 0
    until(lambda: not workers_of(cluster), "all processes of the cluster end")


@needs_hosts
@pytest.mark.slow
def test_if_no_host_can_be_started_the_scheduler_ends_again(cluster: Cluster, hosts: Hosts) -> None:
    servers = SshServers(cluster, hosts, ["a"])
    said = run(cluster, hosts, "up", "a", "--python", "/nothing/python", "--ssh", servers.command)
    assert said.returncode == 1
    assert "/nothing/python" in said.stderr and "the scheduler was ended again" in said.stderr
    until(lambda: not workers_of(cluster), "the scheduler ends")


def test_what_does_not_begin_in_time_is_ended_with_a_reason(tmp_path: Path) -> None:
    """Nothing goes on in the background after a command has said that it failed."""
    code = (
        "import os, time; from pydron_runtime.cluster.detaching import detach;"
        f" detach({str(tmp_path / 'log')!r}, 0.5, 'The scheduler is not there.');"
        f" open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (1, "pydron: error: The scheduler is not there.\n")
    if (tmp_path / "pid").exists():
        until(lambda: gone([int((tmp_path / "pid").read_text())]), "the process in the background ends")


def test_without_ssh_the_message_says_so() -> None:
    with pytest.raises(ExecutorError, match="/nowhere/ssh cannot be run: No such file or directory. Install ssh"):
        address_towards(["/nowhere/ssh"], Target("a"))


def test_a_host_without_an_address_is_named() -> None:
    with pytest.raises(ExecutorError, match=r"The host me@nowhere\.invalid cannot be found"):
        address_towards(["true"], Target("me@nowhere.invalid"))


def test_host_files() -> None:
    assert targets_in("a\n# nothing\n  me@b slots=4 # big\n") == [Target("a"), Target("me@b", 4)]


@pytest.mark.parametrize("line", ["a slots=0", "a slots=x", "a b", "a big=3"])
def test_host_files_with_nonsense_name_the_line(line: str) -> None:
    with pytest.raises(ConfigurationError, match="Line 2"):
        targets_in(f"good\n{line}\n")


@pytest.mark.parametrize("name", ["-oProxyCommand=evil", ""])
def test_a_host_is_not_an_option_of_ssh(name: str) -> None:
    with pytest.raises(ConfigurationError):
        checked(Target(name))
