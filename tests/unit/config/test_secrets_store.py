"""Keys are made once, complete, and for their owner only."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from jutong.config import secrets_store
from jutong.config.environment import environment
from jutong.config.secrets_store import SecretUnusable, secret_bytes, write_private


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JUTONG_SECRETS_DIR", str(tmp_path / "secrets"))
    environment.cache_clear()
    yield tmp_path / "secrets"
    environment.cache_clear()


def test_a_secret_is_made_once_and_kept(folder):
    first = secret_bytes("django", 48)

    assert len(first) == 48
    assert secret_bytes("django", 48) == first
    assert secret_bytes("audit") != first[:32]


def test_nobody_else_can_read_it(folder):
    secret_bytes("audit")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_many_that_ask_at_once_get_the_same(folder):
    with ThreadPoolExecutor(16) as pool:
        given_out = set(pool.map(lambda _: secret_bytes("root-kek"), range(64)))

    assert len(given_out) == 1
    assert len(list(folder.iterdir())) == 1, "no unfinished file is left"


@pytest.mark.parametrize("content", ["", "not hexadecimal", "00" * 31, "00" * 33])
def test_a_spoilt_file_is_refused_and_not_replaced(folder, content):
    folder.mkdir()
    file = folder / "audit.key"
    file.write_text(content)

    with pytest.raises(SecretUnusable, match=r"audit\.key"):
        secret_bytes("audit")

    assert file.read_text() == content


@pytest.mark.parametrize("name", ["../audit", "Audit", "", "a/b", "."])
def test_a_name_is_no_path(folder, name):
    with pytest.raises(ValueError, match="name"):
        secret_bytes(name)


def test_a_private_file_replaces_another_whole(tmp_path):
    file = tmp_path / "first-sign-in.txt"
    write_private(file, "one")
    write_private(file, "two")

    assert file.read_text() == "two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "first-sign-in.txt"
    write_private(file, "one")

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(secrets_store.os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        write_private(file, "two")

    assert file.read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["first-sign-in.txt"]
