"""Signed notes about the tree, in the checkpoint format that transparency logs share (C2SP tlog-checkpoint).

    jutong-audit/1f0c33d2
    1042
    qJxQ…=
    at 2026-03-02T01:15:00.000000Z

    — jutong-audit/1f0c33d2 kF3Q…=

The lines are the log's name, the number of entries, the root of the tree over them and the moment; then a blank line
and the signature: four bytes that name the key, and Ed25519 over all text up to and including the line break before
the blank line.
"""

import base64
import hashlib
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jutong.foundation.audit.domain.leaf import moment_text

_ED25519 = b"\1"


class Signer:
    """The log's signing key with the name it gives the log."""

    def __init__(self, secret: bytes):
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = self._key.public_key().public_bytes_raw()
        self.origin = f"jutong-audit/{hashlib.sha256(self.public).hexdigest()[:8]}"

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.origin.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def verifier_key(self) -> str:
        """What a verifier is given: name, key id and public key in one line."""
        return f"{self.origin}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    def note(self, *, size: int, root: bytes, at: datetime) -> str:
        """The signed checkpoint."""
        text = f"{self.origin}\n{size}\n{_base64(root)}\nat {moment_text(at)}\n"
        signature = self._key.sign(text.encode())
        return f"{text}\n\N{EM DASH} {self.origin} {_base64(self.key_id + signature)}\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
