"""What may go wrong with contact points, settings and ports."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class NoticesError(JutongError):
    """Root of the room's errors."""

    message = N_("通知设置未能保存。")


class PortNotOffered(NoticesError):
    """This installation has no such port: the operator did not set it up."""

    message = N_("平台未配置“{channel}”，暂不能使用；请联系系统管理员。")
    kind = ErrorKind.CONFLICT


class MailMalformed(NoticesError):
    """Not the address of one mailbox."""

    message = N_("邮箱地址写法不正确，请填写如 name@example.gov.cn 的地址。")


class MobileMalformed(NoticesError):
    """Not a mobile number of the mainland."""

    message = N_("手机号码应为 11 位数字，以 1 开头。")


class WebhookMalformed(NoticesError):
    """Not an http or https address without account and fragment."""

    message = N_("回调地址应以 http:// 或 https:// 开头，不含账号和片段，不超过 500 个字符。")


class NoSuchContact(NoticesError):
    """The person has no contact point of this channel."""

    message = N_("您尚未登记“{channel}”。")
    kind = ErrorKind.MISSING


class CodeWrong(NoticesError):
    """The code is not the one that was sent."""

    message = N_("验证码不正确，还可以再试 {left} 次。")


class CodeOver(NoticesError):
    """The code was sent too long ago, tried too often, or used."""

    message = N_("验证码已失效，请重新登记以获取新的验证码。")
    kind = ErrorKind.CONFLICT


class CodesTooOften(NoticesError):
    """Codes are sent once a minute and ten a day, so that nobody is flooded by way of the platform."""

    message = N_("验证码发送过于频繁：每分钟一次，每日最多 {limit} 次，请稍后再试。")
    kind = ErrorKind.CONFLICT


class QuietHoursEmpty(NoticesError):
    """Quiet hours that begin when they end."""

    message = N_("免打扰的开始和结束时间不能相同；如不需要，请关闭免打扰。")


class HookNameTaken(NoticesError):
    """The organisation has a system of that name already."""

    message = N_("该单位已登记同名的通知接口，请换一个名称。")
    kind = ErrorKind.CONFLICT


class TooManyHooks(NoticesError):
    """Each system is called for each change; few are enough for an organisation."""

    message = N_("每个单位最多登记 {limit} 个通知接口，请先停用不再使用的接口。")
    kind = ErrorKind.CONFLICT


class NoGroupChosen(NoticesError):
    """A system that is told of nothing."""

    message = N_("请至少选择一类通知。")


class NoSuchDispatch(NoticesError):
    """No message of that number, or none that may be sent again."""

    message = N_("未找到该条发送记录，或其状态不是“发送失败”。")
    kind = ErrorKind.MISSING


class PortError(NoticesError):
    """A message could not be handed over; `reason` is for operators and holds no address."""

    message = N_("发送未成功：{reason}")
    kind = ErrorKind.UNAVAILABLE


class PortUnavailable(PortError):
    """Not now: no answer, busy, an error of the other side. It is tried again."""


class PortRefused(PortError):
    """Never: the other side does not take this message or this address."""

    kind = ErrorKind.CONFLICT
