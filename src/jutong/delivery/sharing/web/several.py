"""批量办理: one decision for the ticked requests, and what became of each."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jutong.base.http import SubjectRequest
from jutong.delivery.sharing import queries, services
from jutong.delivery.sharing.services.several import Handled, OneForAll
from jutong.delivery.sharing.values import Refusal, Way
from jutong.delivery.sharing.web import forms, words
from jutong.delivery.sharing.web.requests import REQUESTS, ways_of
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.ui.components import Column
from jutong.ui.lists import Outcome, render_outcomes, ticked

MOST = 100


@require_POST
def handle_several(request: SubjectRequest) -> HttpResponse:
    """First the form with the ticked requests above it; sent, each goes its way or tells why not."""
    numbers = ticked(request, MOST)
    ways = ways_of(request.subject)
    if not numbers or not ways:
        return redirect("sharing:requests")
    sent = request.POST.get("do") == "send"
    grounds = queries.refusal_grounds(local_day(clock.now())).choices()
    form = forms.SeveralForm(request.POST if sent else None, ways=ways, grounds=grounds)
    if sent and form.is_valid():
        return _handle(request, numbers, form)
    rows = queries.requests(request.subject).filter(request_no__in=numbers)
    context = {
        "form": form,
        "numbers": numbers,
        "columns": [
            Column("resource", _("数据资源"), "link"),
            Column("request_no", _("申请编号"), "code"),
            Column("state", _("状态"), "badge"),
        ],
        "rows": [
            {
                "resource": (row.resource_title, reverse("sharing:request", args=[row.request_no])),
                "request_no": row.request_no,
                "state": words.state_badge(row),
            }
            for row in rows
        ],
    }
    return render(request, "sharing/several.html", context, status=422 if sent else 200)


def _handle(request: SubjectRequest, numbers: list[str], form: forms.SeveralForm) -> HttpResponse:
    said = form.cleaned_data
    way = Way(said["way"])
    refusal = Refusal(said["ground"], said["reason"], said["legal_basis"]) if way is Way.REFUSE else None
    done = services.handle_several(
        request_nos=numbers, decision=OneForAll(way, said["remark"], refusal), by=request.subject, at=clock.now()
    )
    back = reverse("sharing:requests") + ("?role=provider" if way in (Way.AGREE, Way.REFUSE) else "")
    return render_outcomes(
        request,
        REQUESTS,
        [_outcome(each) for each in done],
        title=_("批量办理结果"),
        back=back,
        api="/api/v1/sharing/handling",
    )


def _outcome(handled: Handled) -> Outcome:
    title = f"{handled.title} {handled.request_no}".strip()
    if handled.sent_round:
        title = _("{title}（已送本单位内部审签）").format(title=title)
    fault = handled.error.words(_) if handled.error else ""
    url = reverse("sharing:request", args=[handled.request_no]) if handled.title else ""
    return Outcome(title, url, fault)
