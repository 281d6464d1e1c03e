"""Forms of contact points and settings."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as N_

from jutong.foundation.notices.values import Channel, Group, Habits


class ContactForm(forms.Form):
    """Where one wants to be told by one channel."""

    address = forms.CharField(max_length=500)

    def __init__(self, channel: Channel, data: QueryDict | None = None):
        super().__init__(data, prefix=channel.value)
        self.fields["address"].label = _LABELS[channel]
        self.fields["address"].help_text = _HELP[channel]


_LABELS = {Channel.MAIL: N_("邮箱地址"), Channel.SMS: N_("手机号码"), Channel.WEBHOOK: N_("回调地址")}
_HELP = {
    Channel.MAIL: N_("平台会向该邮箱发送验证码。"),
    Channel.SMS: N_("平台会向该号码发送验证码。"),
    Channel.WEBHOOK: N_("平台以 POST 方式发送签名的 JSON；地址须在本单位的允许访问名单内。"),
}


class HookForm(forms.Form):
    """An organisation's system: whose, where, and of what it is told."""

    organisation = forms.RegexField(
        r"^[0-9A-HJ-NP-RT-UW-Y]{18}$",
        label=N_("单位代码"),
        help_text=N_("该系统所属单位的统一社会信用代码，可输入单位名称选择。"),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )
    name = forms.CharField(max_length=60, label=N_("接口名称"), help_text=N_("如：协同办公系统待办接口。"))
    address = forms.CharField(
        max_length=500,
        label=N_("回调地址"),
        help_text=N_("平台以 POST 方式发送签名的 JSON，不含办件内容；地址须在该单位的允许访问名单内。"),
    )
    groups = forms.MultipleChoiceField(
        label=N_("通知类别"),
        choices=[(group.value, N_(group.label)) for group in Group],
        widget=forms.CheckboxSelectMultiple,
        initial=[group.value for group in Group],
        help_text=N_("只向该系统发送所选类别的通知。"),
    )


class CodeForm(forms.Form):
    """The code that came."""

    code = forms.CharField(max_length=20, label=N_("验证码"), help_text=N_("刚刚发往该地址的数字。"))

    def __init__(self, channel: Channel, data: QueryDict | None = None):
        super().__init__(data, prefix=f"{channel.value}-code")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class HabitsForm(forms.Form):
    """Channels for each group, quiet hours, digest. Only channels that are offered can be chosen."""

    quiet = forms.BooleanField(label=N_("开启免打扰"), required=False, help_text=N_("时段内的一般通知推迟发出。"))
    quiet_from = forms.TimeField(label=N_("免打扰开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(
        label=N_("免打扰结束"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=N_("免打扰时段内的通知于结束时发出；逾期和督办类通知不受限制。"),
    )
    digest = forms.BooleanField(
        label=N_("每日摘要"), required=False, help_text=N_("每日 8:30 发送一封邮件，汇总未读通知。")
    )

    def __init__(self, offered: tuple[Channel, ...], habits: Habits, data: QueryDict | None = None):
        initial = {
            "quiet": habits.quiet,
            "quiet_from": habits.quiet_from,
            "quiet_until": habits.quiet_until,
            "digest": habits.digest,
            **{group.value: [channel.value for channel in habits.choices[group]] for group in Group},
        }
        super().__init__(data, initial=initial)
        self._habits, self._offered = habits, frozenset(offered)
        choices = [(channel.value, N_(channel.label)) for channel in offered]
        groups = {
            group.value: forms.MultipleChoiceField(
                label=N_(group.label), choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
            for group in Group
        }
        self.fields = {**groups, **self.fields} if choices else self.fields

    def choices(self) -> dict[Group, frozenset[Channel]]:
        """What was ticked; choices of channels that are not offered now stay as they were."""
        return {
            group: frozenset(map(Channel, self.cleaned_data.get(group.value, ())))
            | (self._habits.choices[group] - self._offered)
            for group in Group
        }
