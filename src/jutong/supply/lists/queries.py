"""Reading the lists: what a subject may see of them, what binds, and what a check compares."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.foundation.rulebook.values import CodeList
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Closure, LegalBasis
from jutong.supply.lists import plugs, policy
from jutong.supply.lists.domain import CatalogueView, Listed, Rate, basis_words, errors, met, rates_of
from jutong.supply.lists.models import (
    BINDING,
    Demand,
    Edition,
    EditionEntry,
    Exclusion,
    Finding,
    Responsibility,
    Round,
)
from jutong.supply.lists.values import (
    AcceptedDemand,
    Barred,
    DemandState,
    DutyKind,
    Half,
    ListKind,
    ResponsibilityState,
)

# --- Rights ----------------------------------------------------------------------------------------------------------

_DEMAND_FIELDS = {Relation.CONSUMER: "demander_uscc", Relation.PROVIDER: "responsible_uscc"}


def facts_of_demand(row: Demand) -> Facts:
    """What the decision may know of a demand."""
    return Facts({Relation.CONSUMER: row.demander_uscc, Relation.PROVIDER: row.responsible_uscc})


def demands(subject: Subject, action: Action = policy.VIEW_DEMAND) -> QuerySet[Demand]:
    """The demands on which this subject may act so, the newest first."""
    rows = Demand.objects.filter(scope_q(subject, action, _DEMAND_FIELDS))
    return rows.select_related("round").order_by("-entered_at", "-pk")


def sees_demands_on(department: str, subject: Subject) -> bool:
    """May the subject read every demand for which this department is responsible?"""
    return bool(decide(subject, policy.VIEW_DEMAND, Facts({Relation.PROVIDER: department})))


def get_demand(demand_no: str, subject: Subject) -> Demand:
    """Raises NoSuchEntry, also for those who may not know of it."""
    row = Demand.objects.select_related("round").filter(demand_no=demand_no).first()
    if row is None or not decide(subject, policy.VIEW_DEMAND, facts_of_demand(row)):
        raise errors.NoSuchEntry(entry_no=demand_no)
    return row


def facts_of_responsibility(row: Responsibility) -> Facts:
    """What the decision may know of a responsibility."""
    return Facts({Relation.PROVIDER: row.responsible_uscc})


def responsibilities(subject: Subject, action: Action = policy.VIEW_RESPONSIBILITY) -> QuerySet[Responsibility]:
    """The responsibilities on which this subject may act so."""
    rows = Responsibility.objects.filter(scope_q(subject, action, {Relation.PROVIDER: "responsible_uscc"}))
    return rows.select_related("round", "demand").order_by("-made_at", "responsibility_no")


def get_responsibility(number: str, subject: Subject) -> Responsibility:
    """Raises NoSuchEntry, also for those who may not know of it."""
    row = Responsibility.objects.select_related("round", "demand").filter(responsibility_no=number).first()
    if row is None or not decide(subject, policy.VIEW_RESPONSIBILITY, facts_of_responsibility(row)):
        raise errors.NoSuchEntry(entry_no=number)
    return row


def facts_of_exclusion(row: Exclusion) -> Facts:
    """What the decision may know of an entry of the negative list."""
    flags = {"binding"} if row.state in BINDING else set()
    return Facts({Relation.PROVIDER: row.provider_uscc}, frozenset(flags))


def exclusions(subject: Subject, action: Action = policy.VIEW_EXCLUSION) -> QuerySet[Exclusion]:
    """The entries of the negative list on which this subject may act so, the newest first."""
    flags = {"binding": Q(state__in=BINDING)}
    rows = Exclusion.objects.filter(scope_q(subject, action, {Relation.PROVIDER: "provider_uscc"}, flags))
    return rows.select_related("round", "removal").order_by("-proposed_at", "-pk")


def get_exclusion(number: str, subject: Subject) -> Exclusion:
    """Raises NoSuchEntry, also for those who may not know of it."""
    row = Exclusion.objects.select_related("round", "removal").filter(exclusion_no=number).first()
    if row is None or not decide(subject, policy.VIEW_EXCLUSION, facts_of_exclusion(row)):
        raise errors.NoSuchEntry(entry_no=number)
    return row


def public_kinds() -> frozenset[str]:
    """The lists that society may read, by the rule pack of today."""
    return rulebook.code_list("public_lists").codes


def facts_of_edition(row: Edition) -> Facts:
    """What the decision may know of an edition."""
    return Facts(flags=frozenset({"public"} if row.kind in public_kinds() else ()))


def editions(subject: Subject, action: Action = policy.VIEW_EDITION) -> QuerySet[Edition]:
    """The editions this subject may see, the newest first."""
    flags = {"public": Q(kind__in=public_kinds())}
    rows = Edition.objects.filter(scope_q(subject, action, {}, flags))
    return rows.select_related("round").order_by("-published_at", "-pk")


def get_edition(kind: str, number: int, subject: Subject) -> Edition:
    """Raises NoSuchEdition, also for those who may not know of it."""
    row = editions(subject).filter(kind=kind, number=number).first()
    if row is None:
        raise errors.NoSuchEdition()
    return row


def facts_of_finding(row: Finding) -> Facts:
    """What the decision may know of a problem."""
    return Facts({Relation.PROVIDER: row.organisation})


def findings(subject: Subject, action: Action = policy.VIEW_FINDING) -> QuerySet[Finding]:
    """The problems this subject may see, the newest first."""
    rows = Finding.objects.filter(scope_q(subject, action, {Relation.PROVIDER: "organisation"}))
    return rows.order_by("-found_at", "-pk")


def rounds(subject: Subject, action: Action = policy.VIEW_ROUND) -> QuerySet[Round]:
    """The rounds this subject may see, the newest first."""
    return Round.objects.filter(scope_q(subject, action, {})).order_by("-opened_at", "-pk")


def get_round(round_no: str, subject: Subject) -> Round:
    """Raises NoSuchRound."""
    row = rounds(subject).filter(round_no=round_no).first()
    if row is None:
        raise errors.NoSuchRound(round_no=round_no)
    return row


def open_rounds(kind: ListKind, *, on: date) -> list[Round]:
    """Rounds of a list in which departments may enter on a day."""
    rows = Round.objects.filter(kind=kind, state="open", opens_on__lte=on, closes_on__gte=on)
    return list(rows.order_by("closes_on", "pk"))


# --- What binds ------------------------------------------------------------------------------------------------------


def binding(half: Half | None = None) -> QuerySet[Exclusion]:
    """Entries of the negative list that bind now, of one half where given."""
    rows = Exclusion.objects.filter(state__in=BINDING)
    return rows.filter(half=half) if half else rows


def find_barred(resource_code: str, half: Half) -> Barred | None:
    """Why this resource is not shared, or not opened; nothing where the negative list does not hold it."""
    row = binding(half).filter(resource_code=resource_code).first()
    return Barred(row.exclusion_no, half, row.reason, words_of_basis(row)) if row else None


def barred_codes() -> set[str]:
    """Codes of all resources that are not shared."""
    return set(binding(Half.NOT_SHARED).exclude(resource_code="").values_list("resource_code", flat=True))


def words_of_basis(row: Exclusion) -> str:
    """An entry's basis in words."""
    return basis_words(LegalBasis.from_json(row.basis))


class Closures:
    """What is not opened, as the catalogue asks for it (不开放)."""

    def closed(self, code: Any) -> Exists:
        """The condition that the resource of this code column is not opened."""
        return Exists(binding(Half.NOT_OPEN).filter(resource_code=OuterRef(code)))

    def closure_of(self, code: str) -> Closure | None:
        """Why a resource is not opened, or nothing."""
        found = find_barred(code, Half.NOT_OPEN)
        return Closure(found.exclusion_no, found.reason, found.basis) if found else None


def accepted_demands(organisation: str | None) -> tuple[AcceptedDemand, ...]:
    """Accepted demands, of one responsible department where given, the first entered first."""
    rows = Demand.objects.filter(state=DemandState.ACCEPTED).order_by("demand_no")
    if organisation is not None:
        rows = rows.filter(responsible_uscc=organisation)
    columns = ("demand_no", "title", "responsible_uscc", "resource_code")
    return tuple(AcceptedDemand(*values) for values in rows.values_list(*columns))


def refusal_grounds(on: date) -> CodeList:
    """Grounds on which a demand may be refused (不予承接需求的理由)."""
    return rulebook.code_list("demand_refusal", on=on)


# --- Editions --------------------------------------------------------------------------------------------------------


def contents_of(edition: Edition) -> dict[str, Mapping[str, Any]]:
    """What an edition says, by the numbers of its entries."""
    return dict(EditionEntry.objects.filter(edition=edition).values_list("entry_no", "content"))


def entries_of(edition: Edition) -> QuerySet[EditionEntry]:
    """The entries of an edition in the order of their numbers."""
    return EditionEntry.objects.filter(edition=edition).order_by("entry_no")


def latest_editions(subject: Subject) -> dict[str, Edition]:
    """The newest edition of each list that this subject may see."""
    return {row.kind: row for row in editions(subject).order_by("kind", "-number").distinct("kind")}


# --- For the check and the rates -------------------------------------------------------------------------------------


def catalogue_view(provider: str = "") -> dict[str, CatalogueView]:
    """All published resources by code, and those that the lists name though they are not published any more."""
    found = {
        outline.code: CatalogueView(
            outline.code,
            outline.title,
            outline.provider_uscc,
            outline.sharing_type,
            True,
            outline.open,
            outline.mounted_at is not None,
        )
        for outline in catalogue.outlines(provider=provider)
    }
    for code, resource in catalogue.resources(_named_codes() - found.keys()).items():
        if resource.published and provider:
            continue
        found[code] = CatalogueView(
            code,
            resource.title,
            resource.provider_uscc,
            resource.sharing_type,
            resource.published,
            resource.content.open,
            resource.mounted_at is not None,
        )
    return found


def _named_codes() -> set[str]:
    named: set[str] = set()
    for rows in (Demand.objects, Responsibility.objects, binding()):
        named |= set(rows.exclude(resource_code="").values_list("resource_code", flat=True))
    return named


def listed() -> list[Listed]:
    """All that stands on the lists or is on its way to them, as the check sees it."""
    found = [
        Listed(
            ListKind.DEMAND,
            row.demand_no,
            row.title,
            row.responsible_uscc,
            row.resource_code,
            demand_state=DemandState(row.state),
            answer_due_on=row.answer_due_on,
            promised_on=row.promised_on,
        )
        for row in Demand.objects.exclude(state=DemandState.WITHDRAWN)
    ]
    found += [
        Listed(
            ListKind.RESPONSIBILITY,
            row.responsibility_no,
            row.title,
            row.responsible_uscc,
            row.resource_code,
            duties=frozenset(DutyKind(kind) for kind in row.kinds),
        )
        for row in Responsibility.objects.filter(state=ResponsibilityState.CONFIRMED)
    ]
    found += [
        Listed(
            ListKind.NEGATIVE, row.exclusion_no, row.title, row.provider_uscc, row.resource_code, half=Half(row.half)
        )
        for row in binding()
    ]
    return found


def rates(subject: Subject, *, at: datetime) -> list[Rate]:
    """The rates of the whole, and of the departments this subject may see: for overseers all, else one's own."""
    found = rates_of(listed(), catalogue_view(), stale=plugs.stale(at))
    if subject.post in policy.OVERSEERS:
        return found
    return [rate for rate in found if rate.organisation in ("", subject.organisation)]


def told_met(rows: QuerySet[Any], number: str, *, at: datetime) -> QuerySet[Any]:
    """Entries with `met`, 1 or 0: does each count in the numerator of its rate? `number` is the field of its number."""
    numbers = met(listed(), catalogue_view(), stale=plugs.stale(at))
    return rows.annotate(met=Case(When(**{f"{number}__in": numbers}, then=Value("1")), default=Value("0")))
