"""Forms of the pages of nodes."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.errors import JutongError
from jutong.supply.nodes.values import MaintenanceWindow

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


def refuse(form: forms.Form, error: JutongError) -> None:
    """Put an error beside the field it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.words(gettext))


class NodeForm(forms.Form):
    """A node to be."""

    name = forms.CharField(label=N_("名称"), max_length=100, help_text=N_("便于识别的名称，例如“市局机房前置机一”。"))
    zone = forms.CharField(
        label=N_("接入区"),
        max_length=50,
        help_text=N_("前置机所在的网络区，例如“业务专网”。同一接入区的前置机互为主备。"),
    )
    rank = forms.IntegerField(
        label=N_("顺位"), min_value=1, max_value=9, initial=1, help_text=N_("1 为主机，其余依次备用。")
    )
    ferried = forms.BooleanField(
        label=N_("不联网，用摆渡包交换"),
        required=False,
        help_text=N_("网络隔离、不能连接平台时勾选；由人员在平台与前置机之间传送文件。"),
    )


class SourceForm(forms.Form):
    """A source that the node has under a name of its own."""

    local_name = forms.CharField(
        label=N_("前置机上的名称"), max_length=60, help_text=N_("在前置机上登记数据源时所用的名称。")
    )
    name = forms.CharField(label=N_("数据源名称"), max_length=100, help_text=N_("在平台上显示的名称，本部门内不重复。"))


class MaintenanceForm(forms.Form):
    """Hours of the week, or one span, in which a node is under maintenance."""

    weekdays = forms.TypedMultipleChoiceField(
        label=N_("每周"),
        choices=list(enumerate(WEEKDAYS, start=1)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=N_("每周固定维护时选择日子，并填写起止时间。"),
    )
    opens = forms.TimeField(
        label=N_("开始时间"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        required=False,
        help_text=N_("每周维护的开始时间。"),
    )
    closes = forms.TimeField(
        label=N_("结束时间"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        required=False,
        help_text=N_("早于开始时间的，表示到次日。"),
    )
    begins_at = forms.DateTimeField(
        label=N_("一次性维护开始"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=N_("只维护这一次时填写，不必再填每周的时间。"),
    )
    ends_at = forms.DateTimeField(
        label=N_("一次性维护结束"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=N_("不超过开始后 31 天。"),
    )
    remark = forms.CharField(
        label=N_("事由"), max_length=100, required=False, help_text=N_("例如“机房断电检修”，可不填。")
    )

    def window(self) -> MaintenanceWindow:
        found = self.cleaned_data
        return MaintenanceWindow(
            tuple(found["weekdays"]), found["opens"], found["closes"], found["begins_at"], found["ends_at"]
        )
