"""Cryptography in one place: suites by name, message codes, signatures, sealed boxes, envelopes, secrets.

Nothing else in Jutong chooses an algorithm. What is stored names its suite (`intl-1`, `gm-1`), so that old records
stay readable when the suite of the day changes (ASVS 11.2.2). All of it rests on the `cryptography` library.
"""

from jutong.kernel.crypto.envelopes import Envelope, Place
from jutong.kernel.crypto.errors import CannotOpen, CryptoError, SignatureWrong, SigningUnavailable, SuiteUnknown
from jutong.kernel.crypto.sealing import SealedBox, SealingKey
from jutong.kernel.crypto.secrets import Secret
from jutong.kernel.crypto.signing import SigningKey, verify_signature
from jutong.kernel.crypto.suites import GM_1, INTL_1, Mac, Suite, equal, get_suite, sha256_hex, sm3_hex

__all__ = [
    "GM_1",
    "INTL_1",
    "CannotOpen",
    "CryptoError",
    "Envelope",
    "Mac",
    "Place",
    "SealedBox",
    "SealingKey",
    "Secret",
    "SignatureWrong",
    "SigningKey",
    "SigningUnavailable",
    "Suite",
    "SuiteUnknown",
    "equal",
    "get_suite",
    "sha256_hex",
    "sm3_hex",
    "verify_signature",
]
