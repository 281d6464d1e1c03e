"""What has happened in the catalogue, for rooms above. Facts of one resource keep their order."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class DraftSubmitted(Event):
    """A department submitted an entry for review (目录报送)."""

    name = "catalogue.draft_submitted"
    draft_no: str
    case_no: str
    provider_uscc: str

    @property
    def stream(self) -> str:
        return self.draft_no


@dataclass(frozen=True)
class DraftReturned(Event):
    """The bureau sent an entry back to be mended (退回整改)."""

    name = "catalogue.draft_returned"
    draft_no: str
    case_no: str
    provider_uscc: str

    @property
    def stream(self) -> str:
        return self.draft_no


@dataclass(frozen=True)
class DraftWithdrawn(Event):
    """A department took its submission back (撤回); the draft can be changed again."""

    name = "catalogue.draft_withdrawn"
    draft_no: str
    provider_uscc: str

    @property
    def stream(self) -> str:
        return self.draft_no


@dataclass(frozen=True)
class DraftDiscarded(Event):
    """A department gave a draft up (作废); its number is not used again."""

    name = "catalogue.draft_discarded"
    draft_no: str
    provider_uscc: str

    @property
    def stream(self) -> str:
        return self.draft_no


@dataclass(frozen=True)
class CodeIssued(Event):
    """A resource got the code it keeps for good (赋码), at the approval of its first entry."""

    name = "catalogue.code_issued"
    code: str
    draft_no: str
    provider_uscc: str

    @property
    def stream(self) -> str:
        return self.code


@dataclass(frozen=True)
class ResourcePublished(Event):
    """A version of a resource became visible in the catalogue (目录发布); `changed` names the elements that differ."""

    name = "catalogue.resource_published"
    code: str
    version: int
    title: str
    provider_uscc: str
    changed: tuple[str, ...] = ()

    @property
    def told_as(self) -> str:
        """The kind under which systems are told: the first version publishes a resource, later ones change it."""
        return "catalogue.resource_published" if self.version == 1 else "catalogue.resource_changed"

    @property
    def stream(self) -> str:
        return self.code


@dataclass(frozen=True)
class UpdateCalled(Event):
    """A change of a law or of duties calls for an update of a resource (目录更新); `due_on` is its last day, ISO."""

    name = "catalogue.update_called"
    code: str
    change_no: str
    provider_uscc: str
    due_on: str

    @property
    def stream(self) -> str:
        return self.code


@dataclass(frozen=True)
class WithdrawalAsked(Event):
    """A provider asks that a resource leave the catalogue (申请下线); users are heard until `notice_ends_on`, ISO."""

    name = "catalogue.withdrawal_asked"
    code: str
    title: str
    provider_uscc: str
    notice_ends_on: str
    replaced_by: str = ""

    @property
    def stream(self) -> str:
        return self.code


@dataclass(frozen=True)
class ResourceWithdrawn(Event):
    """A resource has left the catalogue (下线); its code stays, `replaced_by` names its successor, if any."""

    name = "catalogue.resource_withdrawn"
    code: str
    title: str
    provider_uscc: str
    replaced_by: str = ""

    @property
    def stream(self) -> str:
        return self.code


@dataclass(frozen=True)
class UpdateStopDeclared(Event):
    """A resource is declared not to be updated for a time (停更); days are ISO, `until_day` empty where not known."""

    name = "catalogue.update_stop_declared"
    code: str
    title: str
    provider_uscc: str
    from_day: str
    until_day: str = ""

    @property
    def stream(self) -> str:
        return self.code
