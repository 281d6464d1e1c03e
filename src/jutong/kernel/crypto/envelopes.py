"""Envelope encryption of stored credentials: one random key per secret, wrapped by its department's key."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jutong.kernel.crypto.errors import CannotOpen
from jutong.kernel.crypto.secrets import Secret
from jutong.kernel.crypto.suites import INTL_1, NONCE_BYTES, TAG_BYTES, Suite, suite_numbered

_MAGIC = b"JTE1"
_ROOT_ID_BYTES = 8
_ROOT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext is stored: `table|row id|column|version`. A ciphertext moved elsewhere does not open."""

    table: str
    row: str
    column: str
    version: int = 1

    @property
    def aad(self) -> bytes:
        """Associated data of this place. Raises ValueError when a part could be taken for a separator."""
        parts = (self.table, self.row, self.column, str(self.version))
        if any("|" in part for part in parts):
            raise ValueError("a place's parts hold no '|'")
        return "|".join(parts).encode()


@dataclass(frozen=True, slots=True)
class _Parts:
    suite: Suite
    root_id: bytes
    wrapped: bytes
    body: bytes


class Envelope:
    """Seals secrets of departments under one root key.

    A random data key encrypts the secret; the department's key, derived from the root key and the department's
    code, wraps the data key. `retired` root keys still open what they sealed: to change the root key, start with
    the new one and the old as retired, `rewrap` every row (the content is not encrypted anew), then drop the old.

    The form is `JTE1 | suite (1) | root id (8) | nonce (12) | wrapped data key | nonce (12) | ciphertext`.
    """

    def __init__(self, root: Secret | bytes, *, retired: Iterable[Secret | bytes] = (), suite: Suite = INTL_1):
        current = _root_bytes(root)
        self._suite = suite
        self._current = _root_id(current)
        self._roots = {_root_id(old): old for old in map(_root_bytes, retired)} | {self._current: current}

    def seal(self, plain: bytes | Secret, *, owner: str, place: Place) -> bytes:
        """Encrypt for the department `owner` (its credit code), to be stored at `place`."""
        content = plain.reveal() if isinstance(plain, Secret) else plain
        data_key, nonce = os.urandom(self._suite.cipher_key_bytes), os.urandom(NONCE_BYTES)
        body = nonce + self._suite.cipher(data_key).encrypt(nonce, content, place.aad)
        return self._pack(self._suite, data_key, body, owner, place)

    def open(self, sealed: bytes, *, owner: str, place: Place) -> Secret:
        """The secret. Raises CannotOpen."""
        parts = _split(sealed)
        data_key = self._unwrap(parts, owner, place)
        return Secret(_decrypt(parts.suite, data_key, parts.body, place.aad))

    def rewrap(self, sealed: bytes, *, owner: str, place: Place, new_owner: str | None = None) -> bytes:
        """The same secret under the current root key, for `new_owner` if it changes hands. Raises CannotOpen."""
        parts = _split(sealed)
        data_key = self._unwrap(parts, owner, place)
        return self._pack(parts.suite, data_key, parts.body, new_owner or owner, place)

    def is_current(self, sealed: bytes) -> bool:
        """Is it wrapped under the current root key? Raises CannotOpen when it is no envelope at all."""
        return _split(sealed).root_id == self._current

    def _pack(self, suite: Suite, data_key: bytes, body: bytes, owner: str, place: Place) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        kek = _department_key(self._roots[self._current], suite, owner)
        wrapped = nonce + suite.cipher(kek).encrypt(nonce, data_key, place.aad)
        return _MAGIC + bytes([suite.number]) + self._current + wrapped + body

    def _unwrap(self, parts: _Parts, owner: str, place: Place) -> bytes:
        root = self._roots.get(parts.root_id)
        if root is None:
            raise CannotOpen
        return _decrypt(parts.suite, _department_key(root, parts.suite, owner), parts.wrapped, place.aad)

    def __repr__(self) -> str:
        return f"Envelope(root={self._current.hex()}, retired={len(self._roots) - 1})"


def _split(sealed: bytes) -> _Parts:
    head = len(_MAGIC) + 1 + _ROOT_ID_BYTES
    if not sealed.startswith(_MAGIC) or len(sealed) <= head:
        raise CannotOpen
    suite = suite_numbered(sealed[len(_MAGIC)])
    body_at = head + NONCE_BYTES + suite.cipher_key_bytes + TAG_BYTES
    return _Parts(suite, sealed[len(_MAGIC) + 1 : head], sealed[head:body_at], sealed[body_at:])


def _decrypt(suite: Suite, key: bytes, sealed: bytes, aad: bytes) -> bytes:
    try:
        return suite.cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except (InvalidTag, ValueError) as fault:
        raise CannotOpen from fault


def _department_key(root: bytes, suite: Suite, owner: str) -> bytes:
    info = f"jutong department key 1|{suite.name}|{owner}".encode()
    return HKDF(hashes.SHA256(), suite.cipher_key_bytes, salt=None, info=info).derive(root)


def _root_id(root: bytes) -> bytes:
    return HKDF(hashes.SHA256(), _ROOT_ID_BYTES, salt=None, info=b"jutong root key id 1").derive(root)


def _root_bytes(root: Secret | bytes) -> bytes:
    value = root.reveal() if isinstance(root, Secret) else root
    if len(value) != _ROOT_BYTES:
        raise ValueError(f"a root key has {_ROOT_BYTES} bytes")
    return value
