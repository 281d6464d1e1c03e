"""What a paper consists of. Every text is plain; the layout alone knows fonts and sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Heading:
    """A heading within a paper, such as 一、基本情况."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, its first line indented by two characters. Line breaks in the text are kept."""

    text: str


@dataclass(frozen=True)
class Note:
    """Small print: how the paper was made, how it is checked."""

    text: str


@dataclass(frozen=True)
class FactSheet:
    """Pairs of label and value as a form; two short ones share a line."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Column:
    """A column of a table. `share` is its part of the width; columns of one paper need not add up to anything."""

    title: str
    share: int = 1
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True)
class Table:
    """A table with its heading repeated on every page. An empty one says so with `empty`."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    empty: str = "无"


Block = Heading | Paragraph | Note | FactSheet | Table


@dataclass(frozen=True)
class Paper:
    """An official paper (公文): what stands on it, from top to bottom.

    `number` is its number (文号, 编号), `made_at` the moment of making, in the foot of every page and in the file's own
    description. `organisation` is the author named in the file's description.
    """

    title: str
    number: str
    organisation: str
    made_at: datetime
    blocks: Sequence[Block]
    subtitle: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class SetPart:
    """A part of a book as it was set: the name by which the book's layout finds it, and what its own layout told."""

    file: str
    told: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound book (成册文书): its bytes, and what its layout told."""

    content: bytes
    told: Sequence[Any]
