"""工作交接: the sheets one has to do with, and one sheet with its list, to confirm, approve and print."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import POST_NAMES, Action, Facts, Post, Relation, decide
from jutong.registry.accounts import api, policy
from jutong.registry.accounts.models import Handover
from jutong.registry.accounts.values import PersonRef
from jutong.registry.accounts.web.forms import HandoverForm, SuccessorForm, refuse
from jutong.registry.accounts.web.telling import told
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Badge, Tone

PAGE_ROWS = 50


@require_http_methods(["GET", "POST"])
def handovers(request: SubjectRequest) -> HttpResponse:
    """The list, and beginning a hand-over."""
    at = clock.now()
    place = _place(request)
    form = HandoverForm(
        request.POST or None,
        givers=_givers(request, place),
        takers=api.colleagues(place, at=at),
        initial={"person_no": request.GET.get("person") or request.subject.person_no},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = api.open_handover(
                person_no=given["person_no"],
                organisation=place,
                post="" if given["post"] == "all" else given["post"],
                successor=given["successor"],
                reason=given["reason"],
                by=request.subject,
                at=at,
            )
            return redirect("accounts:handover", made.handover_no)
        except JutongError as error:
            refuse(form, error)
    page = Paginator(api.handovers(request.subject), PAGE_ROWS).get_page(request.GET.get("page"))
    titles = organisations.titles({place, *(row.organisation for row in page)})
    context = {
        "page": page,
        "rows": [
            {"row": row, "organisation": titles.get(row.organisation, row.organisation), "state": _state(row)}
            for row in page
        ],
        "form": form,
        "place": titles.get(place, place),
    }
    return render(request, "accounts/handovers.html", context, status=422 if form.errors else 200)


@require_GET
def handover(request: SubjectRequest, handover_no: str) -> HttpResponse:
    """One sheet, laid out to be printed and signed."""
    return _sheet(request, api.visible_handover(handover_no, request.subject))


@require_POST
@told
def successor(request: SubjectRequest, handover_no: str) -> HttpResponse:
    """Name who takes over."""
    api.name_successor(
        handover_no=handover_no, successor=request.POST.get("successor", "")[:16], by=request.subject, at=clock.now()
    )
    messages.success(request, _("已指定接收人，请双方确认。"))
    return redirect("accounts:handover", handover_no)


@require_POST
@told
def confirm(request: SubjectRequest, handover_no: str) -> HttpResponse:
    """Confirm the list as it stands."""
    api.confirm_handover(handover_no=handover_no, by=request.subject, at=clock.now())
    messages.success(request, _("已确认交接清单。"))
    return redirect("accounts:handover", handover_no)


@require_POST
@told
def approve(request: SubjectRequest, handover_no: str) -> HttpResponse:
    """Approve the list; everything on it moves."""
    api.approve_handover(handover_no=handover_no, by=request.subject, at=clock.now())
    messages.success(request, _("交接完成，清单所列事项已转至接收人名下。"))
    return redirect("accounts:handover", handover_no)


@require_POST
@told
def cancel(request: SubjectRequest, handover_no: str) -> HttpResponse:
    """Give the sheet up."""
    api.cancel_handover(handover_no=handover_no, by=request.subject, at=clock.now())
    messages.success(request, _("工作交接单已撤销。"))
    return redirect("accounts:handover", handover_no)


def _sheet(request: SubjectRequest, row: Handover) -> HttpResponse:
    at = clock.now()
    kinds = {keeper.kind: _(keeper.title) for keeper in api.holdings_keepers()}
    may_settle = _may(request, row, policy.SETTLE_HANDOVER)
    titles = organisations.titles([row.organisation])
    context = {
        "row": row,
        "state": _state(row),
        "organisation": titles.get(row.organisation, row.organisation),
        "scope": _(POST_NAMES[Post(row.post)]) if row.post else _("在本单位的全部事项"),
        "lines": [
            {"line": line, "kind": kinds.get(line.kind, line.kind), "note": _(line.note) if line.note else ""}
            for line in api.lines_of(row, at)
        ],
        "may_confirm": _may(request, row, policy.CONFIRM_HANDOVER)
        and row.successor is not None
        and _takes_part(request, row),
        "may_approve": _may(request, row, policy.APPROVE_HANDOVER) and not _takes_part(request, row),
        "may_settle": may_settle,
        "form": SuccessorForm(takers=_takers(row)) if may_settle else None,
    }
    return render(request, "accounts/handover.html", context)


def _place(request: SubjectRequest) -> str:
    """Where the hand-over is: one's own organisation; the security administrator goes to that of the person named."""
    number = request.POST.get("person_no") or request.GET.get("person", "")
    if request.subject.post is Post.SECURITY_ADMIN and number and number != request.subject.person_no:
        held = api.appointments_held(number, at=clock.now())
        return held[0].organisation if held else request.subject.organisation
    return request.subject.organisation


def _givers(request: SubjectRequest, place: str) -> list[PersonRef]:
    me = PersonRef(request.subject.person_no, request.subject.display)
    leads = decide(request.subject, policy.OPEN_HANDOVER, Facts({Relation.OWNER: place}))
    return list(dict.fromkeys([*(api.colleagues(place, at=clock.now()) if leads else []), me]))


def _takers(row: Handover) -> list[PersonRef]:
    colleagues = api.colleagues(row.organisation, at=clock.now())
    return [ref for ref in colleagues if ref.person_no != row.person.person_no]


def _takes_part(request: SubjectRequest, row: Handover) -> bool:
    parties = {row.person.person_no, row.successor.person_no if row.successor else ""}
    return request.subject.person_no in parties


def _may(request: SubjectRequest, row: Handover, action: Action) -> bool:
    return any(decide(request.subject, action, way) for way in api.facts_of_handover(row))


def _state(row: Handover) -> Badge:
    if row.done_at is not None:
        return Badge(_("已完成"), Tone.GOOD)
    if row.cancelled_at is not None:
        return Badge(_("已撤销"), Tone.MUTED)
    if row.successor is None:
        return Badge(_("待指定接收人"), Tone.ATTENTION)
    if row.taker_confirmed_at is None or (row.giver_confirmed_at is None and row.person.is_active):
        return Badge(_("待双方确认"), Tone.ACTIVE)
    return Badge(_("待批准"), Tone.ACTIVE)
