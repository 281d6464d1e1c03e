"""Counts of the rooms below, put side by side. The number of statements does not grow with departments or months."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jutong.assessment.overview import domain
from jutong.assessment.overview.domain import Bars, Standing
from jutong.assessment.overview.kept import Kept
from jutong.assessment.overview.values import (
    NO_FIGURE,
    Calls,
    CityFigures,
    DepartmentFigures,
    Figure,
    HealthState,
    Indicator,
    Ledger,
    Link,
    MonthFigures,
    OpenData,
    OpenDivision,
    OpenProvider,
    OpenResource,
    Operations,
    Ranked,
    Region,
    ResourceHealth,
    Totals,
    UnusedGrant,
    UnusedGrants,
    Wall,
)
from jutong.delivery.gateway import api as gateway
from jutong.delivery.gateway.values import DayQuery, Grouping, Usage
from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing.values import Answers, RequestState
from jutong.foundation.operations import api as operations
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values.cases import Burden, OpenStep, Punctuality
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.oversight.quality import api as quality
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Organisation
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Outline
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.values import RunState
from jutong.supply.mounting import api as mounting

MONTHS_SHOWN = 12
DAYS_OPERATED = 14
HEAT_DAYS = 56
REGION_PREFIX = 4
OPEN_DAYS = 30
OPEN_SHOWN = 6


MONTHS_KEPT = 6
ANALYSES_KEPT = 50


def facts(uscc: str) -> Facts:
    """What a decision may know of a department's ledger or list: whose it is."""
    return Facts({Relation.OWNER: uscc or None})


# --- Rules -----------------------------------------------------------------------------------------------------------
def ranked_from_events(on: date) -> int:
    """The fewest events with which a department is ranked."""
    return rulebook.parameter("overview.ranked_from_events", on=on).whole()


def bars(on: date) -> Bars:
    """From where on a duty is well done: shares by our parameters, quality by its stars (four and three)."""
    stars = rulebook.parameter("quality.rating", on=on).by_name()
    return Bars(
        good_from=rulebook.parameter("overview.good_from", on=on).number(),
        attention_from=rulebook.parameter("overview.attention_from", on=on).number(),
        points_good_from=stars["4"],
        points_attention_from=stars["3"],
    )


def _fresh_for(on: date) -> dict[UpdateCycle, timedelta | None]:
    return {cycle: rulebook.fresh_for(cycle, on=on) for cycle in UpdateCycle}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


# --- What the doors say ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Counted:
    """The answers of all doors for a month, as they were at one moment."""

    at: datetime
    month: date
    organisations: Mapping[str, Organisation]
    outlines: list[Outline]
    standings: Mapping[str, Standing]
    scores: Mapping[str, float]
    scores_before: Mapping[str, float]
    drafts: Mapping[str, Mapping[str, int]]
    burdens: Mapping[str, Burden]
    punctuality: list[Punctuality]
    answers: Mapping[str, Answers]
    answers_before: Mapping[str, Answers]
    flows: list[tuple[str, str, int]]
    days: list[Usage]
    given: Mapping[str, int]
    made: Mapping[str, int]


def counted(month: date, at: datetime) -> Counted:
    """What every door says; it may be as old as `Kept` allows, and `at` of the answer tells."""
    return _COUNTED.get(month, at, lambda: _count(month, at))


def _count(month: date, at: datetime) -> Counted:
    """Ask every door once."""
    before, after = domain.month_before(month), domain.month_after(month)
    until = min(_midnight(after), at)
    this_month = gateway.days(DayQuery(first_day=month, last_day=after - timedelta(days=1)))
    year = gateway.days(
        DayQuery(first_day=domain.month_before(month, MONTHS_SHOWN - 1), last_day=after - timedelta(days=1))
    )
    outlines = catalogue.outlines()
    return Counted(
        at=at,
        month=month,
        organisations={each.uscc: each for each in organisations.departments()},
        outlines=outlines,
        standings=standings(outlines, at),
        scores=quality.latest_totals(at=until),
        scores_before=quality.latest_totals(at=_midnight(month)),
        drafts=catalogue.draft_counts(),
        burdens={each.organisation: each for each in procedures.burdens(at=at)},
        punctuality=procedures.punctuality(first=domain.month_before(month, MONTHS_SHOWN - 1), until=after, at=at),
        answers=sharing.answers(since=_midnight(month), until=_midnight(after)),
        answers_before=sharing.answers(since=_midnight(before), until=_midnight(month)),
        flows=[(each.provider_uscc, each.consumer_uscc, each.grants) for each in sharing.flows(at=at)],
        days=gateway.usage(year, Grouping.DAY),
        given={each.group: each.calls for each in gateway.usage(this_month, Grouping.PROVIDER)},
        made={each.group: each.calls for each in gateway.usage(this_month, Grouping.CONSUMER)},
    )


_COUNTED = Kept[Counted](MONTHS_KEPT)


def standings(outlines: Iterable[Outline], at: datetime) -> dict[str, Standing]:
    """Of each resource: since when it is mounted, when loaded, how old its data may be, and whether they are due."""
    outlines = list(outlines)
    gathered, loaded, fresh_for = mounting.gathered_codes(), exchange.loaded_at(), _fresh_for(local_day(at))
    months = exchange.seasons()
    stopped = catalogue.stopped([each.code for each in outlines], on=local_day(at))
    return {
        each.code: Standing(
            mounted_at=each.mounted_at,
            loaded_at=loaded.get(each.code),
            fresh_for=fresh_for[each.update_cycle],
            service=each.mounted_at is not None and each.code not in gathered,
            months=months.get(each.code, ()),
            stopped=each.code in stopped,
        )
        for each in outlines
    }


# --- Departments -----------------------------------------------------------------------------------------------------
def departments(found: Counted) -> tuple[DepartmentFigures, ...]:
    """Every organisation that has anything to count, in the order of the register."""
    by_provider = defaultdict(list)
    for outline in found.outlines:
        by_provider[outline.provider_uscc].append(outline)
    given, taken = Counter[str](), Counter[str]()
    for provider, consumer, grants in found.flows:
        given[provider] += grants
        taken[consumer] += grants
    steps = {(each.organisation, each.month): each for each in found.punctuality}
    busy = {
        *by_provider, *given, *taken, *found.burdens, *found.given, *found.made, *found.drafts,
        *(each.organisation for each in found.punctuality),
    }  # fmt: skip
    return tuple(
        _department(each, found, by_provider[uscc], steps, given[uscc], taken[uscc])
        for uscc, each in found.organisations.items()
        if uscc in busy
    )


def _department(
    each: Organisation,
    found: Counted,
    outlines: list[Outline],
    steps: Mapping[tuple[str, date], Punctuality],
    given: int,
    taken: int,
) -> DepartmentFigures:
    burden = found.burdens.get(each.uscc)
    before = domain.month_before(found.month)
    return DepartmentFigures(
        uscc=each.uscc,
        title=each.short_name or each.name,
        region_code=each.region_code,
        published=len(outlines),
        open_steps=burden.open if burden else 0,
        overdue=burden.overdue if burden else 0,
        earliest_due_on=burden.earliest_due_on if burden else None,
        drafts=sum(found.drafts.get(each.uscc, {}).values()),
        grants_given=given,
        grants_taken=taken,
        calls_given=found.given.get(each.uscc, 0),
        calls_made=found.made.get(each.uscc, 0),
        figures={
            **_supply_figures(found, outlines, found.scores),
            **_step_figures(steps.get((each.uscc, found.month)), found.answers.get(each.uscc)),
        },
        before={
            **_supply_figures_before(found, outlines),
            **_step_figures(steps.get((each.uscc, before)), found.answers_before.get(each.uscc)),
        },
    )


def _supply_figures(found: Counted, outlines: list[Outline], scores: Mapping[str, float]) -> dict[Indicator, Figure]:
    mountable = [each for each in outlines if each.mountable]
    judged = [found.standings[each.code] for each in outlines if found.standings[each.code].judged]
    return {
        Indicator.MOUNTED: domain.share(sum(each.mounted_at is not None for each in mountable), len(mountable)),
        Indicator.FRESH: domain.share(sum(standing.fresh(found.at) for standing in judged), len(judged)),
        Indicator.QUALITY: _mean_score(outlines, scores),
    }


def _supply_figures_before(found: Counted, outlines: list[Outline]) -> dict[Indicator, Figure]:
    """As it was when the month began. How fresh data were then nobody has written down."""
    month = _midnight(found.month)
    then = [each for each in outlines if each.mountable and each.published_at < month]
    mounted = sum(each.mounted_at is not None and each.mounted_at < month for each in then)
    return {
        Indicator.MOUNTED: domain.share(mounted, len(then)),
        Indicator.FRESH: NO_FIGURE,
        Indicator.QUALITY: _mean_score(outlines, found.scores_before),
    }


def _mean_score(outlines: list[Outline], scores: Mapping[str, float]) -> Figure:
    points = [scores[each.code] for each in outlines if each.code in scores]
    return domain.share(round(sum(points), 2), len(points))


def _step_figures(steps: Punctuality | None, answers: Answers | None) -> dict[Indicator, Figure]:
    return {
        Indicator.IN_TIME: domain.share(steps.in_time, steps.due) if steps else NO_FIGURE,
        Indicator.WORKDAYS: domain.share(steps.workdays, steps.done) if steps else NO_FIGURE,
        Indicator.SATISFIED: domain.satisfied(answers.full, answers.part, answers.refused) if answers else NO_FIGURE,
    }


# --- The region ------------------------------------------------------------------------------------------------------
def region(month: date, at: datetime) -> Region:
    """The region at a glance, as it was at the moment it names."""
    return _REGIONS.get(month, at, lambda: _region(counted(month, at)))


def _region(found: Counted) -> Region:
    each = departments(found)
    at, month = found.at, found.month
    today, after = local_day(at), domain.month_after(month)
    heat = gateway.days(DayQuery(first_day=today - timedelta(days=HEAT_DAYS - 1), last_day=today))
    return Region(
        as_of=at,
        month=month,
        totals=_totals(found, each, today, after),
        figures=domain.merged_by_indicator(department.figures for department in each),
        before=domain.merged_by_indicator(department.before for department in each),
        departments=each,
        months=_months(found),
        cities=_cities(each),
        links=_links(found),
        week=tuple(tuple(row) for row in gateway.calls_by_hour(heat)),
    )


_REGIONS = Kept[Region](MONTHS_KEPT)


def _totals(found: Counted, each: tuple[DepartmentFigures, ...], today: date, after: date) -> Totals:
    mountable = [outline for outline in found.outlines if outline.mountable]
    # Today is today, also on the page of a month that is over.
    this_day = gateway.days(DayQuery(first_day=today, last_day=today))
    return Totals(
        published=len(found.outlines),
        providers=len({outline.provider_uscc for outline in found.outlines}),
        mountable=len(mountable),
        mounted=sum(outline.mounted_at is not None for outline in mountable),
        open=sum(outline.opened for outline in found.outlines),
        grants=sum(grants for _, _, grants in found.flows),
        calls_today=sum(day.calls for day in gateway.usage(this_day, Grouping.DAY)),
        calls_month=sum(day.calls for day in found.days if day.group >= found.month.isoformat()),
        rows_today=exchange.rows_moved(since=_midnight(today), until=found.at),
        rows_month=exchange.rows_moved(since=_midnight(found.month), until=_midnight(after)),
        open_steps=sum(department.open_steps for department in each),
        overdue=sum(department.overdue for department in each),
    )


def _months(found: Counted) -> tuple[MonthFigures, ...]:
    months = [domain.month_before(found.month, back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    since, until = _midnight(months[0]), _midnight(domain.month_after(found.month))
    tally: dict[date, Counter[str]] = {month: Counter() for month in months}
    for day in found.days:
        tally[domain.first_of_month(date.fromisoformat(day.group))].update(calls=day.calls, answered=day.answered)
    for run in exchange.run_counts(since=since, until=until):
        failed = run.runs if run.state in {RunState.FAILED, RunState.DRIFTED} else 0
        tally[run.month].update(runs=run.runs, failed_runs=failed, rows_moved=run.rows)
    for request in sharing.request_counts(since=since, until=until):
        tally[request.month].update(requests=request.requests)
        if request.state in {RequestState.GRANTED, RequestState.REFUSED}:
            tally[request.month][request.state.value] += request.requests
    for steps in found.punctuality:
        tally[steps.month].update(due=steps.due, in_time=steps.in_time)
    names = [name for name in MonthFigures.__dataclass_fields__ if name != "month"]
    return tuple(MonthFigures(month, *(tally[month][name] for name in names)) for month in months)


def _cities(departments: Iterable[DepartmentFigures]) -> tuple[CityFigures, ...]:
    """Figures by city; organisations of the region itself belong to none."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for each in departments:
        tally[each.region_code[:REGION_PREFIX]].update(
            resources=each.published, calls=each.calls_made, overdue=each.overdue
        )
    return tuple(
        CityFigures(f"{prefix}00", counts["resources"], counts["calls"], counts["overdue"])
        for prefix, counts in sorted(tally.items())
        if not prefix.endswith("00")
    )


def _links(found: Counted) -> tuple[Link, ...]:
    def title(uscc: str) -> str:
        known = found.organisations.get(uscc)
        return (known.short_name or known.name) if known else uscc

    return tuple(
        Link(provider, title(provider), consumer, title(consumer), grants) for provider, consumer, grants in found.flows
    )


def rankings(of: Region, indicator: Indicator) -> list[Ranked]:
    """The departments by an indicator; small ones are shown but not ranked."""
    return domain.ranking(of.departments, indicator, events_from=ranked_from_events(local_day(of.as_of)))


# --- A department ----------------------------------------------------------------------------------------------------
def ledger(uscc: str, month: date, at: datetime) -> Ledger:
    """A cloud chief's ledger. Raises NoSuchDepartment."""
    found = counted(month, at)
    if uscc not in found.organisations:
        raise domain.NoSuchDepartment(uscc=uscc)
    everyone = departments(found)
    own = next((each for each in everyone if each.uscc == uscc), None)
    if own is None:
        own = _department(found.organisations[uscc], found, [], {}, 0, 0)
    on = local_day(at)
    lines = domain.duties(
        own,
        everyone,
        domain.merged_by_indicator(each.figures for each in everyone),
        bars=bars(on),
        events_from=ranked_from_events(on),
    )
    return Ledger(found.at, uscc, found.organisations[uscc].name, month, lines, own)


def resource_health(uscc: str, at: datetime) -> list[ResourceHealth]:
    """The resources of a department, what needs a look first."""
    outlines = catalogue.outlines(provider=uscc)
    known, scores = standings(outlines, at), quality.latest_totals(at=at)
    poor_below = bars(local_day(at)).points_attention_from
    found = [
        ResourceHealth(
            code=each.code,
            title=each.title,
            cycle=each.update_cycle.label,
            state=domain.health(
                known[each.code], scores.get(each.code), at, mountable=each.mountable, poor_below=poor_below
            ),
            mounted=each.mounted_at is not None,
            loaded_at=known[each.code].loaded_at,
            late_since=known[each.code].late_since,
            quality=scores.get(each.code),
        )
        for each in outlines
    ]
    order = (HealthState.LATE, HealthState.EMPTY, HealthState.UNMOUNTED, HealthState.POOR, HealthState.GOOD)
    return sorted(found, key=lambda each: (order.index(each.state), each.late_since or at, each.code))


def waiting_steps(subject: Subject, uscc: str, at: datetime, last: int) -> list[OpenStep]:
    """Steps that wait for a department in cases the subject may see, soonest due first."""
    until = local_day(at) + timedelta(days=366)
    return procedures.open_steps(subject, at=at, due_until=until, organisation=uscc, last=last)


# --- Who is late -----------------------------------------------------------------------------------------------------
def wall(subject: Subject, at: datetime, *, organisation: str, days_ahead: int, last: int) -> Wall:
    """Who is late, and what is due in the next days."""
    until = local_day(at) + timedelta(days=days_ahead)
    steps = procedures.open_steps(subject, at=at, due_until=until, organisation=organisation, last=last)
    burdens = [each for each in procedures.burdens(at=at) if organisation in {"", each.organisation}]
    return Wall(at, burdens, steps)


# --- Running it ------------------------------------------------------------------------------------------------------
def operations_now(subject: Subject, at: datetime) -> Operations:
    """What runs, what failed in the last days, how calls go today, and how the platform's parts are."""
    today = local_day(at)
    days = gateway.days(DayQuery(first_day=today - timedelta(days=DAYS_OPERATED - 1), last_day=today))
    this_day = gateway.days(DayQuery(first_day=today, last_day=today))
    return Operations(
        as_of=at,
        running=exchange.open_runs(subject),
        failed=exchange.failed_runs(subject, since=at - timedelta(days=7)),
        today=gateway.total_usage(this_day),
        days=gateway.usage(days, Grouping.DAY),
        hours=tuple(gateway.calls_by_hour(this_day)[today.weekday()]),
        health=operations.look(),
    )


# --- Calls -----------------------------------------------------------------------------------------------------------
def calls(subject: Subject, wanted: DayQuery, grouping: Grouping, at: datetime) -> Calls:
    """Calls that the subject may see, counted every way the analysis shows, and in detail by one of them."""
    return _CALLS.get((subject, wanted, grouping), at, lambda: _calls(subject, wanted, grouping, at))


def _calls(subject: Subject, wanted: DayQuery, grouping: Grouping, at: datetime) -> Calls:
    rows = gateway.days(wanted, subject=subject)
    return Calls(
        as_of=at,
        total=gateway.total_usage(rows),
        groups=gateway.usage(rows, grouping, speed=True),
        days=gateway.usage(rows, Grouping.DAY),
        by_resource=gateway.usage(rows, Grouping.RESOURCE),
        by_consumer=gateway.usage(rows, Grouping.CONSUMER),
        by_provider=gateway.usage(rows, Grouping.PROVIDER),
        week=gateway.calls_by_hour(rows),
    )


_CALLS = Kept[Calls](ANALYSES_KEPT)
_UNUSED = Kept[UnusedGrants](ANALYSES_KEPT)


def unused_grants(subject: Subject, at: datetime) -> UnusedGrants:
    """Live grants that the subject may see and that got no answer for as long as the rules call unused."""
    return _UNUSED.get(subject, at, lambda: _unused_grants(subject, at))


def _unused_grants(subject: Subject, at: datetime) -> UnusedGrants:
    days = rulebook.parameter("sharing.unused_days", on=local_day(at)).whole()
    before = local_day(at) - timedelta(days=days)
    old = [each for each in sharing.grant_outlines(by=subject, at=at) if local_day(each.granted_at) <= before]
    last = gateway.last_answered(each.grant_no for each in old)
    idle = [each for each in old if last.get(each.grant_no, date.min) <= before]
    resources = catalogue.titles({each.resource_code for each in idle})
    names = organisations.titles(
        {uscc for each in idle for uscc in (each.provider_uscc, each.consumer_uscc)}, short=True
    )
    clients = accounts.client_titles({each.client_no for each in idle})
    found = tuple(
        UnusedGrant(
            grant_no=each.grant_no,
            resource_code=each.resource_code,
            resource_title=resources.get(each.resource_code, each.resource_code),
            provider_title=names.get(each.provider_uscc, each.provider_uscc),
            consumer_title=names.get(each.consumer_uscc, each.consumer_uscc),
            client_title=clients.get(each.client_no, each.client_no),
            granted_at=each.granted_at,
            last_on=last.get(each.grant_no),
        )
        for each in idle
    )
    return UnusedGrants(at, found)


# --- What everybody may see ------------------------------------------------------------------------------------------
def open_data(at: datetime) -> OpenData:
    """What is open to society, as it was at the moment it names."""
    return _OPEN.get(None, at, lambda: _open_data(at))


_OPEN = Kept[OpenData](1)


def _open_data(at: datetime) -> OpenData:
    glance = catalogue.open_glance(newest=OPEN_SHOWN)
    today = local_day(at)
    days = gateway.days(DayQuery(first_day=today - timedelta(days=OPEN_DAYS - 1), last_day=today))
    calls = {each.group: each.calls for each in gateway.usage(days, Grouping.RESOURCE)}
    used = sorted(catalogue.open_outlines(calls), key=lambda each: (-calls[each.code], each.code))
    titles = organisations.titles(glance.providers, short=True)
    names = catalogue.classification_names(glance.divisions)

    def shown(each: Outline, calls: int = 0) -> OpenResource:
        return OpenResource(
            code=each.code,
            title=each.title,
            provider_title=titles.get(each.provider_uscc, each.provider_uscc),
            update_cycle=each.update_cycle,
            published_at=each.published_at,
            mounted=each.mounted_at is not None,
            calls=calls,
        )

    return OpenData(
        as_of=at,
        resources=glance.resources,
        mounted=glance.mounted,
        days=OPEN_DAYS,
        calls=sum(calls[each.code] for each in used),
        divisions=tuple(
            OpenDivision(code, names.get(code, code), count) for code, count in sorted(glance.divisions.items())
        ),
        providers=tuple(
            OpenProvider(uscc, titles.get(uscc, uscc), count)
            for uscc, count in sorted(glance.providers.items(), key=lambda found: (-found[1], found[0]))
        ),
        newest=tuple(shown(each) for each in glance.newest),
        most_used=tuple(shown(each, calls[each.code]) for each in used[:OPEN_SHOWN]),
    )
