"""A newer version of this program, offered and signed by the platform: fetched, checked, kept beside the one before.

Versions lie unpacked in `releases/<version>` of the node's folder, `release.json` names the one in use. A version
counts as proven when the platform has answered it; one that was started twice without that gives way to the one before.
"""

import base64
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final, Protocol

from jutong.kernel.crypto import SignatureWrong, verify_signature
from jutong.supply.nodes.domain.releases import Manifest, is_newer
from jutong_node import VERSION
from jutong_node.store import Store

log = logging.getLogger("jutong_node")

STATE: Final = "release.json"
RUNNING: Final = "JUTONG_NODE_RELEASE"
_TRIES: Final = 2
_CHECK_SECONDS: Final = 60


class UpdateRefused(Exception):
    """The version on offer is not taken; the words say why."""


class Tells(Protocol):
    """As much of a link as an update needs."""

    def tell(self, path: str, told: dict[str, Any]) -> dict[str, Any]: ...


def update(store: Store, link: Tells) -> str:
    """Take the version on offer; gives it. Raises UpdateRefused, and then all is as before."""
    release_key = (store.read("node.json") or {}).get("release_key")
    if not release_key:
        raise UpdateRefused("本机接入时平台尚未提供程序签名公钥，请用新接入码重新接入后再更新。")
    manifest = _offered(link.tell("update", {}), base64.b64decode(release_key))
    in_use = (store.read(STATE) or {}).get("version") or VERSION
    if not is_newer(manifest.version, in_use):
        raise UpdateRefused(f"平台提供的版本 {manifest.version} 不比现用的 {in_use} 新。")
    folder = store.folder / "releases" / manifest.version
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    wheel = unfinished.with_suffix(".whl")
    try:
        _fetch(link, manifest, wheel)
        _unpack(wheel, unfinished)
        if _told_version(unfinished) != manifest.version:
            raise UpdateRefused("新版本在本机不能启动，未更新。")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        wheel.unlink(missing_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
    before = store.read(STATE) or {}
    working = before.get("version", "") if before.get("proven") else before.get("before", "")
    store.write(STATE, {"version": manifest.version, "before": working, "proven": False, "tries": 0})
    return manifest.version


def chosen(store: Store) -> Path | None:
    """The version to run: the one in use, or the one before it where that never worked; None: what was installed."""
    state = store.read(STATE)
    if state is None:
        return None
    if not state["proven"]:
        if state["tries"] >= _TRIES:
            log.warning("version %s does not work here; back to %s", state["version"], state["before"] or VERSION)
            state = {"version": state["before"], "before": "", "proven": True, "tries": 0}
        else:
            state = {**state, "tries": state["tries"] + 1}
        store.write(STATE, state)
    folder = store.folder / "releases" / state["version"]
    return folder if state["version"] and folder.is_dir() else None


def hand_over(store: Store, arguments: list[str]) -> None:
    """Become the version to run; returns where that is this one."""
    if RUNNING in os.environ:
        return
    folder = chosen(store)
    if folder is not None:
        variables = {**os.environ, "PYTHONPATH": str(folder), RUNNING: folder.name}
        os.execve(sys.executable, _command(*arguments), variables)  # noqa: S606 - our own program


def prove(store: Store) -> None:
    """The platform has answered the version that runs: it works."""
    state = store.read(STATE)
    if state is not None and not state["proven"] and os.environ.get(RUNNING) == state["version"]:
        store.write(STATE, {**state, "proven": True})


def _offered(answer: dict[str, Any], release_key: bytes) -> Manifest:
    if answer.get("manifest") is None:
        raise UpdateRefused("平台没有发布前置机程序的版本。")
    try:
        manifest = Manifest.of(answer["manifest"])
        verify_signature(release_key, manifest.signed_text(), base64.b64decode(str(answer["signature"]), validate=True))
    except (ValueError, KeyError, SignatureWrong) as fault:
        raise UpdateRefused("版本说明的签名不符，未更新。") from fault
    return manifest


def _fetch(link: Tells, manifest: Manifest, wheel: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with wheel.open("wb") as file:
        while size < manifest.size:
            answer = link.tell("update/piece", {"version": manifest.version, "offset": size})
            data = base64.b64decode(str(answer["data"]))
            if not data:
                break
            file.write(data)
            digest.update(data)
            size += len(data)
    if size != manifest.size or digest.hexdigest() != manifest.sha256:
        raise UpdateRefused("程序文件与版本说明不符，未更新。")


def _unpack(wheel: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    except (zipfile.BadZipFile, OSError) as fault:
        raise UpdateRefused("程序文件不能解开，未更新。") from fault


def _told_version(folder: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            _command("--version"),
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=_CHECK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "jutong_node.command", *arguments]
