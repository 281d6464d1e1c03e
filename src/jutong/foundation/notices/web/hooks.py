"""单位通知接口: systems of organisations that are told, with their last results."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.notices import plugs, policy, queries
from jutong.foundation.notices.domain.kinds import FACTS, kind_of, told_to_systems
from jutong.foundation.notices.models import Hook
from jutong.foundation.notices.services import hooks as services
from jutong.foundation.notices.values import DispatchState, Group, NoticeKind
from jutong.foundation.notices.web.dispatches import TONES
from jutong.foundation.notices.web.forms import HookForm
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Listing

_LAST = 20


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    names = plugs.organisations()
    return [
        {
            "name": (row.name, reverse("notices:hook", args=[row.hook_no])),
            "organisation": names.get(row.organisation, row.organisation),
            "address": row.masked,
            "groups": _groups(row),
            "state": _state(row),
            "last": _result(row.last_state),
            "at": row.last_at,
        }
        for row in found
    ]


HOOKS = Listing(
    name="notices.hooks",
    title=N_("单位通知接口"),
    section=N_("平台管理"),
    unit=N_("个"),
    columns=(
        Column("name", N_("接口名称"), "link", sort="name"),
        Column("organisation", N_("单位")),
        Column("address", N_("回调地址")),
        Column("groups", N_("通知类别")),
        Column("state", N_("状态"), "badge"),
        Column("last", N_("最近一次"), "badge"),
        Column("at", N_("时间"), "moment"),
    ),
    rows=_rows,
    search=("name", "organisation"),
    api="/api/v1/notices/hooks",
    empty=(
        N_("还没有单位通知接口"),
        N_("由系统管理员登记：单位的业务系统可收到待办、到期、办结，以及资源、授权和归集的变动。"),
    ),
    icon="webhook",
)


@require_GET
def hooks(request: SubjectRequest) -> HttpResponseBase:
    """The list, and the form for those who may register one."""
    return _list(request, HookForm())


@require_POST
def register(request: SubjectRequest) -> HttpResponseBase:
    """Register a system; its secret is shown on the answer, this once."""
    form = HookForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            row, secret = services.register_hook(
                organisation=given["organisation"],
                name=given["name"],
                address=given["address"],
                groups=[Group(each) for each in given["groups"]],
                by=request.subject,
                at=clock.now(),
            )
        except JutongError as error:
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
        else:
            return _page(request, row.hook_no, secret=secret.reveal_text())
    return _list(request, form)


def _list(request: SubjectRequest, form: HookForm) -> HttpResponseBase:
    require(request.subject, policy.SEE_HOOKS, queries.own_hook_facts(request.subject))
    manages = bool(decide(request.subject, policy.MANAGE_HOOKS))
    context = {
        "form": form if manages else None,
        "organisations": plugs.organisations().items() if manages else (),
        "open": form.is_bound,
        "kind_columns": [
            Column("title", _("种类")),
            Column("kind", _("代码"), "code"),
            Column("group", _("通知类别")),
            Column("data", _("附带字段")),
        ],
        "kind_rows": [_kind(each) for each in told_to_systems()],
    }
    status = 422 if form.is_bound and form.errors else 200
    return HOOKS.respond(request, queries.hooks(request.subject), "notices/hooks.html", context, status=status)


@require_GET
def hook(request: SubjectRequest, hook_no: str) -> HttpResponse:
    """One system with its last results."""
    return _page(request, hook_no)


def _page(request: SubjectRequest, hook_no: str, *, secret: str = "") -> HttpResponse:
    row = queries.get_hook(hook_no, request.subject)
    context = {
        "row": row,
        "state": _state(row),
        "secret": secret,
        "facts": [
            (_("单位"), plugs.organisations().get(row.organisation, row.organisation)),
            (_("回调地址"), row.masked),
            (_("通知类别"), _groups(row)),
            (_("登记时间"), row.created_at),
        ],
        "columns": [
            Column("kind", _("种类")),
            Column("case", _("办件编号")),
            Column("state", _("状态"), "badge"),
            Column("attempts", _("次数"), "number"),
            Column("at", _("时间"), "moment"),
            Column("reason", _("原因")),
        ],
        "results": [
            {
                "kind": _(kind_of(each.kind).title),
                "case": each.case_no,
                "state": _result(each.state),
                "attempts": each.attempts,
                "at": each.ended_at or each.due_at,
                "reason": _(each.reason) if each.reason else "",
            }
            for each in row.dispatches.order_by("-id")[:_LAST]
        ],
        "may_manage": row.ended_at is None and bool(decide(request.subject, policy.MANAGE_HOOKS)),
    }
    return render(request, "notices/hook.html", context)


@require_POST
def try_out(request: SubjectRequest, hook_no: str) -> HttpResponse:
    """Send a trial message."""
    services.try_hook(hook_no, by=request.subject, at=clock.now())
    messages.success(request, _("测试通知已排队发送，稍后刷新可见结果。"))
    return redirect("notices:hook", hook_no)


@require_POST
def end(request: SubjectRequest, hook_no: str) -> HttpResponse:
    """Give a system up."""
    services.end_hook(hook_no, by=request.subject, at=clock.now())
    messages.success(request, _("通知接口已停用。"))
    return redirect("notices:hooks")


def _kind(kind: NoticeKind) -> dict[str, Any]:
    said = (f"{name}（{_(FACTS[name].title)}）" for name in kind.says)
    return {
        "title": _(kind.title),
        "kind": kind.kind,
        "group": _(kind.group.label),
        "data": listed_words(said) or _("仅办件编号和到期日"),
    }


def _groups(row: Hook) -> str:
    return listed_words(_(group.label) for group in Group if group.value in row.groups)


def _state(row: Hook) -> Badge:
    return Badge(_("已停用"), Tone.MUTED) if row.ended_at else Badge(_("使用中"), Tone.GOOD)


def _result(state: str | None) -> Badge | None:
    return Badge(_(DispatchState(state).label), TONES[DispatchState(state)]) if state else None
