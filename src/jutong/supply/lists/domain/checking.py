"""Checking the lists against the catalogue: what does not fit together, and whose it is to mend."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from jutong.kernel.codes.sharing import ShareType
from jutong.supply.lists.values import DemandState, DutyKind, FindingKind, Half, ListKind


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """What the check needs of a resource: whose, of which type, whether published, open, mounted."""

    code: str
    title: str
    provider: str
    sharing_type: ShareType
    published: bool
    open: bool
    mounted: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of any of the lists, with what the check asks of it."""

    list_kind: ListKind
    entry_no: str
    title: str
    organisation: str
    resource_code: str = ""
    half: Half | None = None
    demand_state: DemandState | None = None
    answer_due_on: date | None = None
    promised_on: date | None = None
    duties: frozenset[DutyKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that does not fit (核对问题)."""

    kind: FindingKind
    list_kind: ListKind
    entry_no: str
    resource_code: str
    title: str
    organisation: str


def find_problems(
    listed: Iterable[Listed], catalogue: Mapping[str, CatalogueView], *, stale: Collection[str], on: date
) -> Iterator[Found]:
    """All that does not fit together on a day. `stale` are the codes whose data is older than their cycle allows."""
    barred = set()
    for entry in listed:
        resource = catalogue.get(entry.resource_code)
        if entry.half is Half.NOT_SHARED and entry.resource_code:
            barred.add(entry.resource_code)
        for kind in _problems_of(entry, resource, stale, on):
            yield Found(kind, entry.list_kind, entry.entry_no, entry.resource_code, entry.title, entry.organisation)
    for resource in catalogue.values():
        if resource.published and resource.sharing_type is ShareType.NOT_SHARED and resource.code not in barred:
            yield Found(
                FindingKind.TYPE_THREE_UNLISTED,
                ListKind.NEGATIVE,
                "",
                resource.code,
                resource.title,
                resource.provider,
            )


def _problems_of(
    entry: Listed, resource: CatalogueView | None, stale: Collection[str], on: date
) -> Iterator[FindingKind]:
    if entry.resource_code and resource is None:
        yield FindingKind.CODE_UNKNOWN
    elif resource is not None and not resource.published:
        yield FindingKind.RESOURCE_GONE
    elif entry.half is not None:
        yield from _exclusion_problems(entry.half, resource)
    elif entry.duties:
        yield from _duty_problems(entry, resource, stale)
    if entry.demand_state is DemandState.ANSWERING and entry.answer_due_on and entry.answer_due_on < on:
        yield FindingKind.DEMAND_UNANSWERED
    if (
        entry.demand_state is DemandState.ACCEPTED
        and entry.promised_on is not None
        and entry.promised_on < on
        and not (resource and resource.mounted)
    ):
        yield FindingKind.PROMISE_MISSED


def _exclusion_problems(half: Half, resource: CatalogueView | None) -> Iterator[FindingKind]:
    if resource is None:
        return
    if half is Half.NOT_OPEN:
        if resource.open:
            yield FindingKind.LISTED_BUT_OPEN
        return
    if resource.sharing_type is not ShareType.NOT_SHARED:
        yield FindingKind.LISTED_BUT_SHARED
    if resource.mounted:
        yield FindingKind.LISTED_BUT_MOUNTED


def _duty_problems(entry: Listed, resource: CatalogueView | None, stale: Collection[str]) -> Iterator[FindingKind]:
    if resource is None or not resource.mounted:
        yield FindingKind.DUTY_NOT_MOUNTED
    elif DutyKind.UPDATE in entry.duties and resource.code in stale:
        yield FindingKind.DUTY_STALE
