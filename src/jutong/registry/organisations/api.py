"""The door of the register: organisations by credit code, divisions by code."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from jutong.kernel import clock
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.policy import Subject
from jutong.registry.organisations import queries, services
from jutong.registry.organisations.models import OrganisationVersion
from jutong.registry.organisations.models import Region as RegionRow
from jutong.registry.organisations.values import (
    InnerOffice,
    Organisation,
    OrganisationKind,
    OrganisationName,
    Region,
)

# --- Organisations ---------------------------------------------------------------------------------------------------


def get(uscc: str, *, on: date | None = None) -> Organisation:
    """The organisation with the name of a day, today's where none is given.

    Raises OrganisationUnknown.
    """
    return queries.get_organisation(uscc, on or _today())


def find(uscc: str, *, on: date | None = None) -> Organisation | None:
    """As `get`, or nothing."""
    return queries.find_organisation(uscc, on or _today())


def titles(usccs: Iterable[str], *, on: date | None = None, short: bool = False) -> dict[str, str]:
    """Names by credit code on a day, in one query; codes that nobody bears are left out."""
    return queries.titles(usccs, on or _today(), short=short)


def bureau() -> str:
    """The credit code of the big-data bureau (自治区大数据发展局).

    Raises SingleOrganisationMissing: the start data are not laid down.
    """
    return queries.uscc_of_kind(OrganisationKind.BUREAU)


def centre() -> str:
    """The credit code of the information centre (自治区信息中心).

    Raises SingleOrganisationMissing: the start data are not laid down.
    """
    return queries.uscc_of_kind(OrganisationKind.CENTRE)


def departments(
    *, text: str = "", kind: OrganisationKind | None = None, region_code: str = "", on: date | None = None
) -> list[Organisation]:
    """Organisations whose name, code or slug holds the text, of a kind, in a division or below."""
    return [queries.value_of(row) for row in search(text=text, kind=kind, region_code=region_code, on=on)]


def search(
    *, text: str = "", kind: OrganisationKind | None = None, region_code: str = "", on: date | None = None
) -> QuerySet[OrganisationVersion]:
    """As `departments`, lazily, for the faces of this room; `value_of` makes the values."""
    return queries.search(on=on or _today(), text=text, kind=kind, region_code=region_code)


value_of = queries.value_of
facts = queries.facts


def usccs_within(region_code: str) -> QuerySet[Any, Any]:
    """Credit codes of the organisations of a division and below, lazily: use it only inside `__in`."""
    return queries.usccs_within(region_code)


def names(uscc: str) -> list[OrganisationName]:
    """All names an organisation bore, newest first."""
    return queries.names(uscc)


def offices(uscc: str) -> list[InnerOffice]:
    """Inner offices of an organisation by number, closed ones too."""
    return queries.offices(uscc)


def create_department(
    *,
    uscc: str,
    name: str,
    short_name: str = "",
    slug: str = "",
    kind: OrganisationKind = OrganisationKind.DEPARTMENT,
    region_code: str = "450000",
    superior_uscc: str = "",
    valid_from: date | None = None,
    by: Subject,
    at: datetime,
) -> Organisation:
    """Register an organisation; `services.create_organisation` names the errors."""
    return services.create_organisation(
        uscc=uscc,
        name=name,
        short_name=short_name,
        slug=slug,
        kind=kind,
        region_code=region_code,
        superior_uscc=superior_uscc,
        valid_from=valid_from,
        by=by,
        at=at,
    )


def rename(
    *,
    uscc: str,
    name: str,
    short_name: str = "",
    valid_from: date,
    reason: str = "",
    document_no: str = "",
    by: Subject,
    at: datetime,
) -> Organisation:
    """Give an organisation another name from a day on; `services.rename` names the errors."""
    return services.rename(
        uscc=uscc,
        name=name,
        short_name=short_name,
        valid_from=valid_from,
        reason=reason,
        document_no=document_no,
        by=by,
        at=at,
    )


def add_office(*, uscc: str, name: str, by: Subject, at: datetime) -> InnerOffice:
    """Add an inner office; `services.add_office` names the errors."""
    return services.add_office(uscc=uscc, name=name, by=by, at=at)


def close_office(*, uscc: str, office_no: int, by: Subject, at: datetime) -> InnerOffice:
    """Close an inner office from today on."""
    return services.close_office(uscc=uscc, office_no=office_no, by=by, at=at)


# --- Divisions -------------------------------------------------------------------------------------------------------


def region(code: str) -> Region:
    """The division of a code, former ones too.

    Raises RegionUnknown or a RegionCodeError.
    """
    return queries.get_region(code)


def find_region(code: str) -> Region | None:
    """The division of a code, or nothing."""
    return queries.find_region(code)


def regions_below(code: str = "") -> list[Region]:
    """Present divisions one level below; the region itself for no code."""
    return [queries.region_value(row) for row in region_rows_below(code)]


def region_rows_below(code: str = "") -> QuerySet[RegionRow]:
    """As `regions_below`, lazily, for the faces of this room; `region_value` makes the values."""
    return queries.regions_below(code)


def search_regions(text: str) -> QuerySet[RegionRow]:
    """Divisions whose name holds the text or whose code begins with it, lazily, for the faces of this room."""
    return queries.search_regions(text)


region_value = queries.region_value


def region_path(code: str) -> list[Region]:
    """A division and all above it, highest first."""
    return queries.region_path(code)


def region_titles(codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by code, in one query; codes that no division has are left out."""
    return queries.region_titles(codes)


def present_region_code(code: str) -> str:
    """The code that stands for a division today: itself, or the successor of its former county."""
    return queries.present_code(code)


def lies_within(code: str, other: str) -> bool:
    """Does one division lie in another, or is it the same? Former codes count where their successors lie."""
    return RegionCode.parse(present_region_code(code)).is_within(RegionCode.parse(present_region_code(other)))


# --- Start data ------------------------------------------------------------------------------------------------------


def ensure_start_data(*, at: datetime) -> None:
    """Lay down the divisions and the organisations a platform starts with; two small queries when they are there."""
    services.lay_down_register(at=at)


def _today() -> date:
    return clock.local_day(clock.now())
