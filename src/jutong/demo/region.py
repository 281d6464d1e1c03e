"""What the region consists of, read from the tables beside this module: departments, resources and their items."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jutong.kernel.codes.sharing import ShareType, UpdateCycle, UsePurpose
from jutong.kernel.codes.uscc import complete
from jutong.registry.organisations.values import OrganisationKind
from jutong.supply.catalogue.values import BasisKind, Content, ControlledParameter, DataItem, LegalBasis, Level

FIRST_NUMBER = 101
"""Invented credit codes of the demo count from here; those of the start data end long before."""

_CODE_PREFIX = {
    OrganisationKind.DEPARTMENT: "11",
    OrganisationKind.OTHER_ORGAN: "11",
    OrganisationKind.CITY_DEPARTMENT: "11",
    OrganisationKind.CENTRAL_ORGAN: "11",
    OrganisationKind.INSTITUTION: "12",
    OrganisationKind.MASS_ORGANISATION: "13",
}


@dataclass(frozen=True, slots=True)
class Department:
    """An organisation of the region. `uscc` is invented and checks; `slug` names it in logins."""

    slug: str
    name: str
    short_name: str
    kind: OrganisationKind
    region_code: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A catalogue entry of the region: whose it is, and what it says but for the provider's code."""

    department: str
    content: Content


@lru_cache(maxsize=1)
def departments() -> tuple[Department, ...]:
    """The region's organisations in the order of the table; the platform's start data hold some of them already."""
    return tuple(_department(number, row) for number, row in enumerate(_rows("departments"), start=FIRST_NUMBER))


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """The region's catalogue, in the order of the table."""
    items: dict[str, list[DataItem]] = {}
    for row in _rows("items"):
        items.setdefault(row["resource"], []).append(_item(row))
    return tuple(_entry(row, tuple(items[row["title"]])) for row in _rows("resources"))


def _department(number: int, row: dict[str, str]) -> Department:
    kind = OrganisationKind(row["kind"])
    prefix = _CODE_PREFIX.get(kind, "11") + row["region_code"]
    return Department(
        slug=row["slug"],
        name=row["name"],
        short_name=row["short_name"],
        kind=kind,
        region_code=row["region_code"],
        uscc=complete(f"{prefix}JT{number:06}"),
    )


def _entry(row: dict[str, str], items: tuple[DataItem, ...]) -> Entry:
    content = Content(
        title=row["title"],
        provider_uscc="",
        classification=row["classification"],
        summary=row["summary"],
        formats=tuple(row["formats"].split("|")),
        items=items,
        sharing_type=ShareType(int(row["sharing_type"])),
        use_purposes=tuple(UsePurpose(word) for word in row["purposes"].split()),
        sharing_condition=row["condition"],
        sharing_scope=row["scope"],
        legal_bases=tuple(_bases(row["bases"])),
        open=row["open"] == "1",
        open_condition=row["open_condition"],
        update_cycle=UpdateCycle(int(row["update_cycle"])),
        level=Level(row["level"]),
        controlled_parameters=tuple(ControlledParameter(column) for column in row["parameters"].split()),
    )
    return Entry(row["department"], content)


def _bases(text: str) -> Iterator[LegalBasis]:
    for basis in filter(None, text.split("|")):
        kind, title, article = basis.split(";")
        yield LegalBasis(BasisKind(kind), title, article)


def _item(row: dict[str, str]) -> DataItem:
    return DataItem(
        title=row["title"],
        column_name=row["column_name"],
        data_type=row["data_type"],
        key=row["key"] == "1",
        nullable=row["key"] != "1" and not _must_be_filled(row),
        sensitivity=int(row["sensitivity"]),
        identifier=row["identifier"],
        code_list=row["code_list"],
        basic=row["basic"] == "1",
        note=row["note"],
    )


def _must_be_filled(row: dict[str, str]) -> bool:
    """Who or what it is about, where, and in which state: registers demand that."""
    return row["data_type"].startswith("C") and row["title"].endswith(_DEMANDED)


_DEMANDED = ("姓名", "名称", "地址", "住所", "场所", "类型代码", "类别代码", "状态代码", "行政区划代码", "机关")


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files(__package__).joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))
