"""归集告警: what is wrong with runs, and who has seen to it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.services import alarms
from jutong.supply.exchange.values import AlarmKind, AlarmState
from jutong.supply.exchange.web.plans import TOLD_BESIDE
from jutong.ui.components import Badge, Button, Column, Tone
from jutong.ui.lists import Filter, Listing
from jutong.ui.navigation import subject_of

TONES = {
    AlarmState.RAISED: Tone.BAD,
    AlarmState.ACKNOWLEDGED: Tone.ATTENTION,
    AlarmState.CLEARED: Tone.MUTED,
}


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    titles = catalogue.titles({row.resource_code for row in found})
    owners = organisations.titles({row.provider_uscc for row in found}, short=True)
    subject = subject_of(request)
    return [
        {
            "title": titles.get(row.resource_code, row.resource_code),
            "code": row.resource_code,
            "provider": owners.get(row.provider_uscc, row.provider_uscc),
            "kind": _(AlarmKind(row.kind).label),
            "state": Badge(_(AlarmState(row.state).label), TONES[AlarmState(row.state)]),
            "run": (row.run_no, reverse("exchange:run", args=[row.run_no])),
            "raised_at": row.raised_at,
            "remark": row.remark,
            "actions": [_button(row)]
            if row.state == AlarmState.RAISED and decide(subject, policy.STEER_RUNS, queries.facts(row)).allowed
            else [],
        }
        for row in found
    ]


def _button(row: Any) -> Button:
    confirm = _("确认表示已有人处理，原因消除后自动解除。")
    if row.kind == AlarmKind.ROWS_FELL:
        confirm = _("确认表示行数减少属正常，告警随即解除。")
    return Button(_("确认"), reverse("exchange:acknowledge", args=[row.alarm_no]), "check", "post", confirm)


ALARMS = Listing(
    name="exchange.alarms",
    title=N_("归集告警"),
    section=N_("数据交换"),
    unit=N_("条"),
    columns=(
        Column("title", N_("数据资源")),
        Column("code", N_("数据资源代码"), "code", only="file"),
        Column("provider", N_("提供方")),
        Column("kind", N_("告警")),
        Column("state", N_("状态"), "badge"),
        Column("run", N_("运行编号"), "link", sort="run_no"),
        Column("raised_at", N_("告警时间"), "moment", sort="raised_at"),
        Column("remark", N_("说明"), only="file"),
    ),
    rows=_rows,
    search=("alarm_no", "resource_code", "run_no"),
    placeholder=N_("运行编号或资源代码"),
    filters=(Filter.of("state", N_("状态"), AlarmState), Filter.of("kind", N_("告警"), AlarmKind)),
    actions=True,
    api="/api/v1/exchange/alarms",
)


@require_GET
def alarm_list(request: SubjectRequest) -> HttpResponseBase:
    """Alarms one may see, what is not cleared first."""
    return ALARMS.respond(request, queries.alarms(request.subject))


@require_POST
def acknowledge(request: SubjectRequest, alarm_no: str) -> HttpResponse:
    """确认."""
    try:
        alarms.acknowledge(alarm_no=alarm_no, by=request.subject, at=clock.now())
        messages.success(request, _("已确认。"))
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        messages.error(request, error.words(_))
    return redirect("exchange:alarms")
