"""离岗登记: who is away and who stands in, seen by colleagues, declared by oneself or by who leads."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Post, Relation, decide
from jutong.registry.accounts import api, policy
from jutong.registry.accounts.domain import AbsenceKind
from jutong.registry.accounts.models import Absence
from jutong.registry.accounts.values import PersonRef
from jutong.registry.accounts.web.forms import AbsenceForm, refuse
from jutong.registry.accounts.web.telling import told
from jutong.ui.components import Badge, Tone

PAGE_ROWS = 50


@require_http_methods(["GET", "POST"])
def absences(request: SubjectRequest) -> HttpResponse:
    """Who is or will be away, and declaring an absence."""
    at = clock.now()
    form = AbsenceForm(
        request.POST or None,
        people=_people(request),
        initial={"person_no": request.subject.person_no, "first_on": clock.local_day(at)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            api.declare_absence(**form.cleaned_data, by=request.subject, at=at)
            messages.success(request, _("已登记离岗，期间待办交由 B 角代办。"))
            return redirect("accounts:absences")
        except JutongError as error:
            refuse(form, error)
    rows = api.absences(request.subject)
    if "all" not in request.GET:
        rows = rows.ahead(at)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(request, row) for row in page],
        "stand_ins": api.stand_ins(request.subject.organisation, at=at),
        "form": form,
        "past": "all" in request.GET,
    }
    return render(request, "accounts/absences.html", context, status=422 if form.errors else 200)


@require_POST
@told
def end(request: SubjectRequest, absence_no: int) -> HttpResponse:
    """Be back before the day that was said."""
    api.end_absence(absence_no=absence_no, by=request.subject, at=clock.now())
    messages.success(request, _("离岗登记已结束。"))
    return redirect("accounts:absences")


def _people(request: SubjectRequest) -> list[PersonRef]:
    """For whom the subject may declare an absence: himself, and, for who leads, his colleagues."""
    me = PersonRef(request.subject.person_no, request.subject.display)
    leads = decide(request.subject, policy.DECLARE_ABSENCE, Facts({Relation.OWNER: request.subject.organisation}))
    return list(dict.fromkeys([me, *(_colleagues(request) if leads else [])]))


def _colleagues(request: SubjectRequest) -> list[PersonRef]:
    if request.subject.post is Post.SECURITY_ADMIN:
        return api.everybody_in_post(at=clock.now())
    return api.colleagues(request.subject.organisation, at=clock.now())


def _row(request: SubjectRequest, row: Absence) -> dict[str, Any]:
    today = clock.local_day(clock.now())
    if row.ended_at is not None:
        state = Badge(_("已提前结束"), Tone.MUTED)
    elif row.last_on < today:
        state = Badge(_("已结束"), Tone.MUTED)
    elif row.first_on > today:
        state = Badge(_("尚未开始"), Tone.ACTIVE)
    else:
        state = Badge(_("离岗"), Tone.ATTENTION)
    mine = row.person.person_no == request.subject.person_no
    leads = request.subject.post in {Post.CLOUD_CHIEF, Post.SECURITY_ADMIN}
    return {
        "row": row,
        "kind": _(AbsenceKind(row.kind).label),
        "state": state,
        "may_end": (mine or leads) and row.ended_at is None and row.last_on >= today,
    }
