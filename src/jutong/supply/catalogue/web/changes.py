"""变更记录: changes of laws and duties, the resources they touch, and the updates they call for."""

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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy, queries, services
from jutong.supply.catalogue.values import ChangeKind, UpdateState
from jutong.supply.catalogue.web.words import author_names, plain
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

STATE_TONES = {
    UpdateState.OPEN: Tone.ATTENTION,
    UpdateState.UPDATED: Tone.GOOD,
    UpdateState.UNAFFECTED: Tone.NEUTRAL,
    UpdateState.WITHDRAWN: Tone.MUTED,
}
ORGANISATIONS_OFFERED = 1_000
RECORDED = (ChangeKind.AMENDED, ChangeKind.REPEALED, ChangeKind.DUTY)
"""What people record; that a basis ran out the platform notices itself."""


class ChangeForm(forms.Form):
    """A change to be recorded."""

    kind = forms.ChoiceField(
        label=gettext_lazy("变更种类"),
        choices=[(kind.value, gettext_lazy(kind.label)) for kind in RECORDED],
        help_text=gettext_lazy("修订和废止指法律法规，职能变化指部门的行政管理职能。"),
    )
    title = forms.CharField(
        label=gettext_lazy("法律法规、文件或职能名称"), max_length=200, help_text=gettext_lazy("可不加书名号。")
    )
    document_no = forms.CharField(
        label=gettext_lazy("文号"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("公布或印发文件的文号，没有的不填。"),
    )
    happened_on = forms.DateField(
        label=gettext_lazy("发生日期"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("修订、废止施行或职能变化之日；15个工作日的更新时限自该日起算。"),
    )
    provider_uscc = forms.CharField(
        label=gettext_lazy("涉及部门"),
        max_length=18,
        required=False,
        help_text=gettext_lazy(
            "输入部门名称或代码的一部分，从列表中选择；职能变化必填，法律法规变更不填则涉及各部门。"
        ),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("变更的条款或职能，供各部门判断目录是否需要更新。"),
    )


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.provider_uscc for row in found if row.provider_uscc}, short=True)
    return [
        {
            "title": (row.title, reverse("catalogue:change", args=[row.change_no])),
            "change_no": row.change_no,
            "kind": Badge(_(ChangeKind(row.kind).label)),
            "provider": titles.get(row.provider_uscc, row.provider_uscc) or _("各部门"),
            "happened_on": row.happened_on,
            "touched": row.touched,
            "waiting": row.waiting,
        }
        for row in found
    ]


CHANGES = Listing(
    name="catalogue.changes",
    title=N_("变更记录"),
    section=N_("数据目录"),
    unit=N_("条"),
    columns=(
        Column("title", N_("名称"), "link", sort="title"),
        Column("change_no", N_("变更编号"), "code", sort="change_no"),
        Column("kind", N_("变更种类"), "badge"),
        Column("provider", N_("涉及部门")),
        Column("happened_on", N_("发生日期"), "day", sort="happened_on"),
        Column("touched", N_("涉及资源"), "number"),
        Column("waiting", N_("待更新"), "number"),
    ),
    rows=_rows,
    search=("title", "change_no", "document_no"),
    placeholder=N_("名称、文号或变更编号"),
    filters=(Filter.of("kind", N_("变更种类"), ChangeKind),),
    default="-recorded_at",
    empty=(N_("还没有变更记录"), N_("法律法规修订、废止或部门职能变化时，点“记录变更”，平台会找出受影响的资源。")),
    api="/api/v1/catalogue/changes",
)


@require_GET
def changes(request: SubjectRequest) -> HttpResponseBase:
    """The changes on record."""
    return CHANGES.respond(
        request,
        queries.changes(request.subject),
        "catalogue/changes.html",
        {"may_record": _may_record(request.subject)},
    )


@require_http_methods(["GET", "POST"])
def record(request: SubjectRequest) -> HttpResponse:
    """Record a change."""
    if not _may_record(request.subject):
        require(request.subject, policy.RECORD_CHANGE)
    own = "" if decide(request.subject, policy.RECORD_CHANGE).allowed else request.subject.organisation
    form = ChangeForm(request.POST or None, initial={"provider_uscc": own})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            row = services.record_change(
                **told | {"kind": ChangeKind(told["kind"])}, by=request.subject, at=clock.now()
            )
        except JutongError as error:
            if error.kind is not ErrorKind.INVALID and error.kind is not ErrorKind.MISSING:
                raise
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
        else:
            messages.success(request, _("已记录变更 {change_no}，请核对受影响的资源。").format(change_no=row.change_no))
            return redirect("catalogue:change", row.change_no)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "organisations": organisations.choices()[:ORGANISATIONS_OFFERED]}
    return render(request, "catalogue/change_form.html", context, status=status)


@require_GET
def change(request: SubjectRequest, change_no: str) -> HttpResponse:
    """A change, the resources it may touch, and where their updates stand."""
    row = queries.view_change_row(change_no, request.subject)
    may_call = decide(request.subject, policy.RECORD_CHANGE, queries.facts_of_change(row)).allowed
    duties = list(queries.duties_of(row))
    proposed = queries.touched_by(row) if may_call else []
    titles = organisations.titles(
        {duty.resource.provider_uscc for duty in duties} | {each.provider_uscc for each in proposed}, short=True
    )
    today = clock.local_day(clock.now())
    context = {
        "row": row,
        "kind": Badge(_(ChangeKind(row.kind).label)),
        "facts": [
            (_("文号"), row.document_no),
            (_("发生日期"), row.happened_on),
            (_("更新截止日期"), queries.update_due_on(row.happened_on, on=today)),
            (_("涉及部门"), organisations.titles([row.provider_uscc]).get(row.provider_uscc, _("各部门"))),
            (_("说明"), row.note),
            (_("记录人"), author_names([row.recorded_by]).get(row.recorded_by["id"], _("平台"))),
            (_("记录时间"), row.recorded_at),
        ],
        "duty_columns": [
            Column("title", _("数据资源名称"), "link"),
            Column("provider", _("提供方")),
            Column("state", _("更新状态"), "badge"),
            Column("due_on", _("更新截止日期"), "day"),
            Column("note", _("时限情况")),
        ],
        "duties": [
            {
                "title": (duty.resource.title, reverse("catalogue:resource", args=[duty.resource.code])),
                "provider": titles.get(duty.resource.provider_uscc, duty.resource.provider_uscc),
                "state": Badge(_(UpdateState(duty.state).label), STATE_TONES[UpdateState(duty.state)]),
                "due_on": duty.due_on,
                "note": duty_words(duty),
            }
            for duty in duties
        ],
        "proposed": [(each, titles.get(each.provider_uscc, each.provider_uscc)) for each in proposed],
        "may_call": may_call,
        "api_path": f"/api/v1/catalogue/changes/{row.change_no}",
    }
    return render(request, "catalogue/change.html", context)


@require_POST
def call(request: SubjectRequest, change_no: str) -> HttpResponse:
    """Have the ticked resources updated."""
    try:
        called = services.call_for_updates(
            change_no=change_no,
            codes=[plain(code) for code in request.POST.getlist("codes")],
            by=request.subject,
            at=clock.now(),
        )
    except domain.NothingChosen as error:
        messages.error(request, error.words(_))
    else:
        messages.success(request, _("已通知更新 {count} 项数据资源。").format(count=len(called)))
    return redirect("catalogue:change", change_no)


def duty_words(duty: models.UpdateDuty) -> str:
    """How an update stands against its limit: born overdue, overdue, done in time or late."""
    today = clock.local_day(clock.now())
    ended_on = clock.local_day(duty.settled_at) if duty.settled_at else today
    if duty.due_on < clock.local_day(duty.opened_at):
        return _("记录时已逾期")
    if duty.due_on < ended_on:
        return _("逾期办结") if duty.settled_at else _("已逾期")
    return _("按时办结") if duty.settled_at else ""


def _may_record(subject: Subject) -> bool:
    own = Facts({Relation.PROVIDER: subject.organisation})
    return decide(subject, policy.RECORD_CHANGE, own).allowed
