"""事实投递: how far facts are carried, and mending what is stuck."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.outbox import policy, queries, services
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Listing


def _rows(request: HttpRequest, states: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "events": listed_words(each.events),
            "behind": each.behind,
            "state": _state(each.stuck, each.parked),
        }
        for each in states
    ]


SUBSCRIBERS = Listing(
    name="outbox.subscribers",
    title=N_("事实投递"),
    section=N_("平台管理"),
    unit=N_("个订阅方"),
    columns=(
        Column("name", N_("订阅方"), "code", sort="name"),
        Column("events", N_("订阅的事实")),
        Column("behind", N_("待投递"), "number", sort="behind", total=True),
        Column("state", N_("状态"), "badge"),
    ),
    rows=_rows,
    search=("name",),
    placeholder=N_("订阅方"),
    page_rows=100,
    api="/api/v1/outbox/delivery",
)


@require_GET
def delivery(request: SubjectRequest) -> HttpResponseBase:
    """Subscribers and streams that are stuck."""
    require(request.subject, policy.SEE_DELIVERY)
    context = {
        "unnumbered": queries.unnumbered(),
        "stuck": queries.stuck_streams(),
        "may_retry": bool(decide(request.subject, policy.RETRY_STREAM)),
        "may_skip": bool(decide(request.subject, policy.SKIP_FACT)),
    }
    return SUBSCRIBERS.respond(request, list(queries.subscriber_states()), "outbox/delivery.html", context)


def _state(stuck: int, parked: int) -> Badge:
    if parked:
        return Badge(_("有搁置"), Tone.BAD)
    return Badge(_("重试中"), Tone.ATTENTION) if stuck else Badge(_("正常"), Tone.GOOD)


@require_POST
def retry(request: SubjectRequest, stuck_id: int) -> HttpResponseRedirect:
    """Try a stuck stream again."""
    require(request.subject, policy.RETRY_STREAM)
    services.retry(stuck_id, by=request.subject.actor, at=clock.now())
    messages.success(request, _("已安排立即重试。"))
    return redirect("outbox:delivery")


@require_POST
def skip(request: SubjectRequest, stuck_id: int) -> HttpResponseRedirect:
    """Go on without the fact."""
    require(request.subject, policy.SKIP_FACT)
    services.skip(stuck_id, reason=request.POST.get("reason", ""), by=request.subject.actor, at=clock.now())
    messages.success(request, _("已跳过该事实，操作已记入审计日志。"))
    return redirect("outbox:delivery")
