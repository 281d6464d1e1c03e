"""The router of the exchange, and the parameters its operations share."""

from typing import Annotated

from ninja import Path as InPath
from ninja import Router
from pydantic import Field, StringConstraints

from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH

router = Router(tags=["exchange"])

InRun = Annotated[str, InPath(pattern=r"^YX[0-9]{10,16}$", examples=["YX2026000001"])]
CodeText = Annotated[
    str, StringConstraints(pattern=r"^[123][0-9]{5,37}/[1-9][0-9]{0,8}$"), Field(examples=["303001/1"])
]
InClass = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]
InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]
UsccText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$"), Field(examples=["11450000MB0000013R"])]
