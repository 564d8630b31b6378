"""Hosts whose environment is not that of the program: what is refused, what is told, and what is computed anyway."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import msgspec
import pytest
from cluster_processes import Cluster, until

from pydron_runtime.cluster.keys import read_connection
from pydron_runtime.cluster.line import Line, greeting
from pydron_runtime.cluster.messages import VERSION, Greeting

pytestmark = pytest.mark.slow

PROGRAM = """\
import pydron
import vendored

@pydron.functional
def use(number):
    return vendored.double(number), vendored.NUMBER

@pydron.schedule
def main():
    return [use(number) for number in range(3)]

print(main())
"""

SPEAKING = """\
import logging, sys, time, warnings
import pydron

logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")

@pydron.functional
def speak(number):
    time.sleep(0.05 * (3 - number % 3))
    print("call", number)
    logging.warning("logged in %d", number)
    if number == 5:
        raise ValueError(number)
    return number

@pydron.schedule
def main():
    for number in range(9):
        print("before", number)
        print("after", speak(number))

try:
    main()
except ValueError as error:
    print("failed", error)
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("environments"))
    made.scheduler()
    yield made
    made.close()


@pytest.fixture
def cluster(scheduler: Cluster) -> Iterator[Cluster]:
    """The scheduler; the hosts that a test starts end with it."""
    yield scheduler
    for process in scheduler.started[1:]:
        process.terminate()
        process.wait(30)
    del scheduler.started[1:]
    scheduler.await_slots(0)


def install(base: Path, version: str) -> dict[str, str]:
    """Install a package of one module where a user's packages go; the environment variables that make it count."""
    site = base / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    about = site / f"vendored-{version}.dist-info"
    about.mkdir(parents=True)
    (site / "vendored.py").write_text(f"NUMBER = {version!r}\ndef double(number):\n    return 2 * number\n")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vendored\nVersion: {version}\n")
    (about / "top_level.txt").write_text("vendored\n")
    (about / "RECORD").write_text("vendored.py,,\n")
    return {"PYTHONUSERBASE": str(base), "PYTHONPATH": str(site)}


def test_a_package_that_a_host_lacks_is_named_and_the_result_is_right(cluster: Cluster, tmp_path: Path) -> None:
    """It is not shipped: the call is made in the program."""
    cluster.host("--slots", "1")
    cluster.await_slots(1)
    here = install(tmp_path / "here", "2.0")
    said = cluster.result(cluster.program(programs.write(tmp_path, PROGRAM), **here))
    assert "[(0, '2.0'), (2, '2.0'), (4, '2.0')]" in said
    assert "vendored 2.0 is used here and is not installed on the host" in said
    assert len(said.splitlines()) == 2, said


def test_a_package_of_another_version_is_told_once(cluster: Cluster, tmp_path: Path) -> None:
    cluster.host("--slots", "1", **install(tmp_path / "there", "1.0"))
    cluster.await_slots(1)
    here = install(tmp_path / "here", "2.0")
    said = cluster.result(cluster.program(programs.write(tmp_path, PROGRAM), **here))
    assert said.count("vendored is 2.0 here and 1.0 on the host") == 1
    assert "[(0, '1.0'), (2, '1.0'), (4, '1.0')]" in said


def test_the_same_packages_are_nothing_to_talk_about(cluster: Cluster, tmp_path: Path) -> None:
    both = install(tmp_path / "both", "2.0")
    cluster.host("--slots", "1", **both)
    cluster.await_slots(1)
    said = cluster.result(cluster.program(programs.write(tmp_path, PROGRAM), **both))
    assert said == "[(0, '2.0'), (2, '2.0'), (4, '2.0')]\n"


def other_python() -> Greeting:
    return msgspec.structs.replace(greeting("program"), python=("cpython", 3, 5))


def other_protocol() -> Greeting:
    return msgspec.structs.replace(greeting("host", slots=1), protocol=VERSION + 1)


@pytest.mark.parametrize(("who", "said"), [(other_python, "cpython 3.5"), (other_protocol, "same version of Pydron")])
def test_what_cannot_work_is_refused_at_the_handshake(who: type, said: str, cluster: Cluster) -> None:
    line = Line(read_connection(str(cluster.file)), who())
    until(lambda: list(line.arrived()) or line.refused, "the refusal")
    assert line.refused is not None and said in line.refused
    line.close()


def test_what_calls_say_appears_in_program_order(cluster: Cluster, tmp_path: Path) -> None:
    """Also of the call that fails; what was ahead of it is not heard."""
    cluster.host("--slots", "3")
    cluster.await_slots(3)
    script = programs.write(tmp_path, SPEAKING)
    said = cluster.result(cluster.program(script))
    alone = cluster.result(cluster.program(script, PYDRON_EXECUTOR="inline", name="alone"), "alone")
    assert said == alone
    assert said.endswith("before 5\ncall 5\nWARNING logged in 5\nfailed 5\n")
