"""The REST face: the rules in force, the work calendar, and its maintenance."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from ninja import Path as InPath
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.foundation.rulebook import api
from jutong.foundation.rulebook.policy import READ_RULES
from jutong.foundation.rulebook.values import (
    CalendarImportRejected,
    CodeEntry,
    CodeList,
    DaySource,
    FactStatus,
    LimitRule,
    PackLevel,
    Parameter,
    Weights,
)
from jutong.kernel import clock
from jutong.kernel.workdays import LimitUnit

router = Router(tags=["rulebook"])

# Printable text: PostgreSQL stores no NUL, and no notice has control characters.
LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
Year = Annotated[int, Field(ge=2000, le=2100)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Region = Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})?$", description="行政区划代码；空为全国")]
NoticeNo = Annotated[str, Field(min_length=1, max_length=60, pattern=LINE, examples=["国办发明电〔2025〕7号"])]
Note = Annotated[str, Field(max_length=60, pattern=LINE)]


class OnQuery(Schema):
    """The day whose rules are asked for; today where none is given."""

    on: Day | None = None

    @property
    def day(self) -> date:
        return self.on or clock.local_day(clock.now())


# --- Rules -----------------------------------------------------------------------------------------------------------
class PackOut(Schema):
    """A rule pack with the days it is in force."""

    name: str
    title: str
    level: PackLevel
    territory: str
    in_force_from: date
    in_force_to: date | None
    source: str


class LimitOut(Schema):
    """A limit with its article and standing."""

    key: str
    title: str
    amount: int
    unit: LimitUnit
    article: str
    status: FactStatus
    quotation: str
    pack: str


class DueOut(Schema):
    """The last day of a limit; provisional while a year on the way has no notice yet."""

    key: str
    start: date
    due: date
    provisional: bool
    region: str


class ParameterOut(Schema):
    """A parameter with its standing."""

    key: str
    title: str
    value: int | float | bool | str | list[int] | dict[str, float]
    unit: str
    article: str
    status: FactStatus
    pack: str
    names: str = Field(description="代码集，说明各值名称的含义")


class WeightsOut(Schema):
    """Weights that make one together."""

    key: str
    title: str
    shares: dict[str, float]
    article: str
    status: FactStatus
    note: str
    pack: str
    names: str = Field(description="代码集，说明各值名称的含义")


class CodeListTitle(Schema):
    """A code list without its entries."""

    name: str
    title: str
    standard: str
    article: str
    status: FactStatus
    note: str
    pack: str


class CodeEntryOut(Schema):
    """One code of a list."""

    code: str
    name: str
    parent: str
    note: str
    aliases: list[str]
    status: FactStatus
    period_days: int | None


class CodeListOut(CodeListTitle):
    """A code list with its entries, in the order people know them."""

    entries: list[CodeEntryOut]


@router.get("/packs", response={200: list[PackOut], **problems()}, summary="Rule packs")
def packs(request: SubjectRequest) -> list[Any]:
    """All rule packs of this platform, in force or not."""
    require(request.subject, READ_RULES)
    return list(api.packs())


@router.get("/limits", response={200: list[LimitOut], **problems()}, summary="Limits in force")
def limits(request: SubjectRequest, query: Query[OnQuery]) -> list[dict[str, Any]]:
    """Every limit in force on a day, with the article it stands in or the mark that it is our default."""
    require(request.subject, READ_RULES)
    return [_limit(rule) for rule in api.limit_rules(on=query.day)]


class DueQuery(Schema):
    """Where counting starts, and in which region's calendar."""

    start: Day
    region: Region = ""


LimitKey = Annotated[str, InPath(pattern=r"^[a-z_.]{1,80}$", examples=["sharing.answer"])]


@router.get("/limits/{key}/due", response={200: DueOut, **problems(404)}, summary="Last day of a limit")
def due(request: SubjectRequest, key: LimitKey, query: Query[DueQuery]) -> dict[str, Any]:
    """When a limit that starts on a day ends, by the work calendar of a region."""
    require(request.subject, READ_RULES)
    calendar = api.calendar(query.region or None)
    found = api.limit(key, on=query.start).due(query.start, calendar)
    return {
        "key": key,
        "start": query.start,
        "due": found.day,
        "provisional": found.provisional,
        "region": calendar.region,
    }


@router.get("/parameters", response={200: list[ParameterOut], **problems()}, summary="Parameters in force")
def parameters(request: SubjectRequest, query: Query[OnQuery]) -> list[dict[str, Any]]:
    """Every parameter in force on a day."""
    require(request.subject, READ_RULES)
    return [_parameter(found) for found in api.parameters(on=query.day)]


@router.get("/weights", response={200: list[WeightsOut], **problems()}, summary="Weights in force")
def weights(request: SubjectRequest, query: Query[OnQuery]) -> list[dict[str, Any]]:
    """Every set of weights in force on a day."""
    require(request.subject, READ_RULES)
    return [_weights(found) for found in api.all_weights(on=query.day)]


@router.get("/code-lists", response={200: list[CodeListTitle], **problems()}, summary="Code lists")
def code_lists(request: SubjectRequest, query: Query[OnQuery]) -> list[dict[str, Any]]:
    """The code lists in force on a day, without their entries."""
    require(request.subject, READ_RULES)
    return [_list_title(found) for found in api.code_lists(on=query.day)]


ListName = Annotated[str, InPath(pattern=r"^[a-z_]{1,40}$", examples=["update_cycle"])]


@router.get("/code-lists/{name}", response={200: CodeListOut, **problems(404)}, summary="One code list")
def code_list(request: SubjectRequest, name: ListName, query: Query[OnQuery]) -> dict[str, Any]:
    """A code list with its entries."""
    require(request.subject, READ_RULES)
    found = api.code_list(name, on=query.day)
    return {**_list_title(found), "entries": [_entry(entry) for entry in found.entries]}


# --- Calendar --------------------------------------------------------------------------------------------------------
class CalendarDayOut(Schema):
    """A day that departs from Monday to Friday, or that has a name."""

    day: date
    is_workday: bool
    region: str
    source: DaySource
    notice_no: str
    note: str


class CalendarOut(Schema):
    """A year of the work calendar; `covered` is false while its notice is not published."""

    year: int
    region: str
    covered: bool
    source: DaySource
    notice_no: str
    workdays: int
    days: list[CalendarDayOut]


class CalendarQuery(Schema):
    """Which year, and in which region; the platform's own where none is given."""

    year: Year | None = None
    region: Region = ""


class HolidayNoticeOut(Schema):
    """A notice as it was imported."""

    year: int
    region: str
    notice_no: str
    days: int
    digest: str
    imported_at: datetime


class NoticeForm(StrictSchema):
    """What a notice's file is: for which year, under which number, for the country or a region."""

    year: Year
    notice_no: NoticeNo
    region: Region = ""


class DayIn(StrictSchema):
    """Whether people work on the day, and by which notice."""

    is_workday: bool
    notice_no: NoticeNo
    note: Note = ""
    region: Region = ""


@router.get("/calendar", response={200: CalendarOut, **problems()}, summary="The work calendar of a year")
def calendar(request: SubjectRequest, query: Query[CalendarQuery]) -> dict[str, Any]:
    """The days of a year that depart from Monday to Friday, for the country and a region with all above it."""
    require(request.subject, READ_RULES)
    year = query.year or clock.local_day(clock.now()).year
    region = query.region or api.home_region()
    state = api.year_state(year, region)
    return {
        "year": year,
        "region": region,
        "covered": state.covered,
        "source": state.source,
        "notice_no": state.notice_no,
        "workdays": state.workdays,
        "days": [asdict(entry) for entry in api.calendar_entries(year, region)],
    }


@router.get("/calendar/notices", response={200: list[HolidayNoticeOut], **problems()}, summary="Imported notices")
def notices(request: SubjectRequest) -> list[Any]:
    """Notices imported so far, newest first."""
    require(request.subject, READ_RULES)
    return list(api.imported_notices())


@router.post("/calendar/import", response={200: HolidayNoticeOut, **problems()}, summary="Import a yearly notice")
def import_notice(request: SubjectRequest, form: Form[NoticeForm], file: File[UploadedFile]) -> Any:
    """Take over a CSV file with the columns 日期, 安排 (放假 or 上班) and 说明: all or nothing.

    A file with faults is answered with every line, column and reason. The year stops being provisional, and due days
    of open cases are counted again.
    """
    try:
        return api.import_notice(
            content=file.read(api.MAX_NOTICE_BYTES + 1),
            year=form.year,
            notice_no=form.notice_no,
            region=form.region,
            by=request.subject,
            at=clock.now(),
        )
    except CalendarImportRejected as error:
        for listed, fault in zip(error.details["faults"], error.faults, strict=True):
            listed["message"] = gettext(fault.reason.label)
        raise


@router.put("/calendar/days/{day}", response={204: None, **problems()}, summary="Enter one day")
def enter_day(request: SubjectRequest, day: Annotated[Day, InPath()], body: DayIn) -> Status[None]:
    """Make one day off or working, in the whole country or in a region and below."""
    api.enter_day(
        day=day,
        is_workday=body.is_workday,
        notice_no=body.notice_no,
        note=body.note,
        region=body.region,
        by=request.subject,
        at=clock.now(),
    )
    return Status(204, None)


class EmergencyIn(StrictSchema):
    """From a day to a day, where, by which notice and why."""

    first: Day
    last: Day
    region: Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$", examples=["450100"])]
    notice_no: NoticeNo
    reason: Annotated[str, Field(min_length=1, max_length=60, pattern=LINE, examples=["台风停工"])]


class EmergencyOut(Schema):
    """How many days became days off."""

    days: int


@router.post("/calendar/emergencies", response={200: EmergencyOut, **problems()}, summary="Enter emergency days")
def enter_emergency(request: SubjectRequest, body: EmergencyIn) -> dict[str, int]:
    """Make days off in one region and below; open clocks of offices there are counted again."""
    days = api.enter_emergency(
        first=body.first,
        last=body.last,
        region=body.region,
        notice_no=body.notice_no,
        reason=body.reason,
        by=request.subject,
        at=clock.now(),
    )
    return {"days": days}


# --- Presentation ----------------------------------------------------------------------------------------------------
def _limit(rule: LimitRule) -> dict[str, Any]:
    limit = rule.limit
    return {
        "key": limit.key,
        "title": gettext(limit.title),
        "amount": limit.amount,
        "unit": limit.unit,
        "article": gettext(limit.article),
        "status": rule.status,
        "quotation": rule.quotation,
        "pack": rule.pack,
    }


def _parameter(found: Parameter) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": gettext(found.title),
        "value": list(found.value) if isinstance(found.value, tuple) else found.value,
        "unit": gettext(found.unit) if found.unit else "",
        "article": gettext(found.article),
        "status": found.status,
        "pack": found.pack,
        "names": found.names,
    }


def _weights(found: Weights) -> dict[str, Any]:
    return {**asdict(found), "title": gettext(found.title), "article": gettext(found.article)}


def _list_title(found: CodeList) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": gettext(found.title),
        "standard": found.standard,
        "article": gettext(found.article),
        "status": found.status,
        "note": found.note,
        "pack": found.pack,
    }


def _entry(entry: CodeEntry) -> dict[str, Any]:
    # Names of codes are data of the lists and stay as the standard writes them.
    return {**asdict(entry), "aliases": list(entry.aliases)}
