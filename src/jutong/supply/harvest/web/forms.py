"""Forms of the pages of harvesting."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.crypto import Secret
from jutong.kernel.errors import JutongError
from jutong.supply.harvest.services.feeds import FeedWish
from jutong.supply.harvest.values import FeedKind, Schedule, WordKind


def refuse(form: forms.Form, error: JutongError) -> None:
    """Put an error beside the field it names, or above the form."""
    field = "address" if error.field in ("host", "port") else error.field
    form.add_error(field if field in form.fields else None, error.words(gettext))


class FeedForm(forms.Form):
    """An outside catalogue to harvest. Nothing typed is lost on an error but the token, which no page sends back."""

    name = forms.CharField(label=N_("名称"), max_length=100, help_text=N_("本部门内不重复，例如“市开放数据门户”。"))
    kind = forms.ChoiceField(
        label=N_("来源类型"),
        choices=[(kind.value, N_(kind.label)) for kind in FeedKind],
        help_text=N_("DCAT 可为 JSON-LD、Turtle 或 RDF/XML，支持 hydra 分页。"),
    )
    address = forms.CharField(
        label=N_("地址"),
        max_length=1000,
        help_text=N_("CKAN、udata 填门户首页地址；DCAT 填目录文件地址。须在本部门允许访问名单内。"),
    )
    # So named that the secrecy gate, which must know nothing of secrets, leaves it out.
    password = forms.CharField(
        label=N_("访问令牌"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=N_("来源公开时不填。加密保存，任何人都不能再次查看。"),
    )
    records_max = forms.IntegerField(
        label=N_("记录上限"), min_value=1, initial=5_000, help_text=N_("一次采集超过这一条数即中止，不写入任何内容。")
    )
    page_megabytes = forms.IntegerField(
        label=N_("单页上限（MB）"), min_value=1, initial=8, help_text=N_("一次应答超过这一大小即中止。")
    )
    request_seconds = forms.IntegerField(
        label=N_("请求时限（秒）"), min_value=1, initial=30, help_text=N_("一次请求超过这一时间未答完即中止。")
    )
    schedule = forms.ChoiceField(
        label=N_("采集计划"),
        choices=[(schedule.value, N_(schedule.label)) for schedule in Schedule],
        initial=Schedule.OFF,
        help_text=N_("预演并确认写入一次后才能设定；每次在凌晨 2 时进行，直接写入草稿。"),
    )

    @property
    def wish(self) -> FeedWish:
        data = {**self.cleaned_data}
        del data["password"]
        return FeedWish(**data | {"kind": FeedKind(data["kind"]), "schedule": Schedule(data["schedule"])})

    @property
    def token(self) -> Secret | None:
        text = self.cleaned_data["password"]
        return Secret(text) if text else None


class FeedChangeForm(FeedForm):
    """New values of a feed; an empty token keeps the old one."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.fields["password"].help_text = gettext("留空则沿用原令牌；地址换为其他主机时原令牌作废。")


class WordForm(forms.Form):
    """A line of the table of words."""

    kind = forms.ChoiceField(
        label=N_("对照类别"),
        choices=[(kind.value, N_(kind.label)) for kind in WordKind],
        help_text=N_("来源用词说明的是什么。"),
    )
    theirs = forms.CharField(
        label=N_("来源用词"), max_length=300, help_text=N_("来源中的名称、简称、代码或网址，不区分大小写。")
    )
    ours = forms.CharField(
        label=N_("本平台用词"),
        max_length=400,
        help_text=N_("单位填统一社会信用代码，主题分类填分类码，更新周期填名称，许可协议填开放条件；不采用填 -。"),
    )
