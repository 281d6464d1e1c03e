"""PDF by typst, with the fonts that the platform ships and, for rare characters, those of this machine."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.template.utils import get_app_template_dirs
from django.utils._os import safe_join

from jutong.foundation.documents.domain import SHIPPED_FAMILIES, FontsMissing, LayoutBroken, printable_data

_ROOM = Path(__file__).resolve().parent.parent
FONTS = _ROOM / "fonts"
_OFFICIAL = _ROOM / "templates" / "documents" / "official.typ"
# Of the second plane, in Chinese names of places and people; fonts that have it have the others too.
_RARE = "𠮷"
_FONT_LIST_SECONDS = 10


def compose(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF/A of a layout with its data; `at` is its moment of making.

    Raises FontsMissing, LayoutBroken.
    """
    missing = SHIPPED_FAMILIES - shipped_families()
    if missing:
        raise FontsMissing(families=", ".join(sorted(missing)))
    source = source_of(template)
    content = json.dumps(printable_data(data, has_character), ensure_ascii=False)
    try:
        compiler = typst.Compiler(
            source.encode(), root=_OFFICIAL.parent, font_paths=_fonts(), sys_inputs={"data": content}
        )
        made = compiler.compile(format="pdf", pdf_standards="a-2u", timestamp=at.astimezone(UTC).replace(microsecond=0))
    except typst.TypstError as fault:
        raise LayoutBroken(template=template) from fault
    assert isinstance(made, bytes)
    return made


def source_of(template: str) -> str:
    """The source of a layout with the words of this room before it.

    Raises LayoutBroken: no room has such a layout.
    """
    # Not read by typst itself, so that a layout of one room can use the words of this one without a common folder.
    return _OFFICIAL.read_text() + "\n" + _find(template).read_text()


def _find(template: str) -> Path:
    for folder in get_app_template_dirs("templates"):
        path = Path(safe_join(folder, template))
        if path.is_file():
            return path
    raise LayoutBroken(template=template)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Looking through the machine's fonts takes longer than setting a page: once a process.
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(FONTS)])


def shipped_families() -> frozenset[str]:
    """The families found in the platform's own font folder."""
    if not FONTS.is_dir():
        return frozenset()
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return frozenset(found.families())


@lru_cache(maxsize=4096)
def has_character(character: str) -> bool:
    """Is there a font on this machine that has the character, and that typst finds?"""
    program = shutil.which("fc-list")
    if program is None:
        return False
    try:
        listed = subprocess.run(  # noqa: S603
            [program, f":charset={ord(character):x}", "file"],
            capture_output=True,
            text=True,
            timeout=_FONT_LIST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return not _font_files().isdisjoint(line.rstrip(": ") for line in listed.stdout.splitlines())


@lru_cache(maxsize=1)
def _font_files() -> frozenset[str]:
    return frozenset(font.path for font in _fonts().fonts() if font.path)


def has_rare_characters() -> bool:
    """Has this machine a font with the rare characters of names?"""
    return has_character(_RARE)
