"""The door of the rulebook: limits, parameters, weights and code lists by key and day, and the work calendar."""

from datetime import date, datetime, timedelta

from jutong.foundation.rulebook import queries, services
from jutong.foundation.rulebook.adapters.packs import rulebook
from jutong.foundation.rulebook.domain import MAX_NOTICE_BYTES
from jutong.foundation.rulebook.values import (
    CalendarEntry,
    CodeList,
    ImportedNotice,
    LimitRule,
    Parameter,
    RequiredStep,
    RulePack,
    Weights,
    YearState,
)
from jutong.kernel import clock
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Subject
from jutong.kernel.workdays import Limit, WorkCalendar

__all__ = [
    "MAX_NOTICE_BYTES",
    "all_weights",
    "calendar",
    "calendar_entries",
    "code_list",
    "code_lists",
    "ensure_start_data",
    "enter_day",
    "enter_emergency",
    "fresh_for",
    "home_region",
    "import_notice",
    "imported_notices",
    "limit",
    "limit_rule",
    "limit_rules",
    "packs",
    "parameter",
    "parameters",
    "required_steps",
    "weights",
    "year_state",
]


def limit(key: str, *, on: date) -> Limit:
    """The limit of that key in force on that day, such as `sharing.answer`.

    Raises RuleUnknown or RuleNotInForce.
    """
    return limit_rule(key, on=on).limit


def limit_rule(key: str, *, on: date) -> LimitRule:
    """As `limit`, with its standing and the words of the text."""
    return rulebook().limit(key, on)


def limit_rules(*, on: date) -> list[LimitRule]:
    """All limits in force on that day."""
    book = rulebook()
    return [book.limit(key, on) for key in book.keys(lambda pack: pack.limits, on)]


def parameter(key: str, *, on: date) -> Parameter:
    """The parameter of that key; read its value by `.whole()`, `.number()`, `.switch()`, `.numbers()`, `.by_name()`.

    Raises RuleUnknown or RuleNotInForce.
    """
    return rulebook().parameter(key, on)


def parameters(*, on: date) -> list[Parameter]:
    """All parameters in force on that day."""
    book = rulebook()
    return [book.parameter(key, on) for key in book.keys(lambda pack: pack.parameters, on)]


def required_steps(kind: str, *, on: date) -> tuple[RequiredStep, ...]:
    """The steps that the rules in force on that day want inside the acting department; none where they are silent."""
    return rulebook().required_steps(kind, on)


def weights(key: str, *, on: date) -> Weights:
    """The weights of that key, which make one together.

    Raises RuleUnknown or RuleNotInForce.
    """
    return rulebook().weights(key, on)


def all_weights(*, on: date) -> list[Weights]:
    """All weights in force on that day."""
    book = rulebook()
    return [book.weights(key, on) for key in book.keys(lambda pack: pack.weights, on)]


def code_list(name: str, *, on: date | None = None) -> CodeList:
    """The code list of that name, or of that standard's number (`GB/T 2261.1`); today's where no day is given.

    Raises RuleUnknown or RuleNotInForce.
    """
    day = on or clock.local_day(clock.now())
    book = rulebook()
    for known in code_lists(on=day):
        if name in (known.name, known.standard):
            return known
    return book.code_list(name, day)


def code_lists(*, on: date | None = None) -> list[CodeList]:
    """All code lists."""
    day = on or clock.local_day(clock.now())
    book = rulebook()
    return [book.code_list(name, day) for name in book.keys(lambda pack: pack.code_lists, day)]


def packs() -> tuple[RulePack, ...]:
    """All rule packs, in force or not."""
    return rulebook().packs


def fresh_for(cycle: UpdateCycle, *, on: date) -> timedelta | None:
    """How old data of that cycle may be before it is late: the period and the grace. None: it is never late."""
    if cycle.period_days is None:
        return None
    grace = parameter("quality.grace_hours", on=on).by_name()[str(cycle.value)]
    return timedelta(days=cycle.period_days, hours=grace)


def calendar(region: str | None = None) -> WorkCalendar:
    """The work calendar as of now, counting in the platform's own region or in the one named.

    Kept in the process; one small query tells whether it still holds.
    """
    known = queries.calendar(home_region())
    return known if region is None else known.at(region)


def home_region() -> str:
    """The region the platform serves, by its rule packs: `450000`."""
    return rulebook().territory


def year_state(year: int, region: str | None = None) -> YearState:
    """Whether the notice of a year is known, and how many working days it has in a region."""
    return queries.year_state(year, calendar(region))


def calendar_entries(year: int, region: str | None = None) -> list[CalendarEntry]:
    """Days of a year that depart from Monday to Friday, for the country and a region with all above it."""
    return queries.entries_of_year(year, home_region() if region is None else region)


def imported_notices() -> list[ImportedNotice]:
    """Notices imported so far, newest first."""
    return queries.imported_notices()


def import_notice(
    *, content: bytes, year: int, notice_no: str, region: str = "", by: Subject, at: datetime
) -> ImportedNotice:
    """Take over a yearly notice from a CSV file, all or nothing; announces `events.CalendarImported`.

    Raises CalendarImportRejected with every fault by line and column, and what `services.import_notice` names.
    """
    return services.import_notice(content=content, year=year, notice_no=notice_no, region=region, by=by, at=at)


def enter_day(
    *, day: date, is_workday: bool, notice_no: str, note: str = "", region: str = "", by: Subject, at: datetime
) -> None:
    """Make one day off or working in a region; announces `events.CalendarImported`."""
    services.enter_day(day=day, is_workday=is_workday, notice_no=notice_no, note=note, region=region, by=by, at=at)


def enter_emergency(
    *, first: date, last: date, region: str, notice_no: str, reason: str, by: Subject, at: datetime
) -> int:
    """Make days off in one region because of an emergency; announces `events.CalendarImported`.

    `services.enter_emergency` names the errors.
    """
    return services.enter_emergency(
        first=first, last=last, region=region, notice_no=notice_no, reason=reason, by=by, at=at
    )


def ensure_start_data(*, at: datetime) -> None:
    """Lay down the calendar of the years the release knows, and read the packs, so that a broken one shows now."""
    rulebook()
    services.lay_down_calendar(at=at)
