"""Forms of the register's pages."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.errors import JutongError
from jutong.registry.organisations.values import OrganisationKind


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
    name = forms.CharField(label=N_("单位名称"), max_length=100)
    short_name = forms.CharField(label=N_("简称"), max_length=40, required=False)
    slug = forms.CharField(
        label=N_("简码"), max_length=20, required=False, help_text=N_("小写字母和数字，例如 jyt；不填时由平台生成。")
    )
    kind = forms.ChoiceField(
        label=N_("单位类型"),
        choices=[(kind.value, N_(kind.label)) for kind in OrganisationKind],
        initial=OrganisationKind.DEPARTMENT.value,
    )
    region_code = forms.CharField(label=N_("行政区划代码"), max_length=12, initial="450000")
    valid_from = forms.DateField(label=N_("名称启用日期"), widget=DayInput(), required=False)


class RenameForm(forms.Form):
    """Giving an organisation another name."""

    name = forms.CharField(label=N_("新名称"), max_length=100)
    short_name = forms.CharField(label=N_("新简称"), max_length=40, required=False)
    valid_from = forms.DateField(label=N_("启用日期"), widget=DayInput())
    document_no = forms.CharField(label=N_("文号"), max_length=60, required=False)
    reason = forms.CharField(label=N_("更名原因"), max_length=200, required=False)


class OfficeForm(forms.Form):
    """Adding an inner office."""

    name = forms.CharField(label=N_("内设机构名称"), max_length=60)
