"""The error tree: what an official reads, what a program acts on."""

import re
from enum import Enum, StrEnum
from typing import Any, ClassVar

from jutong.kernel.text import N_, Term


class ErrorKind(StrEnum):
    """How an error came about; faces choose the HTTP status by it."""

    INVALID = "invalid"
    DENIED = "denied"
    MISSING = "missing"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"


class JutongError(Exception):
    """Root of all errors that users may meet.

    `message` is the Chinese source text; `{name}` in it is filled from the details. `field` names the input at
    fault, so that a form can put the words beside it.
    """

    message: ClassVar[str] = N_("操作未能完成。")
    kind: ClassVar[ErrorKind] = ErrorKind.INVALID

    def __init__(self, *, field: str | None = None, **details: Any):
        super().__init__(self.message)
        self.field = field
        self.details = details

    @property
    def code(self) -> str:
        """The stable name a program can compare, e.g. `already_granted`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    def words(self, translate: Any = str) -> str:
        """The message in the language of `translate` with its details filled in.

        Details that have words of their own, errors, terms and enumerations with a `label`, speak the same language;
        a tuple is read out one after the other.
        """
        text: str = translate(self.message)
        if not self.details:
            return text
        return text.format(**{name: _words_of(value, translate) for name, value in self.details.items()})

    def __str__(self) -> str:
        return self.words()


def _words_of(value: Any, translate: Any) -> Any:
    if isinstance(value, JutongError):
        return value.words(translate)
    if isinstance(value, Term):
        return translate(str(value))
    if isinstance(value, tuple):
        return "、".join(str(_words_of(each, translate)) for each in value)
    label = getattr(value, "label", None)
    return translate(label) if isinstance(value, Enum) and isinstance(label, str) else value


class NotPermitted(JutongError):
    """The subject's post gives no right to this action on this object."""

    message = N_("您当前的岗位无权进行此操作；如需办理，请切换岗位或联系本部门管理员。")
    kind = ErrorKind.DENIED


class DeputyStandsBy(NotPermitted):
    """A deputy (B 角) wanted to act in a post while the one who mainly holds it is there."""

    message = N_("A 角在岗，B 角此时只能查看；A 角请假或出差并登记后，平台自动交由 B 角代办。")


class NotSignedIn(JutongError):
    """The action needs a person in a post, and nobody is signed in."""

    message = N_("请先登录，或在请求头中提供有效的接口令牌。")
    kind = ErrorKind.DENIED


class WrittenMeanwhile(JutongError):
    """Somebody wrote the same, of which there may be one, in the same moment."""

    message = N_("相同的内容刚刚已被写入，您的这次操作没有生效；请刷新后核对，仍有需要再试。")
    kind = ErrorKind.CONFLICT


class PlatformFault(JutongError):
    """The platform failed, through no fault of who called it."""

    message = N_("平台出现故障，已记录，您的数据未受影响。请稍后重试；若仍不成功，请联系平台运维人员。")
    kind = ErrorKind.FAULT


class NotFound(JutongError):
    """No such object, or none that this subject may know of."""

    message = N_("未找到所请求的对象，或您无权查看。")
    kind = ErrorKind.MISSING
