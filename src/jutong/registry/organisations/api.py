"""The door of the register: organisations by credit code, divisions by code."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from jutong.kernel import clock
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.policy import Subject
from jutong.registry.organisations import plugs, queries
from jutong.registry.organisations.models import OrganisationVersion
from jutong.registry.organisations.models import Region as RegionRow
from jutong.registry.organisations.services import reform, register
from jutong.registry.organisations.values import (
    CodeDays,
    Heritage,
    InnerOffice,
    Mover,
    Organisation,
    OrganisationKind,
    OrganisationName,
    PlanDraft,
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


def get_standing(uscc: str) -> Organisation:
    """As `get`, of an organisation in which something new may begin.

    Raises OrganisationUnknown, OrganisationClosed: a reform has ended it.
    """
    return queries.get_standing(uscc, _today())


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
    """Organisations whose name, code or slug holds the text, of a kind, in a division or below; ended ones too."""
    return [queries.value_of(row) for row in search(text=text, kind=kind, region_code=region_code, on=on)]


def choices(*, kind: OrganisationKind | None = None) -> list[Organisation]:
    """The organisations in which something new may begin: all but those that a reform has ended."""
    return [found for found in departments(kind=kind) if found.closed_on is None]


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


def names_of(usccs: Iterable[str]) -> list[tuple[str, OrganisationName]]:
    """All names that these organisations ever bore, each with its credit code."""
    return [(row.organisation.uscc, queries.name_value(row)) for row in queries.names_of(usccs)]


def names_holding(part: str) -> list[tuple[str, OrganisationName]]:
    """All names, past ones too, that hold this, each with the credit code of who bore it."""
    return [(row.organisation.uscc, queries.name_value(row)) for row in queries.names_holding(part)]


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
    """Register an organisation; `register.create_organisation` names the errors."""
    return register.create_organisation(
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
    """Give an organisation another name from a day on; `register.rename` names the errors."""
    return register.rename(
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
    """Add an inner office; `register.add_office` names the errors."""
    return register.add_office(uscc=uscc, name=name, by=by, at=at)


def close_office(*, uscc: str, office_no: int, by: Subject, at: datetime) -> InnerOffice:
    """Close an inner office from today on."""
    return register.close_office(uscc=uscc, office_no=office_no, by=by, at=at)


def note_dates(
    *,
    uscc: str,
    seal_from: date | None = None,
    code_from: date | None = None,
    code_to: date | None = None,
    by: Subject,
    at: datetime,
) -> None:
    """Note the days of the seal and of the code's certificate; `register.note_dates` names the errors."""
    register.note_dates(uscc=uscc, seal_from=seal_from, code_from=code_from, code_to=code_to, by=by, at=at)


def seal_name(uscc: str, *, on: date | None = None) -> str:
    """The name on the seal in use on a day, which may lag behind the name.

    Raises OrganisationUnknown.
    """
    return queries.seal_name(uscc, on or _today())


def code_days(uscc: str) -> CodeDays:
    """The days of the credit code's certificate.

    Raises OrganisationUnknown.
    """
    return queries.code_days(uscc)


# --- Descent ---------------------------------------------------------------------------------------------------------


def successor_of(uscc: str, *, at: date | None = None) -> str:
    """Who stands on a day in the place of a body: itself while it exists, else its main successor's."""
    return successors_of([uscc], at=at)[uscc]


def successors_of(usccs: Iterable[str], *, at: date | None = None) -> dict[str, str]:
    """As `successor_of` for many, in two queries: with it, figures "as they were" become figures "as they are now"."""
    return queries.successors(usccs, at or _today())


def predecessors_of(uscc: str, *, at: date | None = None) -> set[str]:
    """Ended bodies in whose place this one stands on a day, over all steps of descent."""
    return queries.predecessors(uscc, at or _today())


def as_it_is_now(figures: Mapping[str, int], *, at: date | None = None) -> dict[str, int]:
    """Figures by the body of their day, added up by who stands in its place (按现机构口径)."""
    present = successors_of(figures, at=at)
    found: dict[str, int] = {}
    for uscc, count in figures.items():
        found[present[uscc]] = found.get(present[uscc], 0) + count
    return found


def heritage(*, predecessor: str = "", successor: str = "") -> list[Heritage]:
    """Steps of descent from or to an organisation, newest first."""
    return queries.heritage(predecessor=predecessor, successor=successor)


# --- Reform ----------------------------------------------------------------------------------------------------------


def plug_mover(mover: Mover) -> None:
    """Have a room's things move with their organisation. Called at start, once a kind."""
    plugs.plug_mover(mover)


def declare_history(columns: Mapping[str, str]) -> None:
    """Name columns (`app.Model.field`) that keep the organisation of their day, each with the reason."""
    plugs.declare_history(columns)


def movers() -> Sequence[Mover]:
    """All movers in the order in which they move."""
    return plugs.movers()


def history() -> Mapping[str, str]:
    """Columns that no reform touches, with the reason."""
    return plugs.history()


def prepare_reform(*, draft: PlanDraft, by: Subject, at: datetime) -> str:
    """Begin a plan and list everything it concerns; gives its number. `reform.prepare` names the errors."""
    return reform.prepare(draft=draft, by=by, at=at)


def change_reform(*, plan_no: str, draft: PlanDraft, by: Subject, at: datetime) -> None:
    """Change what a plan says while it is being prepared; `reform.change` names the errors."""
    reform.change(plan_no=plan_no, draft=draft, by=by, at=at)


def list_reform_anew(*, plan_no: str, by: Subject, at: datetime) -> int:
    """Look again for everything a plan concerns; gives how many lines there are."""
    return reform.list_anew(plan_no=plan_no, by=by, at=at)


def check_reform_lines(
    *,
    plan_no: str,
    by: Subject,
    at: datetime,
    checked: bool = True,
    kind: str = "",
    text: str = "",
    line_ids: Collection[int] | None = None,
    target: str | None = None,
) -> int:
    """Check lines, or take the check back, and say who takes them; `reform.check_lines` names the errors."""
    return reform.check_lines(
        plan_no=plan_no, by=by, at=at, checked=checked, kind=kind, text=text, line_ids=line_ids, target=target
    )


def submit_reform(*, plan_no: str, by: Subject, at: datetime) -> str:
    """Submit a plan for its release by another; gives the case's number. `reform.submit` names the errors."""
    return reform.submit(plan_no=plan_no, by=by, at=at)


def cancel_reform(*, plan_no: str, reason: str, by: Subject, at: datetime) -> None:
    """Give a plan up that is not carried out yet; `reform.cancel` names the errors."""
    reform.cancel(plan_no=plan_no, reason=reason, by=by, at=at)


def carry_out_reform(*, plan_no: str, by: Subject, at: datetime) -> bool:
    """Carry a due plan out now; tells whether it was. `reform.carry_out` names the errors."""
    return reform.carry_out(plan_no=plan_no, by=by, at=at)


def carry_out_due_reforms(*, at: datetime) -> int:
    """Carry out every released plan whose day has come; gives how many were."""
    return reform.carry_out_due(at=at)


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
    register.lay_down_register(at=at)


def _today() -> date:
    return clock.local_day(clock.now())
