"""What has happened in rounds, for rooms above. Facts of one round keep their order."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class RoundOpened(Event):
    """The bureau opened a round of compilation (编制轮次)."""

    name = "rounds.round_opened"
    round_no: str
    title: str

    @property
    def stream(self) -> str:
        return self.round_no


@dataclass(frozen=True)
class EntrySettled(Event):
    """It is known which department compiles an entry (认领)."""

    name = "rounds.entry_settled"
    round_no: str
    entry_no: str
    department_uscc: str

    @property
    def stream(self) -> str:
        return self.round_no


@dataclass(frozen=True)
class NoticeOpened(Event):
    """The merged catalogue of a round lies open to everybody until `ends_on`, ISO (目录公示)."""

    name = "rounds.notice_opened"
    round_no: str
    notice_no: str
    ends_on: str

    @property
    def stream(self) -> str:
        return self.round_no


@dataclass(frozen=True)
class NoticeClosed(Event):
    """A public notice has ended with every objection answered (公示结束)."""

    name = "rounds.notice_closed"
    round_no: str
    notice_no: str
    objections: int

    @property
    def stream(self) -> str:
        return self.round_no
