"""Suites by name: which digest, message code, cipher and signature belong together."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from jutong.kernel.crypto.errors import SuiteUnknown

TAG_BYTES = 16
NONCE_BYTES = 12

equal = hmac.compare_digest
"""Comparison in constant time, for signatures and digests."""


class Mac:
    """HMAC under one key, ready to use many times.

    The key is hashed into its pads once; each message copies that state. With `cryptography` this is the fastest
    right way measured here (0.7 µs SHA-256, 1.8 µs SM3 for 300 bytes, against 1.7 and 3.3 µs of `hmac.digest`),
    and it does not depend on what the interpreter's own OpenSSL was built with.
    """

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes, algorithm: hashes.HashAlgorithm):
        self._keyed = HMAC(key, algorithm)

    def code(self, message: bytes) -> bytes:
        running = self._keyed.copy()
        running.update(message)
        return running.finalize()

    def matches(self, message: bytes, code: bytes) -> bool:
        """Is this the code of that message? In constant time."""
        return equal(self.code(message), code)


class Aead(Protocol):
    """Authenticated encryption with associated data; the 16-byte tag ends the ciphertext."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Sm4Gcm:
    """SM4-GCM in the form `cryptography` gives to AES-GCM. Raises InvalidTag like it."""

    def __init__(self, key: bytes):
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        running = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        running.authenticate_additional_data(associated_data or b"")
        return running.update(data) + running.finalize() + running.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        if len(data) < TAG_BYTES:
            raise InvalidTag
        body, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        running = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        running.authenticate_additional_data(associated_data or b"")
        return running.update(body) + running.finalize()


@dataclass(frozen=True, slots=True)
class Suite:
    """Algorithms that belong together (密码套件).

    `signature` is the name of the signature algorithm, or None where this installation has none.
    """

    name: str
    number: int
    digest_algorithm: hashes.HashAlgorithm
    cipher: Callable[[bytes], Aead]
    cipher_key_bytes: int
    signature: str | None

    def digest(self, data: bytes) -> bytes:
        running = hashes.Hash(self.digest_algorithm)
        running.update(data)
        return running.finalize()

    def mac(self, key: bytes) -> Mac:
        return Mac(key, self.digest_algorithm)


INTL_1 = Suite("intl-1", 1, hashes.SHA256(), AESGCM, 32, "Ed25519")
GM_1 = Suite("gm-1", 2, hashes.SM3(), Sm4Gcm, 16, None)

_SUITES = (INTL_1, GM_1)


def get_suite(name: str) -> Suite:
    """The suite of that name. Raises SuiteUnknown."""
    for suite in _SUITES:
        if suite.name == name:
            return suite
    raise SuiteUnknown(name=name)


def suite_numbered(number: int) -> Suite:
    """The suite a stored header names. Raises SuiteUnknown."""
    for suite in _SUITES:
        if suite.number == number:
            return suite
    raise SuiteUnknown(name=str(number))


def sha256_hex(data: bytes) -> str:
    return INTL_1.digest(data).hex()


def sm3_hex(data: bytes) -> str:
    """SM3 digest (GB/T 32905) in lower-case hexadecimal."""
    return GM_1.digest(data).hex()
