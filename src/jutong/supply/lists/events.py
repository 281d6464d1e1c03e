"""What has happened to the three lists, for rooms above."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class ListPublished(Event):
    """A new edition of a list is published (清单发布)."""

    name = "lists.list_published"
    kind: str
    number: int
    round_no: str
    entries: int

    @property
    def stream(self) -> str:
        return self.kind


@dataclass(frozen=True)
class DemandAnswered(Event):
    """A demand was accepted or refused by the responsible department (需求答复)."""

    name = "lists.demand_answered"
    demand_no: str
    state: str
    responsible_uscc: str
    resource_code: str

    @property
    def stream(self) -> str:
        return self.demand_no
