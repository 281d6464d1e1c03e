"""Signatures: Ed25519 for checkpoints and sealed log segments."""

from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jutong.kernel.crypto.errors import SignatureWrong


class SigningKey:
    """An Ed25519 key pair made from 32 secret bytes."""

    __slots__ = ("_private", "public")

    def __init__(self, secret: bytes):
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = self._private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Accept a signature in silence. Raises SignatureWrong."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as fault:
        raise SignatureWrong from fault
