"""Names, media types and places of files."""

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME = 200
UNKNOWN_MEDIA_TYPE = "application/octet-stream"

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,127}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def clean_name(name: str) -> str:
    """A name to show and to offer for download: no folders, no control or direction characters, not too long.

    Only shown, never used as a path; the digest is that.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    trimmed = " ".join(visible.split()).strip(". ")
    if not trimmed:
        return "file"
    stem, dot, ending = trimmed.rpartition(".")
    if len(trimmed) > MAX_NAME and dot and len(ending) <= 10:
        return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
    return trimmed[:MAX_NAME]


def settled_media_type(given: str, name: str) -> str:
    """The media type as given, or by the name's ending, without parameters; else unknown bytes."""
    bare = given.split(";")[0].strip().lower()
    if _MEDIA_TYPE.fullmatch(bare) and bare != UNKNOWN_MEDIA_TYPE:
        return bare
    return mimetypes.guess_type(name)[0] or UNKNOWN_MEDIA_TYPE


def place_of(digest: str) -> PurePosixPath:
    """Where content lies below the files folder.

    Raises ValueError: not a SHA-256 digest in hexadecimal.
    """
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a digest")
    return PurePosixPath("sha256") / digest[:2] / digest[2:4] / digest
