"""Rows of the template as entries, with a fault for every cell that cannot be read.

Rows come one after the other, so that a file of any length is read in little memory. The sheets with more are read
first; what they say of an entry is joined to it when its own row comes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol, TypeVar

from jutong.kernel.codes.sharing import ShareType, UpdateCycle
from jutong.supply.catalogue.values import Content, ControlledParameter, DataItem, Level, Secrecy
from jutong.supply.interchange.domain import cells, errors
from jutong.supply.interchange.domain.errors import CellWrong, fault_of
from jutong.supply.interchange.domain.template import (
    EXTENDED_PREFIX,
    FLAT_LEAVES,
    ITEM_KEYS,
    ITEM_LEAVES,
    ITEM_POSITION,
    ITEM_SHEET,
    LEAVES,
    MORE_LEAVES,
    MORE_POSITION,
    MORE_SHEET,
    POSITION,
    SHEETS,
    Layout,
    Leaf,
    address,
)
from jutong.supply.interchange.values import Entry, Fault, Places, Spot

T = TypeVar("T")

TEXT_LIMIT: Final = 16_000
"""Characters a cell may have: all parts of the longest element together."""
HEAD_ROWS: Final = 10
"""So far down the heads may begin; above them people write titles."""
ROUNDED: Final = "\ufffe"
"""Before a number that a spreadsheet rounded; no text can hold this character."""

Row = Sequence[str]
Complain = Callable[[Fault], None]

_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_MARKUP: Final = re.compile(
    r"</?\s*(?:script|iframe|object|embed|svg|img|style|link|meta|form|input|a|body|html|base)\b[^>]*>?"
    r"|javascript\s*:|\bon(?:error|load|click|mouseover|focus)\s*=",
    re.IGNORECASE,
)
_FORMULA: Final = re.compile(r"[=＝@＠](?=\S)|[+\-＋－](?=[A-Za-z(（]).*[(!|]", re.DOTALL)


def clean(text: str) -> str:
    """A cell's text without blanks around it, lines parted as Unix does."""
    # Most cells hold no such thing; asking is much cheaper than replacing.
    if text.isprintable():
        return text.strip()
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()


def check_text(text: str) -> None:
    """Raise a CellWrong for a text that no element may hold: too long, unprintable, or meant for a program."""
    if len(text) > TEXT_LIMIT:
        raise errors.TooLong(length=len(text), limit=TEXT_LIMIT)
    if text.startswith(ROUNDED):
        raise errors.NumberRounded
    # None of the control characters is printable, and no markup does without one of these signs: cheap to ask first.
    if not text.isprintable() and (match := _CONTROL.search(text)):
        raise errors.ControlCharacter(code=f"{ord(match[0]):04X}")
    if ("<" in text or ":" in text or "=" in text) and _MARKUP.search(text):
        raise errors.MarkupRefused
    if match := _FORMULA.match(text):
        raise errors.FormulaText(sign=match[0][:1])


def beginning(text: str) -> str:
    """What a fault shows of a cell: its beginning, without what cannot be printed."""
    return _CONTROL.sub("\ufffd", text[:80])


# --- Cells of a row --------------------------------------------------------------------------------------------------


@dataclass
class Cells:
    """The cells of one row of a sheet, read one by one; each that cannot be read is complained of."""

    sheet: str
    number: int
    row: Row
    complain: Complain
    shift: int = 0

    def raw(self, place: int) -> str:
        place += self.shift
        return clean(self.row[place]) if place < len(self.row) else ""

    def text(self, place: int) -> str:
        value = self.raw(place)
        if not value:
            return ""
        try:
            check_text(value)
        except CellWrong as error:
            self.refuse(error, place)
            return ""
        return value

    def read(self, place: int, reader: Callable[[str], T], otherwise: T) -> T:
        value = self.text(place)
        try:
            return reader(value)
        except CellWrong as error:
            self.refuse(error, place)
            return otherwise

    def refuse(self, error: CellWrong, place: int) -> None:
        spot = Spot(self.sheet, address(self.number, place + self.shift))
        self.complain(fault_of(error, spot, beginning(self.raw(place))))


def is_blank(row: Row) -> bool:
    return not any(cell and not cell.isspace() for cell in row)


# --- Heads -----------------------------------------------------------------------------------------------------------


def plain_head(text: str) -> str:
    """A head without blanks, line ends and the star or bracket that people put behind it."""
    return re.sub(r"[\s*＊]|[（(].*?[)）]", "", text)


def is_head(row: Row) -> bool:
    """Does this row begin the template's heads?"""
    return bool(row) and plain_head(row[0]) in _names(LEAVES[0])


def _names(leaf: Leaf) -> tuple[str, ...]:
    return (leaf.title, *leaf.also)


def check_heads(sheet: str, number: int, rows: Sequence[Row], leaves: Sequence[Leaf], complain: Complain) -> bool:
    """Compare heads of one or two rows with the leaves in their order; complain of each that is another one."""
    found = [""] * max(map(len, rows))
    where = [number] * len(found)
    for offset, row in enumerate(rows):
        for place, text in enumerate(row):
            if plain_head(text):
                found[place], where[place] = plain_head(text), number + offset
    right = True
    for place, leaf in enumerate(leaves):
        head = found[place] if place < len(found) else ""
        if head not in _names(leaf):
            row_no = where[place] if place < len(where) else number
            spot = Spot(sheet, address(row_no, place))
            complain(fault_of(errors.HeadWrong(expected=leaf.title), spot, beginning(head)))
            right = False
    for place in range(len(leaves), len(found)):
        if found[place] and not found[place].startswith(EXTENDED_PREFIX):
            spot = Spot(sheet, address(where[place], place))
            complain(fault_of(errors.HeadSuperfluous(), spot, beginning(found[place])))
            right = False
    return right


def extended_names(heads: Iterable[str]) -> list[str]:
    """Names of extended elements from the heads of their columns; empty where a column has none."""
    return [clean(head).removeprefix(EXTENDED_PREFIX).strip() for head in heads]


def is_second_head(row: Row) -> bool:
    """Is this the second row of heads, with the names below the groups?"""
    inner = [plain_head(row[place]) if place < len(row) else "" for place in (7, 8, 9)]
    return any(head in _names(LEAVES[7 + offset]) for offset, head in enumerate(inner) if head)


# --- The sheets with more --------------------------------------------------------------------------------------------


class Beside(Protocol):
    """What a file says beyond the template, asked for as the rows of the template come by."""

    extended: list[str]

    def of_entry(self, key: str, number: int, row: Row) -> tuple[int, Row] | None:
        """The row that adds to an entry, whose own row is given."""
        ...

    def of_item(self, key: str, title: str, number: int, row: Row) -> tuple[int, Row] | None:
        """The row that adds to a data item, whose own row is given."""
        ...

    def complain_of_rest(self) -> None:
        """Complain of rows nobody came for."""
        ...


@dataclass
class SameRow:
    """In a table without sheets each row adds to itself, if its heads go that far."""

    extended: list[str]
    there: bool

    def of_entry(self, key: str, number: int, row: Row) -> tuple[int, Row] | None:
        return (number, row) if self.there else None

    def of_item(self, key: str, title: str, number: int, row: Row) -> tuple[int, Row] | None:
        return (number, row) if self.there else None

    def complain_of_rest(self) -> None:
        """Nothing is left over."""


@dataclass
class More:
    """What the sheets with more say, until the entries come for it. Rows are kept as they stand, and read only then."""

    complain: Complain
    extended: list[str] = field(default_factory=list)
    entries: dict[str, tuple[int, Row]] = field(default_factory=dict)
    items: dict[str, dict[str, list[tuple[int, Row]]]] = field(default_factory=dict)

    def take_entries(self, rows: Iterable[tuple[int, Row]]) -> None:
        """Read the sheet with more about entries: heads first."""
        for index, (number, row) in enumerate(rows):
            if index == 0:
                check_heads(MORE_SHEET, number, [row], MORE_LEAVES, self.complain)
                self.extended = extended_names(row[len(MORE_LEAVES) :])
            elif not is_blank(row):
                key = _key(row, MORE_POSITION)
                if key in self.entries:
                    self._refuse(MORE_SHEET, number, row, 1, errors.EntryRepeated(row=self.entries[key][0]))
                self.entries.setdefault(key, (number, row))

    def take_items(self, rows: Iterable[tuple[int, Row]]) -> None:
        """Read the sheet with more about data items: heads first."""
        for index, (number, row) in enumerate(rows):
            if index == 0:
                check_heads(ITEM_SHEET, number, [row], ITEM_LEAVES, self.complain)
            elif not is_blank(row):
                title = clean(row[ITEM_POSITION["item_title"]]) if len(row) > ITEM_POSITION["item_title"] else ""
                self.items.setdefault(_key(row, ITEM_POSITION), {}).setdefault(title, []).append((number, row))

    def of_entry(self, key: str, number: int, row: Row) -> tuple[int, Row] | None:
        return self.entries.pop(key, None)

    def of_item(self, key: str, title: str, number: int, row: Row) -> tuple[int, Row] | None:
        """The next row about an item of this title; two of one title are told apart by their order."""
        waiting = self.items.get(key, {}).get(title)
        return waiting.pop(0) if waiting else None

    def complain_of_rest(self) -> None:
        """Rows nobody came for."""
        for number, row in self.entries.values():
            self._refuse(MORE_SHEET, number, row, MORE_POSITION["title"], errors.MoreWithoutEntry())
        for titles in self.items.values():
            for waiting in titles.values():
                for number, row in waiting:
                    self._refuse(ITEM_SHEET, number, row, ITEM_POSITION["item_title"], errors.MoreWithoutEntry())

    def _refuse(self, sheet: str, number: int, row: Row, place: int, error: CellWrong) -> None:
        Cells(sheet, number, row, self.complain).refuse(error, place)


def _key(row: Row, position: dict[str, int]) -> str:
    """By which an entry is known across sheets: its code, or its title where it has none."""
    code, title = (clean(row[position[name]]) if len(row) > position[name] else "" for name in ("code", "title"))
    return code or title


# --- Entries ---------------------------------------------------------------------------------------------------------


@dataclass
class _Open:
    """The entry whose rows are being read."""

    cells: Cells
    items: list[tuple[int, Row]] = field(default_factory=list)


def read_entries(
    rows: Iterable[tuple[int, Row]],
    complain: Complain,
    *,
    limit: int,
    more: More | None = None,
    layout: Layout = SHEETS,
) -> Iterator[Entry]:
    """Entries of the template's sheet, its rows numbered from 1. Cells that cannot be read are complained of.

    Merged cells have their value in the first row; rows below with the item's cells only go on with the entry. Where
    somebody repeated the entry's cells in every row instead, that is the same entry too.

    Raises SheetMissing, NothingInFile, TooManyEntries.
    """
    source = iter(rows)
    number, head = _find_heads(source)
    second = next(source, None)
    heads, pending = [head], [] if second is None else [second]
    if second is not None and is_second_head(second[1]):
        heads, pending = [head, second[1]], []
    longer = layout.flat and any(plain_head(text) for text in head[len(LEAVES) :])
    leaves = FLAT_LEAVES if longer else LEAVES
    if not check_heads(layout.entry_sheet, number, heads, leaves, complain):
        # Cells under wrong heads would each be wrong for the same reason.
        return
    beside: Beside = more or More(complain)
    if layout.flat:
        beside = SameRow(extended_names(head[len(FLAT_LEAVES) :]), longer)
    reader = _Reader(beside, complain, layout)
    seen: dict[str, int] = {}
    count = 0
    for opened in _grouped(_chain(pending, source), layout.entry_sheet, complain):
        count += 1
        if count > limit:
            raise errors.TooManyEntries(limit=limit)
        entry = reader.entry(opened)
        key = entry.code or entry.content.title
        if key in seen:
            opened.cells.refuse(errors.EntryRepeated(row=seen[key]), POSITION["code" if entry.code else "title"])
        elif key:
            seen[key] = entry.places.row
        yield entry
    if not count:
        raise errors.NothingInFile
    beside.complain_of_rest()


def _chain(pending: list[tuple[int, Row]], source: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    yield from pending
    yield from source


def _find_heads(source: Iterator[tuple[int, Row]]) -> tuple[int, Row]:
    for number, row in source:
        if is_head(row):
            return number, row
        if number >= HEAD_ROWS:
            break
    raise errors.SheetMissing


_OWN_PLACES: Final = tuple(place for place, leaf in enumerate(LEAVES) if leaf.key not in ITEM_KEYS)


def _grouped(source: Iterable[tuple[int, Row]], sheet: str, complain: Complain) -> Iterator[_Open]:
    opened: _Open | None = None
    own: list[str] = []
    for number, row in source:
        if is_blank(row):
            continue
        here = [row[place].strip() if place < len(row) else "" for place in _OWN_PLACES]
        if opened is None or (any(here) and here != own):
            if opened is not None:
                yield opened
            opened, own = _Open(Cells(sheet, number, row, complain)), here
        if any(place < len(row) and row[place].strip() for place in (POSITION["item_title"], POSITION["data_type"])):
            opened.items.append((number, row))
    if opened is not None:
        yield opened


@dataclass
class _Reader:
    """Makes entries of their rows and of what stands beside them."""

    beside: Beside
    complain: Complain
    layout: Layout

    def entry(self, opened: _Open) -> Entry:
        own = opened.cells
        raw_title = own.raw(POSITION["title"])
        if not raw_title:
            own.refuse(errors.TitleMissing(), POSITION["title"])
        key = own.raw(POSITION["code"]) or raw_title
        found = self.beside.of_entry(key, own.number, own.row)
        items, more_items = self._items(opened, key)
        content, provider = _content_of(own, items)
        if found:
            beside = Cells(self.layout.more_sheet, *found, self.complain, self.layout.more_shift)
            content = _with_more(content, beside, self.beside.extended)
        return Entry(
            content=content,
            places=Places(
                own.number, tuple(number for number, _ in opened.items), found[0] if found else 0, more_items
            ),
            code=own.read(POSITION["code"], cells.read_code, ""),
            published_on=own.read(POSITION["published_on"], cells.read_day, _NO_DAY),
            provider=provider,
        )

    def _items(self, opened: _Open, key: str) -> tuple[tuple[DataItem, ...], tuple[int, ...]]:
        items, numbers = [], []
        for number, row in opened.items:
            here = Cells(self.layout.entry_sheet, number, row, self.complain)
            found = self.beside.of_item(key, here.raw(POSITION["item_title"]), number, row)
            beside = Cells(self.layout.item_sheet, *found, self.complain, self.layout.item_shift) if found else None
            items.append(_item_of(here.text(POSITION["item_title"]), here.text(POSITION["data_type"]), beside))
            numbers.append(found[0] if found else 0)
        return tuple(items), tuple(numbers)


_NO_DAY: Final[date | None] = None
_NO_PARAMETERS: Final[tuple[ControlledParameter, ...]] = ()
_NO_TYPE: Final[ShareType | None] = None
_NO_CYCLE: Final[UpdateCycle | None] = None


def _content_of(own: Cells, items: tuple[DataItem, ...]) -> tuple[Content, str]:
    provider, office = own.read(POSITION["provider"], cells.read_provider, ("", ""))
    condition = own.read(POSITION["sharing_condition"], cells.read_condition, cells.Condition())
    methods = own.read(POSITION["sharing_methods"], cells.read_methods, cells.Methods())
    content = Content(
        title=own.text(POSITION["title"]),
        provider_uscc=own.text(POSITION["provider_uscc"]).upper(),
        classification=own.read(POSITION["classification"], cells.read_classification, ""),
        provider_office=office,
        summary=own.text(POSITION["summary"]),
        formats=own.read(POSITION["formats"], cells.read_formats, ()),
        items=items,
        sharing_type=own.read(POSITION["sharing_type"], cells.read_type, _NO_TYPE),
        use_purposes=condition.purposes,
        sharing_condition=condition.condition,
        sharing_scope=condition.scope,
        legal_bases=condition.bases,
        sharing_methods=methods.methods,
        sharing_method_note=methods.note,
        open=own.read(POSITION["open"], cells.read_flag, False),
        open_condition=own.text(POSITION["open_condition"]),
        update_cycle=own.read(POSITION["update_cycle"], cells.read_cycle, _NO_CYCLE),
        related_codes=own.read(POSITION["related_codes"], cells.read_codes, ()),
    )
    return content, provider


def _with_more(content: Content, beside: Cells, extended: Sequence[str]) -> Content:
    secrecy = beside.read(MORE_POSITION["secrecy"], cells.read_secrecy, Secrecy.NOT_CLASSIFIED)
    if secrecy is Secrecy.CLASSIFIED:
        raise errors.ClassifiedFile(place=address(beside.number, MORE_POSITION["secrecy"] + beside.shift))
    texts = {name: beside.text(len(MORE_LEAVES) + place) for place, name in enumerate(extended) if name}
    return content.changed(
        level=beside.read(MORE_POSITION["level"], cells.read_level, Level.REGIONAL),
        secrecy=secrecy,
        controlled_parameters=beside.read(
            MORE_POSITION["controlled_parameters"], cells.read_parameters, _NO_PARAMETERS
        ),
        extended={name: text for name, text in texts.items() if text},
    )


def _item_of(title: str, data_type: str, beside: Cells | None) -> DataItem:
    if beside is None:
        return DataItem(title=title, column_name="", data_type=data_type)

    def at(name: str) -> int:
        return ITEM_POSITION[name]

    return DataItem(
        title=title,
        column_name=beside.text(at("column_name")),
        data_type=data_type,
        key=beside.read(at("key"), cells.read_flag, False),
        nullable=beside.read(at("nullable"), lambda text: cells.read_flag(text, True), True),
        sensitivity=beside.read(at("sensitivity"), cells.read_grade, 1),
        identifier=beside.read(at("identifier"), cells.read_identifier, ""),
        code_list=beside.text(at("code_list")),
        basic=beside.read(at("basic"), cells.read_flag, False),
        charset=beside.text(at("charset")),
        note=beside.text(at("note")),
    )


# --- Where a gap stands ----------------------------------------------------------------------------------------------

_OWN_FIELDS: Final = {
    "use_purposes": "sharing_condition",
    "sharing_scope": "sharing_condition",
    "legal_bases": "sharing_condition",
    "sharing_method_note": "sharing_methods",
    "provider_office": "provider",
    "items": "item_title",
}
_MORE_ITEM_FIELDS: Final = frozenset(ITEM_POSITION) - {"item_title", "code", "title"}


def json_spot(places: Places, path: str) -> Spot:
    """Where an element of an entry stands in a JSON file."""
    return Spot("", f"[{places.row}].{path}" if path else f"[{places.row}]")


def spot_of(places: Places, path: str, layout: Layout = SHEETS) -> Spot:
    """The cell in which an element of an entry stands, by its path in the JSON of `Content` (`items.2.title`)."""
    head, _, rest = path.partition(".")
    if head == "items" and rest:
        index, _, name = rest.partition(".")
        return _item_spot(places, int(index), name, layout)
    if head in MORE_POSITION and head not in POSITION and places.more_row:
        return Spot(layout.more_sheet, address(places.more_row, MORE_POSITION[head] + layout.more_shift))
    name = _OWN_FIELDS.get(head, head)
    return Spot(layout.entry_sheet, address(places.row, POSITION.get(name, POSITION["title"])))


def _item_spot(places: Places, index: int, name: str, layout: Layout) -> Spot:
    row = places.items[index] if index < len(places.items) else places.row
    beside = places.more_items[index] if index < len(places.more_items) else 0
    if name in _MORE_ITEM_FIELDS and beside:
        return Spot(layout.item_sheet, address(beside, ITEM_POSITION[name] + layout.item_shift))
    return Spot(layout.entry_sheet, address(row, POSITION["data_type" if name == "data_type" else "item_title"]))


# --- JSON ------------------------------------------------------------------------------------------------------------


def read_json(found: Any, complain: Complain, *, limit: int) -> Iterator[Entry]:
    """Entries of a JSON file: an array of objects with `content`, and `code` where they have one.

    Raises JsonMalformed, NothingInFile, TooManyEntries.
    """
    if not isinstance(found, list):
        raise errors.JsonMalformed(line=1)
    if not found:
        raise errors.NothingInFile
    if len(found) > limit:
        raise errors.TooManyEntries(limit=limit)
    seen: dict[str, int] = {}
    for index, data in enumerate(found):
        entry = _json_entry(index, data, complain)
        if entry is None:
            continue
        key = entry.code or entry.content.title
        if key in seen:
            complain(fault_of(errors.EntryRepeated(row=seen[key]), Spot("", f"[{index}]"), beginning(key)))
        seen.setdefault(key, index)
        yield entry


def _json_entry(index: int, data: Any, complain: Complain) -> Entry | None:
    def refuse(error: CellWrong, path: str, value: str = "") -> None:
        complain(fault_of(error, Spot("", f"[{index}]{path}"), beginning(value)))

    if not isinstance(data, dict) or not isinstance(data.get("content"), dict):
        refuse(errors.ShapeWrong(), ".content")
        return None
    sound = True
    for path, text in texts_in(data):
        try:
            check_text(clean(text))
        except CellWrong as error:
            refuse(error, path, text)
            sound = False
    if not sound:
        return None
    if data["content"].get("secrecy") == Secrecy.CLASSIFIED:
        raise errors.ClassifiedFile(place=f"[{index}].content.secrecy")
    try:
        content = well_shaped(Content.from_json(data["content"]))
        code, day = cells.read_code(data.get("code") or ""), cells.read_day(data.get("published_on") or "")
    except CellWrong as error:
        refuse(error, "")
        return None
    except (TypeError, ValueError, KeyError, AttributeError):
        refuse(errors.ShapeWrong(), ".content")
        return None
    if not content.title.strip():
        refuse(errors.TitleMissing(), ".content.title")
        return None
    return Entry(content, Places(index), code, day, "")


def well_shaped(content: Content) -> Content:
    """The content, if every part is of its kind: what JSON gives may be a number where a text belongs.

    Raises ShapeWrong.
    """
    texts: list[Any] = [
        content.title, content.provider_uscc, content.classification, content.provider_office, content.summary,
        content.sharing_condition, content.sharing_scope, content.sharing_method_note, content.open_condition,
        *content.formats, *content.related_codes, *content.extended, *content.extended.values(),
        *(parameter.column for parameter in content.controlled_parameters),
    ]  # fmt: skip
    for item in content.items:
        texts += [item.title, item.column_name, item.data_type, item.identifier, item.code_list, item.charset]
        texts.append(item.note)
        if type(item.sensitivity) is not int or not all(type(f) is bool for f in (item.key, item.nullable, item.basic)):
            raise errors.ShapeWrong
    for basis in content.legal_bases:
        texts += [basis.title, basis.number, basis.article]
    if not all(isinstance(text, str) for text in texts):
        raise errors.ShapeWrong
    return content


def texts_in(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from texts_in(part, f"{path}.{name[:60]}")
            yield path, name
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from texts_in(part, f"{path}[{index}]")
