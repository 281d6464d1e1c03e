"""Books: parts set one by one, each by a process of its own, then bound between cover, contents and indexes.

A book of a thousand pages set at once takes more than a gigabyte. Set in parts, none takes more than its own pages;
bound, the parts' pages lie on the book's as vector pictures, whose text is still found and copied.
"""

import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jutong.foundation.documents.adapters import typesetting
from jutong.foundation.documents.domain import SHIPPED_FAMILIES, FontsMissing, LayoutBroken, printable_data
from jutong.foundation.documents.values import Bound, SetPart

log = logging.getLogger(__name__)

# Each part has a few dozen pages; a machine that is busy beyond measure still gets there.
_PART_SECONDS: Final = 600


def bind(
    *,
    part_template: str,
    parts: Iterable[Mapping[str, Any]],
    book_template: str,
    book: Callable[[list[SetPart]], Mapping[str, Any]],
    at: datetime,
    told: Callable[[int], None] = lambda number: None,
) -> Bound:
    """The PDF of a book; `told` hears after each part how many are set.

    Raises FontsMissing, LayoutBroken.
    """
    missing = SHIPPED_FAMILIES - typesetting.shipped_families()
    if missing:
        raise FontsMissing(families=", ".join(sorted(missing)))
    with tempfile.TemporaryDirectory(prefix="jutong-book-") as place:
        folder = Path(place)
        made: list[SetPart] = []
        for number, data in enumerate(parts):
            words = _set(folder, f"part{number}", part_template, data, at)
            made.append(SetPart(f"part{number}.pdf", words))
            told(number + 1)
        words = _set(folder, "book", book_template, book(made), at)
        return Bound((folder / "book.pdf").read_bytes(), words)


def _set(folder: Path, name: str, template: str, data: Mapping[str, Any], at: datetime) -> list[Any]:
    content = json.dumps(printable_data(data, typesetting.has_character), ensure_ascii=False)
    (folder / f"{name}.typ").write_text(typesetting.source_of(template), "utf-8")
    (folder / f"{name}.json").write_text(content, "utf-8")
    command = [sys.executable, "-m", "jutong.foundation.documents.setter", str(folder), name, at.isoformat()]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_PART_SECONDS)  # noqa: S603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        # What the typesetter says quotes the layout, never the data.
        log.error("layout %s: %s", template, (fault.stderr or b"").decode(errors="replace")[-500:])
        raise LayoutBroken(template=template) from fault
    words: list[Any] = json.loads((folder / f"{name}.told.json").read_text("utf-8"))
    return words
