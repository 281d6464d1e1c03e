"""When departments agree whose data it is. Guide 6.2.6."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Agreement(StrEnum):
    """What the statements come to."""

    PENDING = "pending"  # somebody has not spoken
    AGREED = "agreed"  # all have, and exactly one collects first-hand
    DISPUTED = "disputed"  # all have, and several do, or none


@dataclass(frozen=True, slots=True)
class Reading:
    """What the statements come to, and the resource they agree on."""

    agreement: Agreement
    source: str = ""


def read_statements(first_hand: Mapping[str, bool | None]) -> Reading:
    """From each resource's department, whether it collects first-hand; None while it has not said.

    Agreement takes everybody's word: who keeps silent has agreed to nothing, and the bureau decides.
    """
    if None in first_hand.values():
        return Reading(Agreement.PENDING)
    claimed = [resource for resource, collects in first_hand.items() if collects]
    return Reading(Agreement.AGREED, claimed[0]) if len(claimed) == 1 else Reading(Agreement.DISPUTED)


def group_of(resource: str, pairs: list[tuple[str, str]]) -> list[str]:
    """All resources that are the same data as this one, by pairs that were decided to be, in order."""
    reached, frontier = {resource}, [resource]
    while frontier:
        here = frontier.pop()
        for one, other in pairs:
            for near, far in ((one, other), (other, one)):
                if near == here and far not in reached:
                    reached.add(far)
                    frontier.append(far)
    return sorted(reached)
