"""通知发送情况: how messages fare, for operators. Neither what they say nor where they go is shown."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.notices import adapters, policy, queries
from jutong.foundation.notices.domain.kinds import kind_of
from jutong.foundation.notices.models import Dispatch
from jutong.foundation.notices.services import sending
from jutong.foundation.notices.values import Channel, DispatchState
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.ui.components import Badge, Choice, Facet, Tone

_PER_PAGE = 50
TONES = {
    DispatchState.WAITING: Tone.ACTIVE,
    DispatchState.HELD: Tone.MUTED,
    DispatchState.SENT: Tone.GOOD,
    DispatchState.FAILED: Tone.BAD,
    DispatchState.DROPPED: Tone.MUTED,
}


@require_GET
def dispatches(request: SubjectRequest) -> HttpResponse:
    """The list, failures first to be looked at."""
    require(request.subject, policy.SEE_DELIVERIES)
    asked = request.GET.get("state", "")
    state = asked if asked in [each.value for each in DispatchState] else ""
    page = Paginator(queries.dispatches(request.subject, state=state), _PER_PAGE).get_page(request.GET.get("page"))
    offered = adapters.offered()
    context = {
        "page": page,
        "rows": [_row(row) for row in page],
        "may_resend": bool(decide(request.subject, policy.RESEND)),
        "ports": [
            (_(channel.label), _("已配置") if channel in offered else _("未配置，不提供")) for channel in Channel
        ],
        "facets": [
            Facet(
                "state",
                _("状态"),
                [Choice(each.value, _(each.label), selected=each.value == state) for each in DispatchState],
                single=True,
            )
        ],
    }
    return render(request, "notices/dispatches.html", context)


@require_POST
def resend(request: SubjectRequest, dispatch_id: int) -> HttpResponse:
    """Put a failed message back into the queue."""
    sending.send_again(dispatch_id, by=request.subject, at=clock.now())
    messages.success(request, _("已重新排队发送。"))
    return redirect("notices:dispatches")


def _row(row: Dispatch) -> dict[str, object]:
    state = DispatchState(row.state)
    return {
        "row": row,
        "kind": _("每日摘要") if row.digest_on else _(kind_of(row.kind).title),
        "channel": _(Channel(row.channel).label),
        "state": Badge(_(state.label), TONES[state]),
        "reason": _(row.reason) if row.reason else "",
        "receiver": row.hook.name if row.hook else row.person_no,
        "failed": state is DispatchState.FAILED,
        "at": row.ended_at or row.due_at,
    }
