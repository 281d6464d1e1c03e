"""Versions of the node's program that the platform offers (前置机程序版本): what is signed, and which is newer.

Both sides import this module.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Final

SIZE_MAX: Final = 200 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024
_VERSION: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A version on offer: its wheel's size and SHA-256."""

    version: str
    size: int
    sha256: str

    @classmethod
    def of(cls, told: Any) -> "Manifest":
        """Raises ValueError."""
        if not isinstance(told, dict) or set(told) != {"version", "size", "sha256"}:
            raise ValueError("manifest")
        made = cls(str(told["version"]), int(told["size"]), str(told["sha256"]))
        if not _VERSION.fullmatch(made.version) or not _DIGEST.fullmatch(made.sha256) or not 0 < made.size <= SIZE_MAX:
            raise ValueError("manifest")
        return made

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def signed_text(self) -> bytes:
        """What the release key signs."""
        return b"jutong node release 1\n" + json.dumps(self.to_json(), sort_keys=True).encode()


def is_newer(version: str, than: str) -> bool:
    """Is it a later version? One that is no version is later than nothing."""
    return _parts(version) > _parts(than)


def _parts(version: str) -> tuple[int, ...]:
    if not _VERSION.fullmatch(version):
        return ()
    parts = [int(part) for part in version.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
