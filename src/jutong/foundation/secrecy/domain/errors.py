"""What the gate refuses, in words."""

from collections.abc import Callable

from jutong.foundation.secrecy.domain.texts import field_words
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

Translate = Callable[[str], str]


class SecrecyError(JutongError):
    """Root of the gate's errors."""

    message = N_("保密检查未通过。")


class SecrecyMarkFound(SecrecyError):
    """Something that was sent bears a mark of a secret; nothing of it was kept. `stop_no` is for an appeal."""

    message = N_(
        "疑似涉密标志：{place}（{named}）中有“{mark}”（{sign}）。内容已被拦截，平台未保存任何部分。"
        "请删除涉密内容；确属涉密的，请改由涉密渠道办理。"
        "如系误报，请凭拦截编号 {stop_no} 联系本单位保密员放行后重新提交。"
    )

    def words(self, translate: Translate = str) -> str:
        # What the kind of mark is called comes from the rule pack and is a source text of its own.
        named: str = translate(self.details["sign"])
        place: str = translate(self.details["place"].label)
        field: str = translate(field_words(self.details["named"]))
        return translate(self.message).format(**{**self.details, "sign": named, "place": place, "named": field})


class FileUncheckable(SecrecyError):
    """The text of a file of a kind that is checked cannot be read, so nobody can say that it holds no secret."""

    message = N_("保密检查无法读取该文件的文字：{reason}。文件未被保存，请处理后重新上传。")

    def words(self, translate: Translate = str) -> str:
        # The reason is a source text of its own.
        return translate(self.message).format(reason=translate(self.details["reason"]))


class OwnStop(SecrecyError):
    """Somebody would release what he sent himself."""

    message = N_("不能放行本人提交的内容，请由本单位其他保密员或安全管理员办理。")
    kind = ErrorKind.DENIED


class AlreadyReleased(SecrecyError):
    """The stop has a release in force already."""

    message = N_("该内容已放行，有效期至 {expires_on}，提交人可直接重新提交。")
    kind = ErrorKind.CONFLICT


class NotReleased(SecrecyError):
    """There is no release in force that could be withdrawn."""

    message = N_("该内容没有有效的放行。")
    kind = ErrorKind.CONFLICT


class ReasonMissing(SecrecyError):
    """A release or its withdrawal needs its reason."""

    message = N_("请填写理由。")
