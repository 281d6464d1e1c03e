"""What happens to cases, for rooms above."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class CaseOpened(Event):
    """A case was opened (办件受理)."""

    name = "procedures.case_opened"
    case_no: str
    procedure: str
    subject_code: str
    parties: dict[str, str]

    @property
    def stream(self) -> str:
        return self.case_no


@dataclass(frozen=True)
class CaseMoved(Event):
    """A case went from one state to another (办件流转). `used` and `limit` are days of the step that was left."""

    name = "procedures.case_moved"
    case_no: str
    procedure: str
    transition: str
    from_state: str
    to_state: str
    used: int | None
    limit: int | None
    late: bool

    @property
    def stream(self) -> str:
        return self.case_no


@dataclass(frozen=True)
class CaseClosed(Event):
    """A case came to its end (办结)."""

    name = "procedures.case_closed"
    case_no: str
    procedure: str
    subject_code: str
    outcome: str

    @property
    def stream(self) -> str:
        return self.case_no


@dataclass(frozen=True)
class CaseUrged(Event):
    """Somebody urged an open step (催办)."""

    name = "procedures.case_urged"
    case_no: str
    procedure: str
    step: str
    by_organisation: str
    organisation: str

    @property
    def stream(self) -> str:
        return self.case_no


@dataclass(frozen=True)
class InnerRunEnded(Event):
    """A circulation inside a department came to its end (内部流转结束)."""

    name = "procedures.inner_run_ended"
    case_no: str
    kind: str
    organisation: str
    result: str

    @property
    def stream(self) -> str:
        return self.case_no


@dataclass(frozen=True)
class SchemeLaidDown(Event):
    """A department laid down its inner steps (内部流转设置)."""

    name = "procedures.scheme_laid_down"
    organisation: str
    kind: str
    steps: int

    @property
    def stream(self) -> str:
        return f"scheme:{self.organisation}"


@dataclass(frozen=True)
class StepOverdue(Event):
    """A step was not done by the last day of its limit (环节逾期). It counts in the assessment, and decides nothing."""

    name = "procedures.step_overdue"
    case_no: str
    procedure: str
    step: str
    limit_key: str
    due_on: str
    post: str
    organisation: str

    @property
    def stream(self) -> str:
        return self.case_no
