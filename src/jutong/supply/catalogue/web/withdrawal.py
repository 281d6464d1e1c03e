"""下线、停更: a resource's way out of the catalogue, and times without updates."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as N_
from django.views.decorators.http import require_http_methods

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import models, policy, queries, services
from jutong.supply.catalogue.web.words import plain, tell_beside
from jutong.ui.components import Badge, Column, Tone

TOLD_BESIDE = (ErrorKind.INVALID, ErrorKind.CONFLICT)


class WithdrawalForm(forms.Form):
    """Why a resource is to go, and what replaces it."""

    reason = forms.CharField(
        label=N_("下线理由"),
        widget=forms.Textarea({"rows": 3}),
        max_length=2000,
        help_text=N_("使用部门据此提出意见，请写明依据。"),
    )
    replaced_by = forms.CharField(
        label=N_("替代资源代码"), max_length=80, required=False, help_text=N_("有替代资源的填写，下线后在原页面指引。")
    )


class OpinionForm(forms.Form):
    """What a department that uses the resource says."""

    remark = forms.CharField(
        label=N_("意见"),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        help_text=N_("不同意的请说明理由。"),
    )


class StopForm(forms.Form):
    """Since when, until when and why a resource is not updated."""

    from_day = forms.DateField(
        label=N_("开始日期"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=N_("自这一天起不再按更新周期更新。"),
    )
    until_day = forms.DateField(
        label=N_("结束日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=N_("不能确定的不填，恢复更新时再结束。"),
    )
    reason = forms.CharField(label=N_("停更原因"), max_length=500, help_text=N_("使用部门可以看到。"))


@require_http_methods(["GET", "POST"])
def withdrawal(request: SubjectRequest, code: str) -> HttpResponse:
    """The withdrawal of a resource: asked for, answered, looked at."""
    row = queries.view_resource_row(code, request.subject)
    if request.method == "GET":
        return _page(request, row)
    posted, at = request.POST, clock.now()
    try:
        if posted.get("do") in ("agree", "object"):
            services.say_of_withdrawal(
                code=row.code,
                agrees=posted["do"] == "agree",
                remark=plain(posted.get("remark")),
                by=request.subject,
                at=at,
            )
            messages.success(request, _("意见已记录。"))
        else:
            services.ask_withdrawal(
                code=row.code,
                reason=plain(posted.get("reason")),
                replaced_by=plain(posted.get("replaced_by")),
                by=request.subject,
                at=at,
            )
            messages.success(request, _("已提出下线，正在征求使用部门意见。"))
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        return _page(request, row, error)
    return redirect("catalogue:withdrawal", row.code)


def _page(request: SubjectRequest, row: models.Resource, error: JutongError | None = None) -> HttpResponse:
    made = queries.open_withdrawal(row) or row.withdrawals.prefetch_related("opinions").first()
    opinions = list(made.opinions.all()) if made else []
    titles = organisations.titles([each.organisation for each in opinions])
    asked = next((each for each in opinions if each.organisation == request.subject.organisation), None)
    may_speak = made and made.ended_at is None and asked and request.subject.post in services.SPEAKERS
    may_ask = decide(request.subject, policy.WITHDRAW_RESOURCE, queries.facts_of_resource(row)).allowed
    context: dict[str, Any] = {
        "row": row,
        "made": made,
        "facts": _facts(made) if made else [],
        "columns": [
            Column("organisation", _("使用部门")),
            Column("word", _("意见"), "badge"),
            Column("remark", _("说明")),
            Column("at", _("反馈时间"), "moment"),
        ],
        "opinions": [
            {
                "organisation": titles.get(each.organisation, each.organisation),
                "word": _word(each.agrees),
                "remark": each.remark,
                "at": each.at,
            }
            for each in opinions
        ],
        "opinion_form": OpinionForm(request.POST or None, initial={"remark": asked.remark if asked else ""})
        if may_speak
        else None,
        "form": WithdrawalForm(request.POST or None) if may_ask and not (made and made.ended_at is None) else None,
        "case_url": reverse("procedures:case", args=[made.case_no]) if made and made.case_no else "",
        "api_path": f"/api/v1/catalogue/resources/{row.code}/withdrawal",
    }
    form = context["form"] or context["opinion_form"]
    if error and form:
        tell_beside(form, error)
    elif error:
        messages.error(request, error.words(_))
    return render(request, "catalogue/withdrawal.html", context, status=422 if error else 200)


OUTCOMES = {"": N_("办理中"), "withdrawn": N_("已下线"), "refused": N_("不予下线"), "taken_back": N_("已撤回")}


def _facts(made: models.Withdrawal) -> list[tuple[str, Any]]:
    return [
        (_("办理情况"), OUTCOMES.get(made.outcome, made.outcome)),
        (_("下线理由"), made.reason),
        (_("替代资源代码"), made.replaced_by or _("无")),
        (_("提出时间"), made.asked_at),
        (_("意见反馈截止日期"), made.notice_ends_on),
    ]


def _word(agrees: bool | None) -> Badge:
    tone = Tone.NEUTRAL if agrees is None else Tone.GOOD if agrees else Tone.BAD
    return Badge(_(queries.opinion_label(agrees)), tone)


@require_http_methods(["GET", "POST"])
def stop(request: SubjectRequest, code: str) -> HttpResponse:
    """Declare that a resource is not updated, or that it is again."""
    row = queries.view_resource_row(code, request.subject)
    at = clock.now()
    form = StopForm(request.POST or None, initial={"from_day": clock.local_day(at)})
    try:
        if request.method == "POST" and request.POST.get("do") == "end":
            services.end_stop(code=row.code, by=request.subject, at=at)
            messages.success(request, _("已恢复更新。"))
            return redirect("catalogue:resource", row.code)
        if request.method == "POST" and form.is_valid():
            services.declare_stop(code=row.code, **form.cleaned_data, by=request.subject, at=at)
            messages.success(request, _("停更声明已公布。"))
            return redirect("catalogue:resource", row.code)
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        tell_beside(form, error)
    present = queries.stop_of(row, on=clock.local_day(at))
    context = {
        "row": row,
        "present": present,
        "form": form,
        "may_stop": decide(request.subject, policy.DECLARE_STOP, queries.facts_of_resource(row)).allowed,
        "api_path": f"/api/v1/catalogue/resources/{row.code}/stop",
    }
    return render(request, "catalogue/stop.html", context, status=422 if request.method == "POST" else 200)
