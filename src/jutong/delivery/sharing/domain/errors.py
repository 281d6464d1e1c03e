"""What may go wrong in sharing, whatever it is about; the other errors stand with their subjects."""

from collections.abc import Sequence
from typing import Final

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

MAX_TEXT_LENGTH: Final = 2_000
MIN_REASON_LENGTH: Final = 5


class SharingError(JutongError):
    """Root of sharing's errors."""


class NoSuchRequest(SharingError):
    """No request of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {request} 的数据申请，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchGrant(SharingError):
    """No grant of this number, or none that the subject may know of."""

    message = N_("未找到编号为 {grant} 的授权，或您无权查看。")
    kind = ErrorKind.MISSING


class RequestMoved(SharingError):
    """The request stands elsewhere by now."""

    message = N_("申请 {request} 当前为“{state}”，不能进行此操作，请刷新后查看。")
    kind = ErrorKind.CONFLICT


class GrantEnded(SharingError):
    """The grant is revoked or expired already; there is nothing to end."""

    message = N_("授权 {grant} 已于 {ended} 终止，无需再次收回。")
    kind = ErrorKind.CONFLICT


class ReasonMissing(SharingError):
    """A revocation or refusal without a reason in words."""

    message = N_("请说明理由，不少于 {least} 个字。")


class SeveralFaults(SharingError):
    """More than one thing is wrong; `faults` lists all of them, field by field."""

    message = N_("填写内容有 {count} 处不符合要求，请按提示逐项修改。")

    def __init__(self, faults: Sequence[SharingError]):
        super().__init__(count=len(faults), faults=list(faults))
        self.faults = tuple(faults)


def check_reason(reason: str) -> None:
    """A revocation says why. Raises ReasonMissing."""
    if len(reason.strip()) < MIN_REASON_LENGTH:
        raise ReasonMissing(field="reason", least=MIN_REASON_LENGTH)


def raise_all(faults: Sequence[SharingError]) -> None:
    """Raise the one fault, or all of them together; nothing when there is none."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaults(faults)
