"""What has happened to duplicates, for rooms above."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class PairJudged(Event):
    """Two resources were decided to be the same data, or not (重复认定)."""

    name = "duplicates.pair_judged"
    pair_no: str
    first_code: str
    second_code: str
    judgement: str

    @property
    def stream(self) -> str:
        return self.pair_no


@dataclass(frozen=True)
class SourceSettled(Event):
    """The first-collecting department of some data is settled (明确第一采集部门). Guide 6.2.6."""

    name = "duplicates.source_settled"
    case_no: str
    source_code: str
    source_uscc: str
    resource_codes: tuple[str, ...]

    @property
    def stream(self) -> str:
        return self.source_code
