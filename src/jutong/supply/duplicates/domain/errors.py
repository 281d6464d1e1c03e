"""What can be wrong with a pair, a search or a negotiation, in words that say what to do."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class DuplicatesError(JutongError):
    """Root of this room's errors."""

    message = N_("一数一源的操作未成功。")


class NoSuchPair(DuplicatesError):
    """No pair of this number, or none that the subject may know of."""

    message = N_("没有编号为“{pair_no}”的疑似重复，或您无权查看。")
    kind = ErrorKind.MISSING


class NoSuchNegotiation(DuplicatesError):
    """No negotiation of this number, or none that the subject may know of."""

    message = N_("没有编号为“{case_no}”的数源协商，或您无权查看。")
    kind = ErrorKind.MISSING


class SearchRunning(DuplicatesError):
    """A search is under way already."""

    message = N_("正在查找重复采集，请待本次查找结束后再发起。")
    kind = ErrorKind.CONFLICT


class ReasonMissing(DuplicatesError):
    """A decision without its reason."""

    message = N_("请写明认定的理由，供以后查考。")
    kind = ErrorKind.INVALID


class NotADuplicate(DuplicatesError):
    """A negotiation was asked for about resources that nobody has decided to be the same data, or not published now."""

    message = N_("该组资源尚未认定为重复采集或未在发布，请先认定再发起协商。")
    kind = ErrorKind.CONFLICT


class NegotiationOpen(DuplicatesError):
    """One of the resources is in a negotiation already."""

    message = N_("资源“{resource}”正在协商（{case_no}），请在该协商中办理。")
    kind = ErrorKind.CONFLICT


class NegotiationUnderWay(DuplicatesError):
    """What a negotiation is about cannot be decided otherwise meanwhile."""

    message = N_("该组资源已进入数源协商（{case_no}），如需改变认定，请先终止协商。")
    kind = ErrorKind.CONFLICT


class SourceNotInGroup(DuplicatesError):
    """The resource named as source does not take part in the negotiation."""

    message = N_("“{resource}”不在本次协商的资源之中，请从所列资源中选择。")
    kind = ErrorKind.INVALID


class BasisMissing(DuplicatesError):
    """Who says that he collects first-hand says by what duty and how."""

    message = N_("陈述为直接采集的，请写明职责依据和采集方式。")
    kind = ErrorKind.INVALID
