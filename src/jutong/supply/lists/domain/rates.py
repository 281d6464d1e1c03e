"""The rates of the lists, each with its numerator and denominator."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from jutong.kernel.codes.sharing import ShareType
from jutong.supply.lists.domain.checking import CatalogueView, Listed
from jutong.supply.lists.values import DemandState, DutyKind, Half, RateKind


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of a whole (指标); nothing where the whole is nothing, which is not 0 %."""

    kind: RateKind
    organisation: str
    done: int
    whole: int

    @property
    def ratio(self) -> float | None:
        """0 to 1."""
        return self.done / self.whole if self.whole else None


def rates_of(listed: Iterable[Listed], catalogue: Mapping[str, CatalogueView], *, stale: Collection[str]) -> list[Rate]:
    """All rates by responsible department, and of the whole under an empty code, the whole first.

    A demand counts for the department that is responsible; one that nobody answers for yet only in the whole.
    """
    done: Counter[tuple[RateKind, str]] = Counter()
    whole: Counter[tuple[RateKind, str]] = Counter()

    def count(kind: RateKind, organisation: str, fulfilled: bool) -> None:
        for key in {"", organisation}:
            whole[kind, key] += 1
            done[kind, key] += fulfilled

    closed = set()
    for entry in listed:
        resource = catalogue.get(entry.resource_code)
        if entry.half is Half.NOT_OPEN:
            closed.add(entry.resource_code)
        if entry.demand_state is not None and entry.demand_state is not DemandState.WITHDRAWN:
            count(RateKind.DEMAND, entry.organisation, is_met(entry, resource, stale))
        if entry.duties:
            count(RateKind.RESPONSIBILITY, entry.organisation, is_met(entry, resource, stale))
    for resource in catalogue.values():
        if not resource.published:
            continue
        if resource.sharing_type is not ShareType.NOT_SHARED:
            count(RateKind.MOUNT, resource.provider, resource.mounted)
        count(RateKind.OPEN, resource.provider, resource.open and resource.code not in closed)
    keys = {organisation for _kind, organisation in whole} | {""}
    return [
        Rate(kind, organisation, done[kind, organisation], whole[kind, organisation])
        for organisation in sorted(keys)
        for kind in RateKind
    ]


def met(listed: Iterable[Listed], catalogue: Mapping[str, CatalogueView], *, stale: Collection[str]) -> frozenset[str]:
    """The numbers of demands and responsibilities that count as met: what the numerators of their rates are made of."""
    return frozenset(each.entry_no for each in listed if is_met(each, catalogue.get(each.resource_code), stale))


def is_met(entry: Listed, resource: CatalogueView | None, stale: Collection[str]) -> bool:
    """Can who was promised the data get at them: accepted or borne, published, mounted, as fresh as they must be?"""
    if entry.demand_state is not DemandState.ACCEPTED and not entry.duties:
        return False
    if resource is None or not resource.published or not resource.mounted:
        return False
    return DutyKind.UPDATE not in entry.duties or resource.code not in stale
