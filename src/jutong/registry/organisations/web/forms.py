"""Forms of the register's pages."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.errors import JutongError
from jutong.registry.organisations.values import OrganisationKind, PlanDraft, ReformKind


def refuse(form: forms.Form, error: JutongError) -> None:
    """Put an error beside the field it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.words(gettext))


class DayInput(forms.DateInput):
    """The browser's own picker of days."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DepartmentForm(forms.Form):
    """Registering an organisation."""

    uscc = forms.CharField(label=N_("统一社会信用代码"), max_length=18, help_text=N_("18 位，登记时校验两个校验码。"))
    name = forms.CharField(label=N_("单位名称"), max_length=100, help_text=N_("机构编制文件或代码证上的全称。"))
    short_name = forms.CharField(
        label=N_("简称"), max_length=40, required=False, help_text=N_("列表和图表中使用；不填时用全称。")
    )
    slug = forms.CharField(
        label=N_("简码"), max_length=20, required=False, help_text=N_("小写字母和数字，例如 jyt；不填时由平台生成。")
    )
    kind = forms.ChoiceField(
        label=N_("单位类型"),
        choices=[(kind.value, N_(kind.label)) for kind in OrganisationKind],
        initial=OrganisationKind.DEPARTMENT.value,
        help_text=N_("决定可以设置哪些岗位。"),
    )
    region_code = forms.CharField(
        label=N_("行政区划代码"), max_length=12, initial="450000", help_text=N_("所在地的代码，自治区本级为 450000。")
    )
    valid_from = forms.DateField(
        label=N_("名称启用日期"), widget=DayInput(), required=False, help_text=N_("留空为今天。")
    )


class RenameForm(forms.Form):
    """Giving an organisation another name."""

    name = forms.CharField(label=N_("新名称"), max_length=100, help_text=N_("批准文件中的全称；代码不变。"))
    short_name = forms.CharField(label=N_("新简称"), max_length=40, required=False, help_text=N_("不填时用全称。"))
    valid_from = forms.DateField(
        label=N_("启用日期"), widget=DayInput(), help_text=N_("当天起新办件使用新名称，此前的文书保留当时的名称。")
    )
    document_no = forms.CharField(label=N_("文号"), max_length=60, required=False, help_text=N_("批准更名的文件编号。"))
    reason = forms.CharField(label=N_("更名原因"), max_length=200, required=False, help_text=N_("例如：机构改革。"))


class OfficeForm(forms.Form):
    """Adding an inner office."""

    name = forms.CharField(label=N_("内设机构名称"), max_length=60, help_text=N_("例如：政策法规处。"))


class DatesForm(forms.Form):
    """Noting the days of the seal and of the code's certificate."""

    seal_from = forms.DateField(
        label=N_("现名称公章启用日期"), widget=DayInput(), required=False, help_text=N_("启用前仍用原公章。")
    )
    code_from = forms.DateField(
        label=N_("代码证启用日期"), widget=DayInput(), required=False, help_text=N_("以新代码证上的日期为准。")
    )
    code_to = forms.DateField(
        label=N_("代码证终止日期"), widget=DayInput(), required=False, help_text=N_("原代码证停止使用的日期。")
    )


class PlanForm(forms.Form):
    """A plan of organisation reform."""

    kind = forms.ChoiceField(
        label=N_("调整方式"),
        choices=[(kind.value, N_(kind.label)) for kind in ReformKind],
        help_text=N_("更名、合并、分设或职能划转；不同方式须填写的内容不同。"),
    )
    title = forms.CharField(label=N_("方案名称"), max_length=200, help_text=N_("例如：自治区扶贫办更名。"))
    document_no = forms.CharField(label=N_("文号"), max_length=60, help_text=N_("批准机构调整的文件编号。"))
    effective_on = forms.DateField(
        label=N_("生效日期"), widget=DayInput(), help_text=N_("当日零时起由平台自动执行；平台停机的，恢复后补执行。")
    )
    sources = forms.CharField(
        label=N_("被调整单位"),
        widget=forms.Textarea({"rows": 2}),
        help_text=N_("统一社会信用代码，一行一个。"),
        max_length=1000,
    )
    targets = forms.CharField(
        label=N_("承接单位"),
        widget=forms.Textarea({"rows": 2}),
        required=False,
        help_text=N_("统一社会信用代码，一行一个；新设单位请先登记。分设而原单位保留的，也将其列入。"),
        max_length=1000,
    )
    default_target = forms.CharField(
        label=N_("未指定事项的承接单位"),
        max_length=18,
        required=False,
        help_text=N_("分设和职能划转时，清单中未逐项指定的事项归其承接。"),
    )
    new_name = forms.CharField(label=N_("新名称"), max_length=100, required=False, help_text=N_("更名时填写。"))
    new_short_name = forms.CharField(
        label=N_("新简称"), max_length=40, required=False, help_text=N_("留空则与新名称相同。")
    )
    seal_from = forms.DateField(
        label=N_("新公章启用日期"), widget=DayInput(), required=False, help_text=N_("可晚于更名，另行登记。")
    )
    basis = forms.CharField(
        label=N_("依据"),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        max_length=2000,
        help_text=N_("机构改革方案或编制部门的批复。"),
    )

    def draft(self) -> PlanDraft:
        """The plan as it was filled in."""
        given = dict(self.cleaned_data)
        return PlanDraft(
            **{
                **given,
                "kind": ReformKind(given["kind"]),
                "sources": tuple(dict.fromkeys(given["sources"].split())),
                "targets": tuple(dict.fromkeys(given["targets"].split())),
                "default_target": given["default_target"].strip(),
            }
        )
