"""Reads the register."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from jutong.base.access import scope_q
from jutong.kernel.codes.region import RegionCode, RegionLevel
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.registry.organisations import models
from jutong.registry.organisations.values import (
    InnerOffice,
    Organisation,
    OrganisationKind,
    OrganisationName,
    OrganisationUnknown,
    Region,
    RegionUnknown,
    SingleOrganisationMissing,
)


# --- Rights ----------------------------------------------------------------------------------------------------------
def facts(row: Organisation | models.Organisation) -> Facts:
    """What decisions may know of an organisation: it is its own."""
    return Facts({Relation.OWNER: row.uscc})


def scope(subject: Subject, action: Action) -> Q:
    """The organisations on which the subject may act, as a condition on their rows."""
    return scope_q(subject, action, {Relation.OWNER: "uscc"})


# --- Organisations ---------------------------------------------------------------------------------------------------
def version_rows(on: date) -> QuerySet[models.OrganisationVersion]:
    """The version of each organisation on that day, with its organisation, in the order of official lists."""
    rows = models.OrganisationVersion.objects.of_day(on).select_related("organisation", "organisation__superior")
    return rows.order_by("organisation__region_id", "organisation_id")


def search(
    *, on: date, text: str = "", kind: OrganisationKind | None = None, region_code: str = ""
) -> QuerySet[models.OrganisationVersion]:
    """Organisations whose name, credit code or slug holds the text, of a kind, in a division or below."""
    rows = version_rows(on)
    if words := text.strip():
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(short_name__icontains=words)
            | Q(organisation__uscc__istartswith=words)
            | Q(organisation__slug__istartswith=words)
        )
    if kind is not None:
        rows = rows.filter(organisation__kind=kind)
    if region_code:
        rows = rows.filter(organisation__region__code__startswith=RegionCode.parse(region_code).prefix)
    return rows


def value_of(row: models.OrganisationVersion) -> Organisation:
    """An organisation with the name of one of its versions."""
    organisation = row.organisation
    return Organisation(
        uscc=organisation.uscc,
        name=row.name,
        short_name=row.short_name,
        slug=organisation.slug,
        kind=OrganisationKind(organisation.kind),
        region_code=organisation.region_id,
        superior_uscc=organisation.superior.uscc if organisation.superior else "",
    )


def find_organisation(uscc: str, on: date) -> Organisation | None:
    row = version_rows(on).filter(organisation__uscc=uscc).first()
    return value_of(row) if row else None


def get_organisation(uscc: str, on: date) -> Organisation:
    found = find_organisation(uscc, on)
    if found is None:
        raise OrganisationUnknown(uscc=uscc)
    return found


def titles(usccs: Iterable[str], on: date, *, short: bool = False) -> dict[str, str]:
    """Names by credit code on a day; codes that nobody bears are left out."""
    wanted = set(usccs)
    if not wanted:
        return {}
    rows = models.OrganisationVersion.objects.of_day(on).filter(organisation__uscc__in=wanted)
    return dict(rows.values_list("organisation__uscc", "short_name" if short else "name"))


def uscc_of_kind(kind: OrganisationKind) -> str:
    """The credit code of the one organisation of this kind."""
    found = models.Organisation.objects.filter(kind=kind).values_list("uscc", flat=True).first()
    if found is None:
        raise SingleOrganisationMissing(kind=kind)
    return found


def find_uscc_of_kind(kind: OrganisationKind) -> str:
    """As `uscc_of_kind`, or nothing."""
    return models.Organisation.objects.filter(kind=kind).values_list("uscc", flat=True).first() or ""


def region_code_of(uscc: str) -> str:
    """The code of the division an organisation belongs to, or nothing."""
    return models.Organisation.objects.filter(uscc=uscc).values_list("region_id", flat=True).first() or ""


def usccs_within(region_code: str) -> QuerySet[models.Organisation, Any]:
    """Credit codes of the organisations of a division and below, lazily, for `__in`."""
    prefix = RegionCode.parse(region_code).prefix
    return models.Organisation.objects.filter(region__code__startswith=prefix).values("uscc")


def names(uscc: str) -> list[OrganisationName]:
    """All names an organisation bore, newest first."""
    rows = models.OrganisationVersion.objects.filter(organisation__uscc=uscc).order_by("-valid_from")
    return [OrganisationName(r.name, r.short_name, r.valid_from, r.valid_to, r.reason, r.document_no) for r in rows]


def offices(uscc: str) -> list[InnerOffice]:
    """Inner offices by number, closed ones too."""
    rows = models.InnerOffice.objects.filter(organisation__uscc=uscc).order_by("office_no")
    return [InnerOffice(r.office_no, r.name, r.closed_on) for r in rows]


# --- Divisions -------------------------------------------------------------------------------------------------------
def region_value(row: models.Region) -> Region:
    return Region(row.code, row.name, RegionLevel(row.level), row.parent_code, row.successor_code)


def find_region(code: str) -> Region | None:
    row = models.Region.objects.filter(code=code).first()
    return region_value(row) if row else None


def get_region(code: str) -> Region:
    found = find_region(RegionCode.parse(code).text)
    if found is None:
        raise RegionUnknown(code=code)
    return found


def regions_below(code: str) -> QuerySet[models.Region]:
    """Present divisions one level below; those of the first level for an empty code."""
    return models.Region.objects.filter(parent_code=code, successor_code="").order_by("code")


def search_regions(text: str) -> QuerySet[models.Region]:
    """Divisions whose name holds the text or whose code begins with it, higher levels first."""
    words = text.strip()
    return models.Region.objects.filter(Q(name__contains=words) | Q(code__startswith=words)).order_by("level", "code")


def region_path(code: str) -> list[Region]:
    """A division and all above it, highest first."""
    chain = [part.text for part in RegionCode.parse(code).chain]
    rows = models.Region.objects.filter(code__in=chain).order_by("level")
    return [region_value(row) for row in rows]


def region_titles(codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by code; codes that no division has are left out."""
    wanted = set(codes)
    return dict(models.Region.objects.filter(code__in=wanted).values_list("code", "name")) if wanted else {}


def present_code(code: str) -> str:
    """The code that stands for a division today: a former county's successor, with the digits below it kept.

    A village of former 横县 (`450127100201`) lies in 横州市 now, but townships were numbered anew: only the county
    part is certain, so that is what is given back.
    """
    text = RegionCode.parse(code).text
    county = text[:6]
    successor = models.Region.objects.filter(code=county).values_list("successor_code", flat=True).first()
    return successor or text
