"""The version of the node's program on offer: a wheel and its signed manifest in the data folder's `node-releases`."""

import base64
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from jutong.supply.nodes.domain.errors import CallMalformed
from jutong.supply.nodes.domain.releases import PIECE_BYTES, Manifest, is_newer


def offered() -> tuple[Manifest, str] | None:
    """The manifest and its signature; nothing where none was published, or what lies there is none."""
    path = _folder() / "release.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def newer_than(version: str) -> str:
    """The version on offer, if it is later than this one; else nothing."""
    found = offered()
    return found[0].version if found and is_newer(found[0].version, version) else ""


def piece(version: str, offset: int) -> str:
    """A piece of the wheel on offer, in base64. Raises CallMalformed: that version is not on offer, or ends before."""
    found = offered()
    if found is None or found[0].version != version or not 0 <= offset < found[0].size:
        raise CallMalformed()
    with (_folder() / f"{found[0].sha256}.whl").open("rb") as file:
        file.seek(offset)
        return base64.b64encode(file.read(PIECE_BYTES)).decode()


def key() -> str:
    """The public key by which nodes know a version as the platform's; they learn it when they join."""
    return base64.b64encode(settings.JUTONG_NODE_RELEASE_KEY).decode()


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> tuple[Manifest, str]:
    told: dict[str, Any] = json.loads(path.read_text())
    return Manifest.of(told["manifest"]), str(told["signature"])


def _folder() -> Path:
    return Path(settings.JUTONG_DATA_DIR) / "node-releases"
