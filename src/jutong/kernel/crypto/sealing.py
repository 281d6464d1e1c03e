"""Sealed boxes: whoever has the public key can put something in, only the holder of the private key takes it out."""

from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jutong.kernel.crypto.errors import CannotOpen
from jutong.kernel.crypto.secrets import Secret
from jutong.kernel.crypto.suites import NONCE_BYTES, TAG_BYTES

_MAGIC = b"JTB1"
_PUBLIC_BYTES = 32
_INFO = b"jutong sealed box 1"


class SealingKey:
    """An X25519 key pair made from 32 secret bytes; `public` goes to those who seal."""

    __slots__ = ("_private", "public")

    def __init__(self, secret: bytes):
        self._private = X25519PrivateKey.from_private_bytes(secret)
        self.public = self._private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    def agree(self, other_public: bytes) -> bytes:
        return self._private.exchange(X25519PublicKey.from_public_bytes(other_public))

    def __repr__(self) -> str:
        return f"SealingKey(public={self.public.hex()})"


class SealedBox:
    """Bytes for one receiver: fresh X25519 key, HKDF-SHA-256, AES-256-GCM.

    The form is `JTB1 | ephemeral public key (32) | ciphertext | tag (16)`. Associated data ties a box to its place:
    the same box under another row's name does not open. See `Place.aad`.
    """

    @staticmethod
    def seal(plain: bytes, public_key: bytes, aad: bytes) -> bytes:
        ephemeral = SealingKey.generate()
        shared = ephemeral.agree(public_key)
        key, nonce = _derive(shared, ephemeral.public, public_key)
        return _MAGIC + ephemeral.public + AESGCM(key).encrypt(nonce, plain, _MAGIC + aad)

    @staticmethod
    def open(sealed: bytes, key: SealingKey, aad: bytes) -> Secret:
        """The content. Raises CannotOpen."""
        if len(sealed) < len(_MAGIC) + _PUBLIC_BYTES + TAG_BYTES or not sealed.startswith(_MAGIC):
            raise CannotOpen
        ephemeral = sealed[len(_MAGIC) : len(_MAGIC) + _PUBLIC_BYTES]
        try:
            derived, nonce = _derive(key.agree(ephemeral), ephemeral, key.public)
            return Secret(AESGCM(derived).decrypt(nonce, sealed[len(_MAGIC) + _PUBLIC_BYTES :], _MAGIC + aad))
        except (InvalidTag, ValueError) as fault:
            raise CannotOpen from fault


def _derive(shared: bytes, ephemeral: bytes, receiver: bytes) -> tuple[bytes, bytes]:
    # The key serves one message only, so the nonce may come from the same derivation.
    derived = HKDF(hashes.SHA256(), 32 + NONCE_BYTES, salt=ephemeral + receiver, info=_INFO).derive(shared)
    return derived[:32], derived[32:]
