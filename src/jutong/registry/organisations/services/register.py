"""Changes to the register. Each is one transaction with its audit entry and its fact."""

import re
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.codes.uscc import Uscc, complete
from jutong.kernel.policy import Subject
from jutong.registry.organisations import events, models, policy, queries
from jutong.registry.organisations.adapters.divisions import copy_divisions
from jutong.registry.organisations.values import (
    SINGLE_KINDS,
    DatesCrossed,
    InnerOffice,
    NameMissing,
    NameUnchanged,
    OfficeExists,
    OfficeUnknown,
    Organisation,
    OrganisationClosed,
    OrganisationExists,
    OrganisationKind,
    OrganisationUnknown,
    RenamedTooEarly,
    SingleOrganisationExists,
    SlugMalformed,
    SlugTaken,
)

_SLUG = re.compile(r"[a-z][a-z0-9]{1,19}")


@transaction.atomic
def create_organisation(
    *,
    uscc: str,
    name: str,
    short_name: str = "",
    slug: str = "",
    kind: OrganisationKind = OrganisationKind.DEPARTMENT,
    region_code: str,
    superior_uscc: str = "",
    valid_from: date | None = None,
    by: Subject,
    at: datetime,
) -> Organisation:
    """Register an organisation under its credit code. Without a slug it gets one of its code's last characters.

    Raises a UsccError, OrganisationExists, SingleOrganisationExists, RegionUnknown, OrganisationUnknown (the
    superior), NameMissing, SlugMalformed, SlugTaken, NotPermitted.
    """
    require(by, policy.CREATE_ORGANISATION)
    draft = Organisation(
        uscc=Uscc.parse(uscc.strip()).text,
        name=name.strip(),
        short_name=short_name.strip() or name.strip(),
        slug=slug.strip() or f"u{uscc.strip()[-8:].lower()}",
        kind=kind,
        region_code=queries.get_region(region_code).code,
        superior_uscc=superior_uscc,
    )
    _check(draft)
    return _create(draft, valid_from or local_day(at), by.actor, at)


@transaction.atomic
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
    """Give an organisation another name from a day on; the credit code stays (机构更名).

    The day may lie ahead. Raises OrganisationUnknown, NameMissing, NameUnchanged, RenamedTooEarly, NotPermitted.
    """
    organisation = _locked(uscc)
    require(by, policy.RENAME_ORGANISATION, queries.facts(organisation))
    name = name.strip()
    short_name = short_name.strip() or name
    if not name:
        raise NameMissing(field="name")
    present = _open_version(organisation, local_day(at))
    if (present.name, present.short_name) == (name, short_name):
        raise NameUnchanged(field="name", name=name)
    if valid_from <= present.valid_from:
        raise RenamedTooEarly(field="valid_from", since=present.valid_from)
    present.valid_to = valid_from - timedelta(days=1)
    present.save(update_fields=["valid_to"])
    version = models.OrganisationVersion.objects.create(
        organisation=organisation,
        name=name,
        short_name=short_name,
        valid_from=valid_from,
        is_first=False,
        reason=reason.strip(),
        document_no=document_no.strip(),
        recorded_by=by.actor.to_json(),
        recorded_at=at,
    )
    _record(
        "organisations.organisation.renamed",
        uscc,
        by.actor,
        at,
        {"from": present.name, "to": name, "valid_from": valid_from.isoformat(), "document_no": version.document_no},
    )
    outbox.publish(events.OrganisationRenamed(uscc, present.name, name, valid_from), at=at)
    return queries.get_organisation(uscc, max(valid_from, local_day(at)))


@transaction.atomic
def note_dates(
    *,
    uscc: str,
    seal_from: date | None = None,
    code_from: date | None = None,
    code_to: date | None = None,
    by: Subject,
    at: datetime,
) -> None:
    """Note the days of the seal and of the credit code's certificate, which may lag behind the name (公章、证书启用).

    `seal_from` is the first day of the seal with the latest name. What is not given stays as it is.

    Raises OrganisationUnknown, DatesCrossed, NotPermitted.
    """
    organisation = _locked(uscc)
    require(by, policy.RENAME_ORGANISATION, queries.facts(organisation))
    latest = models.OrganisationVersion.objects.filter(organisation=organisation).order_by("-valid_from")[0]
    organisation.code_from = code_from or organisation.code_from
    organisation.code_to = code_to or organisation.code_to
    if organisation.code_from and organisation.code_to and organisation.code_to < organisation.code_from:
        raise DatesCrossed(field="code_to")
    if seal_from is not None and seal_from < latest.valid_from:
        raise DatesCrossed(field="seal_from")
    latest.seal_from = seal_from or latest.seal_from
    latest.save(update_fields=["seal_from"])
    organisation.save(update_fields=["code_from", "code_to"])
    days = {"seal_from": seal_from, "code_from": code_from, "code_to": code_to}
    noted = {name: day.isoformat() for name, day in days.items() if day}
    _record("organisations.organisation.dates_noted", uscc, by.actor, at, dict(noted))


@transaction.atomic
def add_office(*, uscc: str, name: str, by: Subject, at: datetime) -> InnerOffice:
    """Add an inner office (内设机构).

    Raises OrganisationUnknown, NameMissing, OfficeExists, NotPermitted.
    """
    organisation = _locked(uscc)
    require(by, policy.MAINTAIN_OFFICES, queries.facts(organisation))
    name = name.strip()
    if not name:
        raise NameMissing(field="name")
    rows = models.InnerOffice.objects.filter(organisation=organisation)
    if rows.filter(name=name, closed_on=None).exists():
        raise OfficeExists(field="name", name=name)
    number = (rows.aggregate(last=Max("office_no"))["last"] or 0) + 1
    models.InnerOffice.objects.create(
        organisation=organisation, office_no=number, name=name, added_by=by.actor.to_json(), added_at=at
    )
    _record("organisations.office.added", uscc, by.actor, at, {"office_no": number, "name": name})
    outbox.publish(events.OfficeAdded(uscc, number, name), at=at)
    return InnerOffice(number, name, None)


@transaction.atomic
def close_office(*, uscc: str, office_no: int, by: Subject, at: datetime) -> InnerOffice:
    """Close an inner office from today on; what is closed already stays as it is.

    Raises OrganisationUnknown, OfficeUnknown, NotPermitted.
    """
    organisation = _locked(uscc)
    require(by, policy.MAINTAIN_OFFICES, queries.facts(organisation))
    office = models.InnerOffice.objects.filter(organisation=organisation, office_no=office_no).first()
    if office is None:
        raise OfficeUnknown(office_no=office_no)
    if office.closed_on is None:
        office.closed_on = local_day(at)
        office.save(update_fields=["closed_on"])
        _record("organisations.office.closed", uscc, by.actor, at, {"office_no": office_no})
        outbox.publish(events.OfficeClosed(uscc, office_no, office.closed_on), at=at)
    return InnerOffice(office_no, office.name, office.closed_on)


# --- Start data ------------------------------------------------------------------------------------------------------
def _invented(prefix: str, number: int) -> str:
    """A credit code that checks and that nobody bears: the subject part begins with JT and counts up."""
    return complete(f"{prefix}JT{number:06}")


_DEPARTMENT, _CITY = OrganisationKind.DEPARTMENT, OrganisationKind.CITY_DEPARTMENT
# Names are of bodies the Rules speak of; the codes are invented and stand until the operator registers the real ones.
START_ORGANISATIONS = (
    ("11450000", "广西壮族自治区大数据发展局", "自治区大数据发展局", "dsjj", OrganisationKind.BUREAU, "450000"),
    ("12450000", "广西壮族自治区信息中心", "自治区信息中心", "xxzx", OrganisationKind.CENTRE, "450000"),
    ("11450000", "广西壮族自治区公安厅", "自治区公安厅", "gat", _DEPARTMENT, "450000"),
    ("11450000", "广西壮族自治区人力资源和社会保障厅", "自治区人力资源社会保障厅", "rst", _DEPARTMENT, "450000"),
    ("11450000", "广西壮族自治区市场监督管理局", "自治区市场监管局", "scjgj", _DEPARTMENT, "450000"),
    ("11450000", "广西壮族自治区民政厅", "自治区民政厅", "mzt", _DEPARTMENT, "450000"),
    ("11450000", "广西壮族自治区卫生健康委员会", "自治区卫生健康委", "wjw", _DEPARTMENT, "450000"),
    ("11450100", "南宁市大数据发展局", "南宁市大数据局", "nndsjj", _CITY, "450100"),
    ("11450200", "柳州市大数据发展局", "柳州市大数据局", "lzdsjj", _CITY, "450200"),
)


@transaction.atomic
def lay_down_register(*, at: datetime) -> None:
    """Fill the register of a new platform: all divisions, and the organisations it starts with.

    Later starts look twice and change nothing, whatever the operator has made of it since.
    """
    if not models.Region.objects.exists():
        copy_divisions()
    if not models.Organisation.objects.exists():
        for number, (prefix, name, short_name, slug, kind, region_code) in enumerate(START_ORGANISATIONS, start=1):
            draft = Organisation(_invented(prefix, number), name, short_name, slug, kind, region_code, "")
            _create(draft, local_day(at), PLATFORM, at)


# --- Steps -----------------------------------------------------------------------------------------------------------
def _check(draft: Organisation) -> None:
    if not draft.name:
        raise NameMissing(field="name")
    if not _SLUG.fullmatch(draft.slug):
        raise SlugMalformed(field="slug")
    # Not by the day: a body registered ahead of its first day exists too.
    if last := models.OrganisationVersion.objects.filter(organisation__uscc=draft.uscc).order_by("valid_from").last():
        raise OrganisationExists(field="uscc", uscc=draft.uscc, name=last.name)
    if draft.kind in SINGLE_KINDS and models.Organisation.objects.filter(kind=draft.kind, closed_on=None).exists():
        raise SingleOrganisationExists(field="kind", name=draft.kind)
    if models.Organisation.objects.filter(slug=draft.slug).exists():
        raise SlugTaken(field="slug", slug=draft.slug)


def _create(draft: Organisation, valid_from: date, by: ActorRef, at: datetime) -> Organisation:
    superior = _get(draft.superior_uscc) if draft.superior_uscc else None
    organisation = models.Organisation.objects.create(
        uscc=draft.uscc,
        slug=draft.slug,
        kind=draft.kind,
        region_id=draft.region_code,
        superior=superior,
        created_by=by.to_json(),
        created_at=at,
        code_from=valid_from,
    )
    models.OrganisationVersion.objects.create(
        organisation=organisation,
        name=draft.name,
        short_name=draft.short_name,
        valid_from=valid_from,
        is_first=True,
        seal_from=valid_from,
        recorded_by=by.to_json(),
        recorded_at=at,
    )
    _record(
        "organisations.organisation.created",
        draft.uscc,
        by,
        at,
        {"name": draft.name, "kind": draft.kind.value, "region_code": draft.region_code},
    )
    outbox.publish(events.OrganisationCreated(draft.uscc, draft.name, draft.kind.value, draft.region_code), at=at)
    return draft


def _get(uscc: str) -> models.Organisation:
    found = models.Organisation.objects.filter(uscc=uscc).first()
    if found is None:
        raise OrganisationUnknown(uscc=uscc)
    return found


def _open_version(organisation: models.Organisation, on: date) -> models.OrganisationVersion:
    """The name in use. Raises OrganisationClosed: the body ended, and names of the ended stand."""
    found = models.OrganisationVersion.objects.filter(organisation=organisation, valid_to=None).first()
    if found is None:
        name = queries.titles([organisation.uscc], on)[organisation.uscc]
        raise OrganisationClosed(name=name, on=organisation.closed_on)
    return found


def _locked(uscc: str) -> models.Organisation:
    found = models.Organisation.objects.select_for_update().filter(uscc=uscc).first()
    if found is None:
        raise OrganisationUnknown(uscc=uscc)
    return found


def _record(action: str, uscc: str, by: ActorRef, at: datetime, details: dict[str, object]) -> None:
    audit.record(action=action, by=by, at=at, object_kind="organisation", object_code=uscc, details=details)
