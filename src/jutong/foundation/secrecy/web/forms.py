"""Forms of the gate's pages."""

from django import forms
from django.utils.translation import gettext_lazy as N_


class DayInput(forms.DateInput):
    input_type = "date"


class SpanForm(forms.Form):
    """Which stops to show; every field narrows."""

    first_day = forms.DateField(label=N_("起始日期"), required=False, widget=DayInput)
    last_day = forms.DateField(label=N_("截止日期"), required=False, widget=DayInput)


class ReasonForm(forms.Form):
    """Why something is released, or a release taken back."""

    reason = forms.CharField(
        label=N_("理由"), max_length=200, help_text=N_("写明如何核实、为何不属涉密；不要抄录被拦截的内容。")
    )
