"""Keys are granted and revoked in the scheduler's file, and which cluster is meant where none is named."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from pydron.errors import ConfigurationError, UsageError
from pydron_runtime.cluster import allow_list, keys
from pydron_runtime.cluster.addresses import Address

ADDRESS = Address("127.0.0.1", 1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYDRON_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def followed(home: Path) -> allow_list.AllowList:
    """The list of a scheduler that runs."""
    content = keys.kept_scheduler(keys.folder_of(ADDRESS))
    keys.hand_out(ADDRESS, content)
    made = allow_list.AllowList(keys.scheduler_keys(content).allowed)
    made.follow(os.path.join(keys.folder_of(ADDRESS), "scheduler.json"))
    return made


def test_who_is_granted_access_has_keys_of_his_own(followed: allow_list.AllowList) -> None:
    path = allow_list.grant(ADDRESS, "anna")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    anna, all_others = keys.read_connection(path), keys.connection_to(ADDRESS)
    assert anna.scheduler_key == all_others.scheduler_key and anna.secret_key != all_others.secret_key
    assert anna.public_key not in followed
    assert not followed.refresh() and anna.public_key in followed and all_others.public_key in followed
    assert allow_list.names(ADDRESS) == ["anna", "connection"]


def test_who_is_revoked_is_off_the_list_and_nobody_else(followed: allow_list.AllowList) -> None:
    path = allow_list.grant(ADDRESS, "anna")
    anna, all_others = keys.read_connection(path), keys.connection_to(ADDRESS)
    followed.refresh()
    allow_list.revoke(ADDRESS, "anna")
    assert followed.refresh() and anna.public_key not in followed and all_others.public_key in followed
    assert not os.path.exists(path) and not followed.refresh()


def test_revoking_the_shared_file_makes_a_new_one(followed: allow_list.AllowList) -> None:
    before = keys.connection_to(ADDRESS)
    allow_list.revoke(ADDRESS, "connection")
    after = keys.connection_to(ADDRESS)
    assert followed.refresh() and before.public_key not in followed and after.public_key in followed
    assert before.scheduler_key == after.scheduler_key


def test_a_damaged_or_missing_file_changes_nothing(followed: allow_list.AllowList) -> None:
    shared = keys.connection_to(ADDRESS).public_key
    path = Path(keys.folder_of(ADDRESS)) / "scheduler.json"
    path.write_text("{")
    assert not followed.refresh() and shared in followed
    path.unlink()
    assert not followed.refresh() and shared in followed


@pytest.mark.parametrize("name", ["", "../anna", "a b", "scheduler", "-x", "connection"])
def test_names_that_cannot_be_granted(followed: allow_list.AllowList, name: str) -> None:
    with pytest.raises(UsageError):
        allow_list.grant(ADDRESS, name)


def test_who_is_not_known_cannot_be_revoked_and_those_who_are_are_named(followed: allow_list.AllowList) -> None:
    with pytest.raises(UsageError, match="Known are: connection"):
        allow_list.revoke(ADDRESS, "nobody")


def test_keys_are_managed_on_the_schedulers_machine(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="scheduler's machine"):
        allow_list.grant(ADDRESS, "anna")


def test_secret_keys_of_others_are_not_in_the_schedulers_file(followed: allow_list.AllowList) -> None:
    secret = json.loads(Path(allow_list.grant(ADDRESS, "anna")).read_text())["secret_key"]
    assert secret not in (Path(keys.folder_of(ADDRESS)) / "scheduler.json").read_text()


def test_the_only_cluster_that_is_known_is_meant(home: Path) -> None:
    assert keys.current() == Address("127.0.0.1", 7437)
    for address in (Address("head", 7000), Address("127.0.0.1", 1)):
        keys.hand_out(address, keys.kept_scheduler(keys.folder_of(address)))
        if address.host == "head":
            assert keys.current() == address
    with pytest.raises(ConfigurationError, match="tcp://127.0.0.1:1, tcp://head:7000"):
        keys.current()
    keys.forget(Address("head", 7000))
    keys.remember(Address("head", 7000))
    assert keys.current() == Address("head", 7000)
