"""Refused rows as they are kept: sealed for their resource, and found again by a keyed digest."""

import json
from functools import cache

from django.conf import settings

from jutong.kernel.crypto import INTL_1, Envelope, Mac, Place, Secret

Row = tuple[str | None, ...]


def seal(resource_code: str, digest: str, row: Row) -> bytes:
    """A row, to be opened under this resource and digest only.

    The owner of the key is the resource and not its department, which a reform may change.
    """
    return _envelope().seal(_plain(row), owner=resource_code, place=_place(digest))


def unseal(resource_code: str, digest: str, sealed: bytes) -> Row:
    """Raises CannotOpen."""
    opened = _envelope().open(bytes(sealed), owner=resource_code, place=_place(digest))
    return tuple(json.loads(opened.reveal()))


def digest_of(resource_code: str, row: Row) -> str:
    """The same for the same row of the same resource; without the platform's key nobody can try rows out."""
    return _mac(settings.JUTONG_KEK_ROOT).code(resource_code.encode() + b"|" + _plain(row)).hex()


def _plain(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode(errors="surrogatepass")


def _place(digest: str) -> Place:
    return Place("exchange_reject", digest, "row")


def _envelope() -> Envelope:
    return Envelope(settings.JUTONG_KEK_ROOT)


@cache
def _mac(root: Secret | bytes) -> Mac:
    key = root.reveal() if isinstance(root, Secret) else root
    return INTL_1.mac(INTL_1.digest(b"exchange rejects|" + key))
