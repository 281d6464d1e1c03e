"""The door of documents: papers as PDF and DOCX."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from jutong.foundation.documents.adapters import binding, typesetting
from jutong.foundation.documents.adapters.typesetting import FONTS
from jutong.foundation.documents.domain import FontsMissing, LayoutBroken, lines_of_facts
from jutong.foundation.documents.queries import paper_data
from jutong.foundation.documents.values import Bound, Paper, SetPart

__all__ = [
    "DOCX_TYPE",
    "FONTS",
    "PDF_TYPE",
    "Bound",
    "FontsMissing",
    "LayoutBroken",
    "SetPart",
    "bind",
    "lines_of_facts",
    "paper_as_docx",
    "paper_as_pdf",
    "pdf",
]

PDF_TYPE = "application/pdf"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF/A of a room's own layout, `<room>/<name>.typ` under its templates, which reads its content from `data`.

    `data` is anything JSON can hold. `at` becomes the file's moment of making: the same call gives the same bytes.

    Raises FontsMissing, LayoutBroken.
    """
    return typesetting.compose(template, data, at=at)


def paper_as_pdf(paper: Paper) -> bytes:
    """A paper in the official layout, as PDF/A.

    Raises FontsMissing, LayoutBroken.
    """
    return typesetting.compose("documents/paper.typ", paper_data(paper), at=paper.made_at)


def paper_as_docx(paper: Paper) -> bytes:
    """The same paper as DOCX, to be edited, numbered and sealed elsewhere.

    It names the official fonts, which the reader's machine has or replaces by its own.
    """
    # Here and not above: the writer of DOCX takes a moment to load, and most processes never need it.
    from jutong.foundation.documents.adapters import writing

    return writing.compose(paper)


def bind(
    *,
    part_template: str,
    parts: Iterable[Mapping[str, Any]],
    book_template: str,
    book: Callable[[list[SetPart]], Mapping[str, Any]],
    at: datetime,
    told: Callable[[int], None] = lambda number: None,
) -> Bound:
    """A book (成册文书) in a room's own layouts: its parts set one by one, then bound by the book's layout.

    Each part finds its data as `pdf` does. `book` is asked for the book's data when all parts are set, with the file of
    each and what its layout told by `#metadata(…) <told>`. `told` hears after each part how many are set.

    Raises FontsMissing, LayoutBroken.
    """
    return binding.bind(
        part_template=part_template, parts=parts, book_template=book_template, book=book, at=at, told=told
    )
