"""The router, and the texts and addresses that all routes share."""

from datetime import date
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Router
from pydantic import Field, StringConstraints

from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.supply.catalogue import domain

router = Router(tags=["catalogue"])

# Printable text: PostgreSQL stores no NUL, and names need no control characters; longer texts have lines.
_LINE = r"^[^\x00-\x1f\x7f]*$"

LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def line(limit: int) -> Any:
    """A text of one line, up to so many characters."""
    return StringConstraints(pattern=_LINE, max_length=limit)


Title = Annotated[str, line(domain.MAX_TITLE_LENGTH)]
Short = Annotated[str, line(80)]
Line = Annotated[str, line(500)]
Text = Annotated[str, StringConstraints(pattern=LINES, max_length=domain.MAX_TEXT_LENGTH)]

UsccText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Z]{18}$"),
    Field(description="统一社会信用代码", examples=["11450000MB0000013R"]),
]

ClassificationText = Annotated[
    str, StringConstraints(pattern=rf"^([123]([0-9]{{2}}([0-9]{{3,{3 + MAX_DETAIL_LENGTH}}})?)?)?$")
]

InClassification = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]

InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]
InDraft = Annotated[str, InPath(pattern=r"^CG[0-9]{8,16}$", examples=["CG20260001"])]
InVersion = Annotated[int, InPath(ge=1, le=1_000_000)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
