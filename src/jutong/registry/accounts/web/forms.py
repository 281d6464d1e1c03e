"""Forms of the pages of accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post
from jutong.registry.accounts.domain import ALGORITHMS, KEY_MAX_DAYS, TOKEN_MAX_DAYS, AbsenceKind
from jutong.registry.accounts.values import PersonRef


def refuse(form: forms.Form, error: JutongError) -> None:
    """Put an error beside the field it names, or above the form."""
    from django.utils.translation import gettext

    form.add_error(error.field if error.field in form.fields else None, error.words(gettext))


class TokenForm(forms.Form):
    name = forms.CharField(label=N_("用途"), max_length=64, help_text=N_("写明由哪个程序使用，便于日后核对。"))
    days = forms.IntegerField(
        label=N_("有效期（天）"),
        min_value=1,
        max_value=TOKEN_MAX_DAYS,
        initial=90,
        help_text=N_("到期自动失效；不用时请及时撤销。"),
    )


class ClientForm(forms.Form):
    name = forms.CharField(label=N_("应用名称"), max_length=120, help_text=N_("调用数据服务的业务系统名称。"))


class KeyForm(forms.Form):
    algorithm = forms.ChoiceField(
        label=N_("签名算法"), choices=[(name, name) for name in ALGORITHMS], help_text=N_("政务系统优先选用国密算法。")
    )
    days = forms.IntegerField(
        label=N_("有效期（天）"),
        min_value=1,
        max_value=KEY_MAX_DAYS,
        initial=365,
        help_text=N_("到期后调用会被拒绝，请在到期前更换密钥。"),
    )


class PersonForm(forms.Form):
    login_name = forms.CharField(
        label=N_("登录名"),
        min_length=2,
        max_length=64,
        help_text=N_("字母、数字和点，建议用姓名拼音；确定后不能修改。"),
    )
    display_name = forms.CharField(
        label=N_("姓名"), max_length=64, help_text=N_("本人真实姓名，办理记录和审计日志都使用它。")
    )


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any):
        super().__init__(format="%Y-%m-%d", **options)


class AbsenceForm(forms.Form):
    person_no = forms.ChoiceField(label=N_("离岗人员"), help_text=N_("云长和安全管理员可以代本单位其他人员登记。"))
    kind = forms.ChoiceField(label=N_("离岗类型"), choices=[(kind.value, N_(kind.label)) for kind in AbsenceKind])
    first_on = forms.DateField(label=N_("第一天"), widget=DayInput(), help_text=N_("从当天零时起由 B 角代办。"))
    last_on = forms.DateField(
        label=N_("最后一天"), widget=DayInput(), help_text=N_("当天仍算离岗；提前回岗可随时结束登记。")
    )

    def __init__(self, *given: Any, people: list[PersonRef], **more: Any):
        super().__init__(*given, **more)
        self.fields["person_no"].choices = [(ref.person_no, ref.display_name) for ref in people]  # type: ignore[attr-defined]


class HandoverForm(forms.Form):
    person_no = forms.ChoiceField(label=N_("移交人"))
    post = forms.ChoiceField(label=N_("交接范围"), help_text=N_("按岗位移交，或一次移交全部。"))
    successor = forms.ChoiceField(
        label=N_("接收人"), required=False, help_text=N_("从本单位人员中选择，由其确认接收。")
    )
    reason = forms.CharField(
        label=N_("交接事由"), max_length=200, required=False, help_text=N_("例如：调离、退休、岗位调整。")
    )

    def __init__(self, *given: Any, givers: list[PersonRef], takers: list[PersonRef], **more: Any):
        super().__init__(*given, **more)
        self.fields["person_no"].choices = [(ref.person_no, ref.display_name) for ref in givers]  # type: ignore[attr-defined]
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            ("", N_("以后指定")),
            *((ref.person_no, ref.display_name) for ref in takers),
        ]
        posts = [(post.value, N_(post.label)) for post in Post if post is not Post.PUBLIC]
        self.fields["post"].choices = [("all", N_("在本单位的全部事项")), *posts]  # type: ignore[attr-defined]


class SuccessorForm(forms.Form):
    successor = forms.ChoiceField(label=N_("接收人"), help_text=N_("从本单位人员中选择，由其确认接收。"))

    def __init__(self, *given: Any, takers: list[PersonRef], **more: Any):
        super().__init__(*given, **more)
        self.fields["successor"].choices = [(ref.person_no, ref.display_name) for ref in takers]  # type: ignore[attr-defined]


class AppointmentForm(forms.Form):
    post = forms.ChoiceField(
        label=N_("岗位"),
        choices=[(p.value, N_(p.label)) for p in Post if p is not Post.PUBLIC],
        help_text=N_("一人可有多个岗位；系统、安全、审计三个管理员岗位互斥。"),
    )
    organisation = forms.CharField(
        label=N_("单位（统一社会信用代码）"),
        min_length=18,
        max_length=18,
        help_text=N_("输入单位名称或代码的一部分，从列表中选择。"),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )
    office = forms.CharField(label=N_("处室"), max_length=64, required=False, help_text=N_("选填，所在内设机构。"))
    deputy = forms.BooleanField(
        label=N_("B 角（主责人员不在时代办）"),
        required=False,
        help_text=N_("A 角登记离岗期间，待办由 B 角办理。"),
    )
    starts_on = forms.DateField(label=N_("起始日期"), widget=DayInput(), help_text=N_("当天起可以办理该岗位的事项。"))
    ends_on = forms.DateField(
        label=N_("到期日期"), widget=DayInput(), required=False, help_text=N_("留空为长期；承建运维人员必填。")
    )
    project = forms.CharField(
        label=N_("所属项目（承建运维人员必填）"),
        max_length=120,
        required=False,
        help_text=N_("合同或立项文件中的项目名称。"),
    )
    responsible = forms.CharField(
        label=N_("责任人编号（承建运维人员必填）"),
        max_length=16,
        required=False,
        help_text=N_("本单位对其负责的工作人员的“人员编号”。"),
    )
