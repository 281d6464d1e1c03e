"""Forms of the pages of nodes."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.errors import JutongError


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


class SourceForm(forms.Form):
    """A source that the node has under a name of its own."""

    local_name = forms.CharField(
        label=N_("前置机上的名称"), max_length=60, help_text=N_("在前置机上登记数据源时所用的名称。")
    )
    name = forms.CharField(label=N_("数据源名称"), max_length=100, help_text=N_("在平台上显示的名称，本部门内不重复。"))
