"""Addresses are read strictly; keys are private, stay the same, and appear in no text."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from pathlib import Path

import pytest

from pydron.errors import ConfigurationError
from pydron_runtime.cluster import keys
from pydron_runtime.cluster.addresses import Address, parse
from pydron_runtime.cluster.settings import Bounds, bounds


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYDRON_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYDRON_CONNECTION", raising=False)
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tcp://head:99", Address("head", 99)),
        ("head:99", Address("head", 99)),
        ("tcp://head", Address("head", 7437)),
        ("tcp://[::1]:5", Address("::1", 5)),
        ("tcp://head:99?labels=gpu,big", Address("head", 99, ("gpu", "big"))),
    ],
)
def test_addresses(text: str, expected: Address) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "tcp://",
        "tcp://bad url",
        "udp://a:1",
        "tcp://a:99999",
        "tcp://a:x",
        "tcp://u@a:1",
        "tcp://a:1/x",
        "tcp://a:1?b=c",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(text)


def made(address: Address) -> tuple[keys.SchedulerKeys, str]:
    """Keys of a scheduler, and the path of its connection file."""
    content = keys.kept_scheduler(keys.folder_of(address))
    own = keys.scheduler_keys(content)
    path = keys.hand_out(address, content)
    return own, path


def test_keys_are_made_once_and_only_their_owner_can_read_them(home: Path) -> None:
    own, path = made(Address("127.0.0.1", 1))
    again, _ = made(Address("127.0.0.1", 1))
    assert own == again, "a scheduler that is started again is the same one"
    for place in (home, home / "clusters", home / "clusters" / "127.0.0.1-1"):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    for file in (home / "clusters" / "127.0.0.1-1").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_client_knows_the_scheduler_and_is_known_to_it(home: Path) -> None:
    address = Address("127.0.0.1", 1)
    own, _ = made(address)
    connection = keys.connection_to(address)
    assert connection.scheduler_key == own.public_key
    assert connection.public_key in own.allowed
    assert own.secret_key not in json.dumps([connection.scheduler_key, connection.secret_key])


def test_a_file_that_others_can_read_is_not_used(home: Path) -> None:
    _, path = made(Address("127.0.0.1", 1))
    os.chmod(path, 0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keys.read_connection(path)


def test_a_folder_that_others_can_enter_is_not_used(home: Path) -> None:
    made(Address("127.0.0.1", 1))
    os.chmod(keys.folder_of(Address("127.0.0.1", 1)), 0o755)
    with pytest.raises(ConfigurationError, match="chmod 700"):
        made(Address("127.0.0.1", 1))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "address": "tcp://a:1"}'])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="c.json"):
        keys.read_connection(str(path))


def test_missing_keys_are_named_with_the_way_out(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="PYDRON_CONNECTION"):
        keys.connection_to(Address("far", 1))


def test_secret_keys_appear_in_no_text(home: Path) -> None:
    own, path = made(Address("127.0.0.1", 1))
    connection = keys.read_connection(path)
    for text in (repr(own), str(own), repr(connection), str(connection)):
        assert own.secret_key not in text and connection.secret_key not in text


def test_every_wait_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for place, each in enumerate(dataclasses.fields(Bounds), 1):
        monkeypatch.setenv(f"PYDRON_{each.name.upper()}", str(place))
    assert dataclasses.astuple(bounds()) == tuple(range(1, len(dataclasses.fields(Bounds)) + 1))


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "1e12"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON_REACH", text)
    with pytest.raises(ConfigurationError, match="PYDRON_REACH"):
        bounds()
