"""A node takes a newer version that its platform has signed, and goes back to what worked where that one does not."""

import base64
import zipfile
from pathlib import Path

import pytest

from jutong.config.commands.node_release import publish, version_of
from jutong.kernel.crypto import SigningKey
from jutong.supply.nodes.domain.releases import Manifest, is_newer
from jutong.supply.nodes.services import releases
from jutong_node.store import Store
from jutong_node.update import RUNNING, UpdateRefused, chosen, prove, update

KEY = SigningKey(b"r" * 32)


class Link:
    """The platform's answers without the network between; `spoil` may change them."""

    def __init__(self) -> None:
        self.spoil = lambda answer: answer

    def tell(self, path: str, told: dict) -> dict:
        if path == "update":
            found = releases.offered()
            answer = {"manifest": found[0].to_json(), "signature": found[1]} if found else {"manifest": None}
        else:
            answer = {"data": releases.piece(told["version"], told["offset"])}
        return self.spoil(answer)


@pytest.fixture
def store(tmp_path, settings) -> Store:
    settings.JUTONG_DATA_DIR = tmp_path / "platform"
    store = Store(tmp_path / "node")
    store.enrolled(url="http://x", node_no="QZ000001", key=b"k" * 32, release_key=base64.b64encode(KEY.public).decode())
    return store


def offer(tmp_path: Path, version: str, *, key: SigningKey = KEY, says: str = "") -> Path:
    """A version on offer whose program tells its version and nothing else."""
    wheel = tmp_path / f"{version}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("jutong_node/__init__.py", "")
        archive.writestr("jutong_node/command.py", f"print({says or version!r})")
        archive.writestr("jutong-1.dist-info/METADATA", f"Name: jutong\nVersion: {version}\n")
    publish(wheel, version_of(wheel), tmp_path / "platform" / "node-releases", key)
    return wheel


def test_a_newer_signed_version_is_taken_and_run(store, tmp_path):
    offer(tmp_path, "7.1.0")

    assert update(store, Link()) == "7.1.0"
    assert chosen(store) == store.folder / "releases" / "7.1.0"
    assert (store.folder / "releases" / "7.1.0" / "jutong_node" / "command.py").exists()


@pytest.mark.parametrize(
    ("version", "says", "key", "spoil", "words"),
    [
        ("0.0.9", "", KEY, None, "不比现用的"),
        ("7.1.0", "", SigningKey(b"x" * 32), None, "签名不符"),
        ("7.1.0", "6.0", KEY, None, "不能启动"),
        ("7.1.0", "", KEY, ("data", base64.b64encode(b"altered").decode()), "与版本说明不符"),
        ("7.1.0", "", KEY, ("signature", "?"), "签名不符"),
    ],
)
def test_what_is_older_altered_or_does_not_start_is_refused_and_nothing_changes(
    store, tmp_path, version, says, key, spoil, words
):
    offer(tmp_path, version, key=key, says=says)
    link = Link()
    if spoil:
        name, value = spoil
        link.spoil = lambda answer: {**answer, name: value} if name in answer else answer

    with pytest.raises(UpdateRefused, match=words):
        update(store, link)

    assert chosen(store) is None
    assert list((store.folder / "releases").glob("*")) == [] if (store.folder / "releases").exists() else True


def test_a_version_that_never_works_gives_way_to_the_last_that_did(store, tmp_path, monkeypatch):
    offer(tmp_path, "7.1.0")
    update(store, Link())
    chosen(store)
    monkeypatch.setenv(RUNNING, "7.1.0")
    prove(store)
    offer(tmp_path, "7.2.0")
    update(store, Link())

    started = [chosen(store) for _ in range(4)]

    assert [path.name for path in started] == ["7.2.0", "7.2.0", "7.1.0", "7.1.0"]


def test_versions_are_compared_by_their_numbers():
    assert is_newer("0.10.0", "0.9.1")
    assert not is_newer("1.0", "1.0.0")
    assert not is_newer("x", "0.1")
    with pytest.raises(ValueError, match="manifest"):
        Manifest.of({"version": "../1", "size": 1, "sha256": "0" * 64})
