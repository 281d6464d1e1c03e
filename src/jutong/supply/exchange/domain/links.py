"""Direct links (直连): what can go wrong when one is reported, planned or switched off. Pure. Art. 20(2)."""

from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_
from jutong.supply.exchange.domain import ExchangeError


class NoSuchLink(ExchangeError):
    """No direct link of that number, or none this subject may know of."""

    message = N_("未找到直连 {link_no}。")
    kind = ErrorKind.MISSING


class LinkIncomplete(ExchangeError):
    """A field that must be filled is empty, or too long."""

    message = N_("请填写双方系统和所交换的数据（各不超过 {most} 字）。")


class SameEnd(ExchangeError):
    """Both ends are one organisation, whose own systems may be connected as it likes."""

    message = N_("直连的两端须为两个单位；本单位内部系统的连接不必登记。")


class SinceInFuture(ExchangeError):
    """A link that is not there yet: it must not be set up at all."""

    message = N_("建立日期不能晚于今天；新的数据交换请通过平台申请。")


class PlanUnfit(ExchangeError):
    """A plan of retiring without a day, or with one that is past."""

    message = N_("请填写取消办法和完成日期，日期不能早于今天。")


class LinkOff(ExchangeError):
    """The link was switched off before."""

    message = N_("直连 {link_no} 已登记断开。")
    kind = ErrorKind.CONFLICT


class OffDayUnfit(ExchangeError):
    """Switched off before it was there, or in the future."""

    message = N_("断开日期须在建立日期之后，且不能晚于今天。")
