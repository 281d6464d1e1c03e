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
    def stream(self) -> str:
        return self.code
