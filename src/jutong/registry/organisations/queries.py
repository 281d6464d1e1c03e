"""Reads the register."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jutong.base.access import scope_q
from jutong.kernel.codes.region import RegionCode, RegionLevel
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.registry.organisations import models, plugs, policy
from jutong.registry.organisations.values import (
    CodeDays,
    Heritage,
    InnerOffice,
    LineCount,
    LineState,
    Organisation,
    OrganisationClosed,
    OrganisationKind,
    OrganisationName,
    OrganisationUnknown,
    PlanDraft,
    PlanProgress,
    PlanUnknown,
    ReformKind,
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
        closed_on=organisation.closed_on,
    )


def find_organisation(uscc: str, on: date) -> Organisation | None:
    row = version_rows(on).filter(organisation__uscc=uscc).first()
    return value_of(row) if row else None


def get_organisation(uscc: str, on: date) -> Organisation:
    found = find_organisation(uscc, on)
    if found is None:
        raise OrganisationUnknown(uscc=uscc)
    return found


def get_standing(uscc: str, on: date) -> Organisation:
    """An organisation that no reform has ended."""
    found = get_organisation(uscc, on)
    if found.closed_on is not None:
        raise OrganisationClosed(field="organisation", name=found.name, on=found.closed_on)
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
    found = models.Organisation.objects.filter(kind=kind, closed_on=None).values_list("uscc", flat=True).first()
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
    return [name_value(row) for row in rows]


def name_value(row: models.OrganisationVersion) -> OrganisationName:
    return OrganisationName(
        row.name,
        row.short_name,
        row.valid_from,
        row.valid_to,
        row.reason,
        row.document_no,
        row.seal_from,
        row.is_first,
    )


def names_of(usccs: Iterable[str]) -> QuerySet[models.OrganisationVersion]:
    """All names that organisations ever bore."""
    return _named().filter(organisation__uscc__in=set(usccs))


def names_holding(part: str) -> QuerySet[models.OrganisationVersion]:
    """All names, past ones too, that hold this; the full or the short name."""
    return _named().filter(Q(name__icontains=part) | Q(short_name__icontains=part))


def _named() -> QuerySet[models.OrganisationVersion]:
    return models.OrganisationVersion.objects.select_related("organisation").order_by("organisation_id", "valid_from")


def seal_name(uscc: str, on: date) -> str:
    """The name on the seal in use on a day (公章名称), which may lag behind the name; the first name before all."""
    rows = models.OrganisationVersion.objects.filter(organisation__uscc=uscc)
    sealed = rows.filter(Q(seal_from__lte=on) | Q(is_first=True)).order_by("-is_first", "seal_from", "valid_from")
    found = sealed.values_list("name", flat=True).last()
    if found is None:
        raise OrganisationUnknown(uscc=uscc)
    return found


def code_days(uscc: str) -> CodeDays:
    """The days of the credit code's certificate."""
    row = models.Organisation.objects.filter(uscc=uscc).first()
    if row is None:
        raise OrganisationUnknown(uscc=uscc)
    return CodeDays(row.code_from, row.code_to)


def offices(uscc: str) -> list[InnerOffice]:
    """Inner offices by number, closed ones too."""
    rows = models.InnerOffice.objects.filter(organisation__uscc=uscc).order_by("office_no")
    return [InnerOffice(r.office_no, r.name, r.closed_on) for r in rows]


# --- Descent ---------------------------------------------------------------------------------------------------------
def heritage(*, predecessor: str = "", successor: str = "") -> list[Heritage]:
    """Steps of descent to or from an organisation, newest first."""
    rows = models.Succession.objects.select_related("predecessor", "successor", "plan").order_by("-on", "id")
    if predecessor:
        rows = rows.filter(predecessor__uscc=predecessor)
    if successor:
        rows = rows.filter(successor__uscc=successor)
    return [
        Heritage(
            predecessor=row.predecessor.uscc,
            successor=row.successor.uscc,
            kind=ReformKind(row.plan.kind),
            on=row.on,
            plan_no=row.plan.plan_no,
            document_no=row.plan.document_no,
            main=row.main,
        )
        for row in rows
    ]


def successors(usccs: Iterable[str], on: date) -> dict[str, str]:
    """Who stands on a day in the place of each of these bodies: itself while it exists, else its main successor's."""
    wanted = set(usccs)
    closed = dict(models.Organisation.objects.filter(closed_on__lte=on).values_list("uscc", "closed_on"))
    if not wanted & closed.keys():
        return {uscc: uscc for uscc in wanted}
    steps = models.Succession.objects.filter(main=True, on__lte=on).order_by("on", "id")
    after = dict(steps.values_list("predecessor__uscc", "successor__uscc"))
    return {uscc: _last_of_line(uscc, after, closed) for uscc in wanted}


def _last_of_line(uscc: str, after: dict[str, str], closed: dict[str, Any]) -> str:
    seen: set[str] = set()
    while uscc in closed and uscc in after and uscc not in seen:
        seen.add(uscc)
        uscc = after[uscc]
    return uscc


def predecessors(uscc: str, on: date) -> set[str]:
    """Ended bodies in whose place this one stands on a day, over all steps of descent."""
    ended = models.Organisation.objects.filter(closed_on__lte=on).values_list("uscc", flat=True)
    return {former for former, present in successors(ended, on).items() if present == uscc}


# --- Plans of reform -------------------------------------------------------------------------------------------------
def facts_of_plan(side: models.ReformSide) -> Facts:
    """A plan is seen through its sides: whoever may see one of them may see the plan."""
    return Facts({Relation.OWNER: side.organisation.uscc})


def plan_scope(subject: Subject, action: Action = policy.VIEW_REFORM) -> Q:
    """The plans on which the action is permitted, as a condition on ReformPlan."""
    seen = scope_q(subject, action, {Relation.OWNER: "organisation__uscc"})
    return Q(Exists(models.ReformSide.objects.filter(seen, plan=OuterRef("pk"))))


def plans(subject: Subject) -> QuerySet[models.ReformPlan]:
    """The plans a subject may see, newest first."""
    rows = models.ReformPlan.objects.filter(plan_scope(subject))
    return rows.prefetch_related("sides__organisation").order_by("-effective_on", "-id")


def get_plan(plan_no: str, subject: Subject) -> models.ReformPlan:
    """Raises PlanUnknown: there is none, or none that this subject may know of."""
    found = plans(subject).filter(plan_no=plan_no).first()
    if found is None:
        raise PlanUnknown(plan=plan_no)
    return found


def draft_of(plan: models.ReformPlan) -> PlanDraft:
    """What a plan says, as a value."""
    sides = list(plan.sides.all())
    return PlanDraft(
        kind=ReformKind(plan.kind),
        title=plan.title,
        document_no=plan.document_no,
        effective_on=plan.effective_on,
        sources=tuple(side.organisation.uscc for side in sides if side.role == "source"),
        targets=tuple(side.organisation.uscc for side in sides if side.role == "target"),
        basis=plan.basis,
        default_target=plan.default_target,
        new_name=plan.new_name,
        new_short_name=plan.new_short_name,
        seal_from=plan.seal_from,
    )


def lines(
    plan: models.ReformPlan, *, kind: str = "", state: LineState | None = None, text: str = ""
) -> QuerySet[models.ReformLine]:
    """Lines of a plan's list, of a kind, in a state, whose title or code holds the text."""
    rows = models.ReformLine.objects.filter(plan=plan).order_by("id")
    if kind:
        rows = rows.filter(kind=kind)
    if state is not None:
        rows = rows.filter(state=state.value)
    if words := text.strip():
        rows = rows.filter(Q(title__icontains=words) | Q(code__icontains=words))
    return rows


def line_counts(plan: models.ReformPlan) -> list[LineCount]:
    """How many lines of each kind stand in which state, in the order in which they move."""
    rows = models.ReformLine.objects.filter(plan=plan).order_by().values_list("kind", "state")
    found: dict[str, dict[LineState, int]] = {}
    for kind, state, count in rows.annotate(count=Count("id")):
        found.setdefault(kind, {})[LineState(state)] = count
    titles = plugs.mover_titles()
    known = [kind for kind in titles if kind in found]
    return [
        LineCount(kind, titles.get(kind, kind), sum(found[kind].values()), found[kind])
        for kind in [*known, *sorted(found.keys() - titles.keys())]
    ]


def unready(plan: models.ReformPlan) -> QuerySet[models.ReformLine]:
    """Lines that keep a plan from being submitted: not checked, or with nobody to take them where they must go."""
    draft = draft_of(plan)
    homeless = draft.ending if not draft.catch_all else ()
    return models.ReformLine.objects.filter(
        ~Q(state=LineState.CHECKED) | Q(target="", source__in=homeless), plan=plan, follows_kind=""
    )


def progress(plan_no: str) -> PlanProgress | None:
    """How far a plan's carrying out has come at this moment; nothing while nobody is at it.

    It is told by the name of the session that does it: its transaction shows nothing to others, and when it is killed
    the name goes with it.
    """
    mark = progress_mark(plan_no)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
            " AND starts_with(application_name, %s)",
            [mark],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    done, _, total = row[0].removeprefix(mark).partition("/")
    return PlanProgress(int(done), int(total))


def progress_mark(plan_no: str) -> str:
    """How the session that carries a plan out begins its name."""
    return f"reform {plan_no} "


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
