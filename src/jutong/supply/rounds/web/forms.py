"""The forms of rounds."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.codes.sharing import UpdateCycle
from jutong.supply.rounds import domain
from jutong.supply.rounds.values import Category, ClaimAnswer, ObjectionKind, RecordForm, Step

Choices = Iterable[tuple[str, str]]


def _labels(kinds: Any) -> list[tuple[str, Any]]:
    return [(str(each.value), N_(each.label)) for each in kinds]


def _long(label: Any, help_text: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=domain.MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
    )


def _short(label: Any, help_text: Any, *, required: bool = True, limit: int = domain.MAX_TITLE) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=limit)


class _DaysForm(forms.Form):
    """The last day of each dated step, under the names `due_1` to `due_8`."""

    def __init__(self, *args: Any, days: Mapping[Step, date], **more: Any):
        super().__init__(*args, **more)
        for step in domain.DATED:
            self.fields[f"due_{step.value}"] = forms.DateField(
                label=N_(step.label),
                initial=days.get(step),
                widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                help_text=N_("该环节的截止日期，已按默认时限填好，可调整。"),
            )

    def days(self) -> dict[Step, date]:
        return {step: self.cleaned_data[f"due_{step.value}"] for step in domain.DATED}


class DaysForm(_DaysForm):
    """Other last days."""


class RoundForm(_DaysForm):
    """A round to be opened."""

    title = _short(N_("轮次名称"), N_("例如“2026年度政务数据资源目录编制”。"))
    year = forms.IntegerField(label=N_("年度"), min_value=2000, max_value=2999, help_text=N_("四位数字。"))
    basis = _long(N_("工作要求"), N_("印发的通知文号和要求，各部门可见。"), required=False)
    categories = forms.MultipleChoiceField(
        label=N_("目录类别"),
        choices=_labels(Category),
        initial=[str(each.value) for each in Category],
        widget=forms.CheckboxSelectMultiple,
        help_text=N_("基础类由大数据局编制，主题类由牵头部门会同有关部门编制，部门类由各部门编制（指南6.1）。"),
    )
    departments = forms.MultipleChoiceField(
        label=N_("参加编制的部门和市"),
        widget=forms.CheckboxSelectMultiple,
        help_text=N_("各市由市人民政府（数据主管部门）牵头编制。"),
    )

    def __init__(self, *args: Any, bodies: Choices, **more: Any):
        super().__init__(*args, **more)
        choices = list(bodies)
        self.fields["departments"].choices = choices  # type: ignore[attr-defined]
        self.fields["departments"].initial = [value for value, _title in choices]


class EntryForm(forms.Form):
    """An entry to be pre-drafted."""

    category = forms.ChoiceField(
        label=N_("目录类别"), choices=_labels(Category), initial="3", help_text=N_("类别决定由谁编制（指南6.1）。")
    )
    title = _short(N_("数据资源名称"), N_("与业务名称一致，不含部门名称。"))
    summary = _long(N_("摘要"), N_("包含哪些内容，供部门判断是否属于本部门。"), required=False)
    departments = forms.MultipleChoiceField(
        label=N_("拟定责任部门"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=N_("由这些部门认领；不选则为无人认领，由各部门自行认领或大数据局裁定。基础类不用选。"),
    )
    topic = _short(N_("主题"), N_("主题类填写，例如“营商环境”。"), required=False)
    lead = forms.ChoiceField(label=N_("牵头部门"), required=False, help_text=N_("主题类必填。"))
    classification = _short(
        N_("分类码"), N_("类、项、目的分类码，例如 201001；不填时由编制部门选择。"), required=False, limit=40
    )

    def __init__(self, *args: Any, bodies: Choices, **more: Any):
        super().__init__(*args, **more)
        choices = list(bodies)
        self.fields["departments"].choices = choices  # type: ignore[attr-defined]
        self.fields["lead"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]


class TableForm(forms.Form):
    """A table to be taken in."""

    file = forms.FileField(
        label=N_("表格文件"), help_text=N_("xlsx、xls、et（WPS）或 csv；有一处错误则整份不导入，并逐行说明。")
    )


class CarryForm(forms.Form):
    """Which round's unfinished entries are carried over."""

    source_no = forms.ChoiceField(
        label=N_("上一轮次"), help_text=N_("其中未开始编制的条目结转到本轮，每条只结转一次。")
    )

    def __init__(self, *args: Any, rounds: Choices, **more: Any):
        super().__init__(*args, **more)
        self.fields["source_no"].choices = list(rounds)  # type: ignore[attr-defined]


class PrepareForm(forms.Form):
    """The bodies a department names."""

    leading_body = _short(N_("领导机构"), N_("负责组织规划、编目审查和目录报送，例如“数据工作领导小组”。"))
    working_body = _short(N_("组织实施机构"), N_("负责规划、调查、编制和维护，填写处室或单位，不填个人。"))


class ClaimForm(forms.Form):
    """Whether an entry is one's own."""

    answer = forms.ChoiceField(
        label=N_("认领意见"),
        choices=_labels(each for each in ClaimAnswer if each is not ClaimAnswer.ASKED),
        widget=forms.RadioSelect,
        help_text=N_("裁定或全部部门答复之前可以更改。"),
    )
    reason = _long(N_("理由"), N_("不属于本部门或待定时必填，写明应属哪个部门或何时答复。"), required=False)


class SettleForm(forms.Form):
    """Whose an entry is."""

    department = forms.ChoiceField(label=N_("编制部门"), help_text=N_("裁定后通知该部门和其他认领的部门。"))
    reason = _long(N_("裁定理由"), N_("写明职责依据。"))

    def __init__(self, *args: Any, bodies: Choices, **more: Any):
        super().__init__(*args, **more)
        # No department stands first: a ruling must not fall to one by oversight.
        self.fields["department"].choices = [("", "—"), *bodies]  # type: ignore[attr-defined]


class SurveyForm(forms.Form):
    """Where the data of an entry lie."""

    place = _short(N_("数据存放位置"), N_("数据库、服务器或保管单位的名称，不填地址和口令。"))
    system = _short(N_("所属信息系统"), N_("没有系统的不填。"), required=False)
    form = forms.ChoiceField(label=N_("数据形态"), choices=_labels(RecordForm), help_text=N_("数据现在的保存形态。"))
    update_cycle = forms.TypedChoiceField(
        label=N_("更新周期"),
        choices=_labels(UpdateCycle),
        coerce=int,
        help_text=N_("按业务实际，指南附录一第11项。"),
    )
    note = _long(N_("调查说明"), N_("数据量、覆盖范围、尚待核实的问题等。"), required=False)


class LinkForm(forms.Form):
    """The resource that an entry already is."""

    code = _short(N_("已发布的数据资源代码"), N_("本部门已发布的目录与本条目相同时填写，不再重复编制。"), limit=80)


class ReasonForm(forms.Form):
    """Why an entry is taken out."""

    reason = _long(N_("不编制的理由"), N_("例如业务已取消、与其他条目合并。"))


class NoticeForm(forms.Form):
    """Until when a notice runs."""

    ends_on = forms.DateField(
        label=N_("公示截止日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=N_("不填时按默认公示期计算；可延长，不能缩短。"),
    )


class ObjectionForm(forms.Form):
    """What somebody says against a notice."""

    kind = forms.ChoiceField(label=N_("异议种类"), choices=_labels(ObjectionKind), help_text=N_("请选择最接近的一种。"))
    entry_no = forms.ChoiceField(
        label=N_("涉及条目"), required=False, help_text=N_("对整个目录或缺少的内容提出的，不用选。")
    )
    text = _long(N_("异议内容"), N_("请写明问题和理由。请勿填写他人个人信息和涉密内容。"))
    name = _short(N_("姓名或单位"), N_("选填，只有答复异议的工作人员可见。"), required=False, limit=100)
    contact = _short(N_("联系方式"), N_("选填，只用于核实异议，不公开。"), required=False, limit=100)

    def __init__(self, *args: Any, entries: Choices, **more: Any):
        super().__init__(*args, **more)
        self.fields["entry_no"].choices = [("", N_("整个目录")), *entries]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The answer to an objection."""

    upheld = forms.TypedChoiceField(
        label=N_("处理结果"),
        choices=[("1", N_("采纳")), ("0", N_("不采纳"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        help_text=N_("采纳的，涉及的条目暂缓发布，更正后再放行。"),
    )
    answer = _long(N_("答复"), N_("在公示页面公开，请勿写入个人信息。"))


class RemarkForm(forms.Form):
    """A remark on an element."""

    element = forms.ChoiceField(label=N_("目录要素"), help_text=N_("退回时显示在该要素旁。"))
    words = _long(N_("审核意见"), N_("写明不符合之处和修改要求。"))

    def __init__(self, *args: Any, elements: Choices, **more: Any):
        super().__init__(*args, **more)
        self.fields["element"].choices = list(elements)  # type: ignore[attr-defined]
