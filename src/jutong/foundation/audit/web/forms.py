"""The search form of the audit log."""

from django import forms
from django.utils.translation import gettext_lazy as N_

from jutong.foundation.audit.values import EntryFilter


class DayInput(forms.DateInput):
    input_type = "date"


class SearchForm(forms.Form):
    """What to look for; every field narrows."""

    action = forms.CharField(
        label=N_("操作"), required=False, max_length=120, help_text=N_("操作代码或其开头，如 sharing.request。")
    )
    actor = forms.CharField(
        label=N_("操作人编号"), required=False, max_length=64, help_text=N_("如 P000123；人员编号见人员账号页面。")
    )
    actor_name = forms.CharField(
        label=N_("操作人姓名"), required=False, max_length=64, help_text=N_("按操作当时登记的姓名查找。")
    )
    organisation = forms.CharField(
        label=N_("单位代码"), required=False, max_length=18, help_text=N_("18 位统一社会信用代码。")
    )
    organisation_name = forms.CharField(
        label=N_("单位名称"), required=False, max_length=100, help_text=N_("按操作当时的名称查找，更名前后分别查。")
    )
    object_kind = forms.CharField(
        label=N_("对象类别"), required=False, max_length=64, help_text=N_("如 case、resource。")
    )
    object_code = forms.CharField(
        label=N_("对象编号"), required=False, max_length=200, help_text=N_("被操作对象的编号，如授权编号、数据源编号。")
    )
    resource = forms.CharField(label=N_("资源代码"), required=False, max_length=80, help_text=N_("如 303004/1。"))
    case = forms.CharField(label=N_("办件编号"), required=False, max_length=64, help_text=N_("如 XQ20260001。"))
    first_day = forms.DateField(label=N_("起始日期"), required=False, widget=DayInput)
    last_day = forms.DateField(label=N_("截止日期"), required=False, widget=DayInput)

    def filters(self) -> EntryFilter:
        """The filter as filled in; fields at fault seek nothing."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return EntryFilter(**{name: value for name, value in given.items() if value})
