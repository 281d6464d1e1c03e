"""The formats of resources, as text and as values."""

from typing import Final

from jutong.kernel.codes.sharing import (
    FormatGroup,
    ResourceFormat,
    find_format,
)
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

PRACTICE_FORMATS: Final[dict[FormatGroup, tuple[str, ...]]] = {
    FormatGroup.DOCUMENT: ("json",),
    FormatGroup.SPREADSHEET: ("csv",),
    FormatGroup.DATABASE: ("MySQL", "MariaDB", "PostgreSQL"),
    FormatGroup.IMAGE: ("png", "tif"),
    FormatGroup.STREAM: ("mp3", "mp4"),
}
"""Formats met in practice that the Guide's open list ("包括但不限于") does not name."""

_PRACTICE_BY_NAME: Final = {
    name.casefold(): ResourceFormat(group, name) for group, names in PRACTICE_FORMATS.items() for name in names
}


class FormatUnknown(JutongError):
    """A format is neither in the lists nor given with its group."""

    message = N_("没有格式“{name}”；列表以外的格式请写明所属大类，例如 self_described:表格驱动码。")


def parse_format(text: str) -> ResourceFormat:
    """Read a format: a listed name in any letter case, or `group:name` for others (自描述格式 among them).

    Raises FormatUnknown.
    """
    plain = text.strip()
    listed = find_format(plain) or _PRACTICE_BY_NAME.get(plain.casefold())
    if listed:
        return listed
    group, _, name = plain.partition(":")
    if name.strip() and group.strip() in set(FormatGroup):
        return ResourceFormat(FormatGroup(group.strip()), name.strip())
    raise FormatUnknown(name=plain)


def format_text(value: ResourceFormat) -> str:
    """A format as `parse_format` reads it back."""
    listed = find_format(value.name) or _PRACTICE_BY_NAME.get(value.name.casefold())
    return value.name if listed == value else f"{value.group}:{value.name}"
