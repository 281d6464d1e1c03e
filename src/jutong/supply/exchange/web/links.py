"""直连登记: links between organisations past the platform, to be retired."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.services import links
from jutong.supply.exchange.services.links import LONGEST_SYSTEM, LONGEST_WORDS
from jutong.supply.exchange.values import LinkKind, LinkState
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

TONES = {
    LinkState.OPEN: Tone.ATTENTION,
    LinkState.PLANNED: Tone.ACTIVE,
    LinkState.OVERDUE: Tone.BAD,
    LinkState.OFF: Tone.GOOD,
}
TOLD_BESIDE = (ErrorKind.INVALID, ErrorKind.CONFLICT, ErrorKind.MISSING)


def _day(label: Any, help_text: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, help_text=help_text)


class LinkForm(forms.Form):
    """A link of one's own organisation with another."""

    kind = forms.ChoiceField(
        label=gettext_lazy("直连方式"),
        choices=[(kind.value, gettext_lazy(kind.label)) for kind in LinkKind],
        help_text=gettext_lazy("两个部门的系统直接相连，或经原有的跨部门交换系统。"),
    )
    system = forms.CharField(
        label=gettext_lazy("本单位系统"), max_length=LONGEST_SYSTEM, help_text=gettext_lazy("本端信息系统的全称。")
    )
    other = forms.CharField(
        label=gettext_lazy("对方单位（统一社会信用代码）"),
        min_length=18,
        max_length=18,
        help_text=gettext_lazy("输入单位名称或代码的一部分，从列表中选择。"),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )
    other_system = forms.CharField(
        label=gettext_lazy("对方系统"), max_length=LONGEST_SYSTEM, help_text=gettext_lazy("对端信息系统的全称。")
    )
    exchanged = forms.CharField(
        label=gettext_lazy("交换的数据"), max_length=LONGEST_WORDS, help_text=gettext_lazy("写明数据名称和流向。")
    )
    since = _day(gettext_lazy("建立日期"), gettext_lazy("细则施行后建立的，将通报数据监管员。"))


class PlanForm(forms.Form):
    """How and by when it is retired."""

    words = forms.CharField(
        label=gettext_lazy("取消办法"), max_length=LONGEST_WORDS, help_text=gettext_lazy("例如改由平台订阅哪项资源。")
    )
    retire_by = _day(gettext_lazy("完成日期"), gettext_lazy("不早于今天；到期未断开的显示为逾期。"))


class OffForm(forms.Form):
    """When it was switched off."""

    off_on = _day(gettext_lazy("断开日期"), gettext_lazy("连接实际停用的日期，不晚于今天。"))


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    names = organisations.titles({uscc for row in found for uscc in (row.organisation, row.other)}, short=True)
    return [
        {
            "number": (row.link_no, reverse("exchange:link", args=[row.link_no])),
            "kind": _(LinkKind(row.kind).label),
            "organisation": names.get(row.organisation, row.organisation),
            "system": row.system,
            "other": names.get(row.other, row.other),
            "other_system": row.other_system,
            "data": row.data,
            "since": row.since,
            "violation": violation_badge(row),
            "state": state_badge(row),
            "retire_by": row.retire_by,
            "off_on": row.off_on,
        }
        for row in found
    ]


LINKS = Listing(
    name="exchange.links",
    title=N_("直连登记"),
    section=N_("数据交换"),
    unit=N_("条"),
    columns=(
        Column("number", N_("直连编号"), "link", sort="link_no"),
        Column("kind", N_("直连方式"), only="file"),
        Column("organisation", N_("登记单位")),
        Column("system", N_("本单位系统"), only="file"),
        Column("other", N_("对方单位")),
        Column("other_system", N_("对方系统"), only="file"),
        Column("data", N_("交换的数据")),
        Column("since", N_("建立日期"), "day", sort="since"),
        Column("violation", N_("是否违规"), "badge"),
        Column("state", N_("状态"), "badge"),
        Column("retire_by", N_("完成日期"), "day", sort="retire_by"),
        Column("off_on", N_("断开日期"), "day", sort="off_on"),
    ),
    rows=_rows,
    search=("link_no", "system__icontains", "other_system__icontains", "data__icontains"),
    placeholder=N_("直连编号、系统或数据"),
    filters=(Filter.of("state", N_("状态"), LinkState), Filter.of("kind", N_("直连方式"), LinkKind)),
    api="/api/v1/exchange/links",
)


@require_GET
def link_list(request: SubjectRequest) -> HttpResponseBase:
    """Direct links one may see, those that stand first."""
    may_report = decide(
        request.subject, policy.MANAGE_LINKS, Facts({Relation.OWNER: request.subject.organisation})
    ).allowed
    found = queries.links(request.subject)
    return LINKS.respond(request, found, "exchange/links.html", {"may_report": may_report})


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """登记直连."""
    require(request.subject, policy.MANAGE_LINKS, Facts({Relation.OWNER: request.subject.organisation}))
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["kind"], given["data"] = LinkKind(given["kind"]), given.pop("exchanged")
        try:
            number = links.report(**given, by=request.subject, at=clock.now())
            messages.success(request, _("已登记，请列出取消计划。"))
            return redirect("exchange:link", number)
        except JutongError as error:
            if error.kind not in TOLD_BESIDE:
                raise
            form.add_error(error.field if error.field in form.fields else "other", error.words(_))
    context = {"form": form, "organisations": organisations.choices(), "api_path": "/api/v1/exchange/links"}
    return render(request, "exchange/new_link.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def link(request: SubjectRequest, link_no: str) -> HttpResponse:
    """One direct link: its plan, and that it was switched off."""
    row = queries.get_link_row(link_no, request.subject)
    do, at = request.POST.get("do", ""), clock.now()
    planning = PlanForm(
        request.POST if do == "plan" else None,
        initial={"words": row.plan, "retire_by": row.retire_by},
        auto_id="plan_%s",
    )
    ending = OffForm(request.POST if do == "off" else None, auto_id="off_%s")
    form: forms.Form | None = {"plan": planning, "off": ending}.get(do)
    if form is not None and form.is_valid():
        act = links.plan if do == "plan" else links.switch_off
        try:
            act(link_no=link_no, **form.cleaned_data, by=request.subject, at=at)
            messages.success(request, _("已保存。"))
            return redirect("exchange:link", link_no)
        except JutongError as error:
            if error.kind not in TOLD_BESIDE:
                raise
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
    may_manage = decide(request.subject, policy.MANAGE_LINKS, queries.facts_of_link(row)).allowed
    standing = may_manage and row.off_on is None
    context = {
        "row": row,
        "state": state_badge(row),
        "violation": row.violation,
        "facts": _facts(row),
        "planning": planning if standing else None,
        "ending": ending if standing else None,
        "api_path": f"/api/v1/exchange/links/{link_no}",
    }
    return render(request, "exchange/link.html", context, status=422 if form is not None else 200)


def state_badge(row: Any) -> Badge:
    state = LinkState(row.state)
    return Badge(_(state.label), TONES[state])


def violation_badge(row: Any) -> Badge:
    return Badge(_("违规新增"), Tone.BAD) if row.violation else Badge(_("施行前已有"), Tone.MUTED)


def _facts(row: Any) -> list[tuple[str, Any]]:
    names = organisations.titles([row.organisation, row.other])
    pairs: list[tuple[str, Any]] = [
        (_("直连方式"), _(LinkKind(row.kind).label)),
        (_("登记单位"), names.get(row.organisation, row.organisation)),
        (_("本单位系统"), row.system),
        (_("对方单位"), names.get(row.other, row.other)),
        (_("对方系统"), row.other_system),
        (_("交换的数据"), row.data),
        (_("建立日期"), row.since),
        (_("登记时间"), row.reported_at),
    ]
    if row.retire_by:
        pairs += [(_("取消办法"), row.plan), (_("完成日期"), row.retire_by)]
    if row.off_on:
        pairs.append((_("断开日期"), row.off_on))
    return pairs
