"""What readers have done, for rooms above. Facts of one remark keep their order."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class RemarkMade(Event):
    """Somebody commented on a resource, asked, or pointed to a mistake (留言)."""

    name = "readers.remark_made"
    remark_no: str
    kind: str
    resource_code: str
    provider_uscc: str

    @property
    def stream(self) -> str:
        return self.remark_no


@dataclass(frozen=True)
class RemarkAnswered(Event):
    """The provider answered for the first time (答复); `in_time` where a limit ran and was kept."""

    name = "readers.remark_answered"
    remark_no: str
    kind: str
    resource_code: str
    provider_uscc: str
    in_time: bool

    @property
    def stream(self) -> str:
        return self.remark_no
