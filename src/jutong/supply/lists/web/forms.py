"""Forms of the lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as N_

from jutong.supply.catalogue.values import BasisKind
from jutong.supply.lists.values import Half, ListKind


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


def _text(label: Any, help_text: Any, *, rows: int = 3, limit: int = 1000, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        required=required,
        widget=forms.Textarea({"rows": rows}),
    )


class RoundForm(forms.Form):
    """A round to be opened."""

    kind = forms.ChoiceField(
        label=N_("清单"),
        choices=[(kind.value, N_(kind.label)) for kind in ListKind],
        help_text=N_("每个批次编制一张清单；发布后成为该清单新的一版。"),
    )
    title = forms.CharField(label=N_("批次名称"), max_length=100, help_text=N_("如“2026年第二批”。"))
    opens_on = _day(N_("开始日期"), N_("各部门自这一天起填报。"))
    closes_on = _day(N_("截止日期"), N_("含当日；截止后部门不能再填报。"))
    note = _text(N_("填报要求"), N_("各部门填报时看到。"), required=False)


class DemandForm(forms.Form):
    """A demand to be entered."""

    resource_code = forms.CharField(
        label=N_("资源代码"),
        max_length=80,
        required=False,
        help_text=N_("目录中已有的填写，如 303001/1；没有的不填，在下面写明所需数据。"),
    )
    title = forms.CharField(
        label=N_("所需数据"), max_length=200, required=False, help_text=N_("写明资源代码的可以不填。")
    )
    purpose = _text(N_("用途"), N_("业务场景和所办事项；用于精简办事材料的，写明材料名称。"))
    items = _text(N_("数据项"), N_("所需的数据项，用顿号分开。"), rows=2, limit=2000, required=False)
    legal_basis = forms.CharField(
        label=N_("依据"), max_length=500, help_text=N_("履行职责所依据的法律法规或文件的名称和条款。")
    )
    wanted_by = _day(N_("需要日期"), N_("最迟在这一天前需要该数据。"))


class ExclusionForm(forms.Form):
    """An entry proposed for the negative list."""

    half = forms.ChoiceField(
        label=N_("范围"),
        choices=[(half.value, N_(half.label)) for half in Half],
        widget=forms.RadioSelect,
        help_text=N_("不共享：不能挂载共享，不再受理申请；不开放：只是不向社会开放。两者的名称都保持可见。"),
    )
    resource_code = forms.CharField(
        label=N_("资源代码"), max_length=80, required=False, help_text=N_("尚未编目的数据不填，写明数据名称。")
    )
    title = forms.CharField(
        label=N_("数据名称"), max_length=200, required=False, help_text=N_("写明资源代码的可以不填。")
    )
    reason = _text(N_("理由"), N_("为什么不共享或不开放；发布后公开。"))
    basis_kind = forms.ChoiceField(
        label=N_("依据种类"),
        choices=[(kind.value, N_(kind.label)) for kind in BasisKind],
        help_text=N_("不共享须有法律、行政法规或者党中央、国务院政策依据（指南5.1.3）。"),
    )
    basis_title = forms.CharField(label=N_("依据名称"), max_length=200, help_text=N_("可不加书名号。"))
    basis_number = forms.CharField(label=N_("依据文号"), max_length=80, required=False, help_text=N_("没有的不填。"))
    basis_article = forms.CharField(
        label=N_("依据条款"), max_length=100, required=False, help_text=N_("如“第三十八条”。")
    )


class RemovalForm(forms.Form):
    """The reason for which an entry is to go."""

    round_no = forms.ChoiceField(label=N_("批次"), help_text=N_("在哪个批次中移出；发布后生效。"))
    reason = _text(N_("移出理由"), N_("如依据已废止、数据已可以共享。"))

    def __init__(self, *data: object, rounds: list[tuple[str, str]], **options: object):
        super().__init__(*data, **options)  # type: ignore[arg-type]
        self.fields["round_no"].choices = rounds  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason."""

    reason = _text(N_("移出理由"), N_("记录在该事项中。"))


class FileForm(forms.Form):
    """A file with entries."""

    file = forms.FileField(
        label=N_("文件"), help_text=N_("按模板填写的 xlsx、xls、et 或 csv 文件；有错误则全部不导入。")
    )
