"""What rounds show on pages of other rooms: the workbench, and a draft's remarks."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import ELEMENT_TITLES, Content, DraftState
from jutong.supply.rounds import policy, queries
from jutong.supply.rounds.services import compiling
from jutong.supply.rounds.web import forms
from jutong.supply.rounds.web.words import deadline
from jutong.ui.components import Badge, Tone


@require_GET
def panel(request: SubjectRequest) -> HttpResponse:
    """On the workbench: what of the round under way waits for the reader; nothing where nothing does."""
    at = clock.now()
    found = queries.waiting_for(request.subject, at=at)
    context: dict[str, Any] = {"found": found if found and found.anything else None, "as_of": at}
    if found:
        context["late"] = [
            (
                _(cell.step.label),
                f"{cell.done}/{cell.total}",
                deadline(found.days.due(cell.step), article=cell.step.article),
            )
            for cell in found.late
        ]
    return render(request, "rounds/panel.html", context)


@require_GET
def remarks(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """On a draft's page: the remarks on its elements; for a reviewer the form to make one."""
    return _remarks(request, draft_no)


@require_POST
def make_remark(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """Remark on an element of a draft under review."""
    require(request.subject, policy.MAKE_REMARK)
    content = catalogue.draft_content(draft_no, by=request.subject)
    form = forms.RemarkForm(request.POST, elements=_elements(content))
    if form.is_valid():
        compiling.make_remark(draft_no=draft_no, **form.cleaned_data, by=request.subject, at=clock.now())
        messages.success(request, _("审核意见已记下，退回时随目录告知。"))
    else:
        messages.error(request, _("请选择要素并填写审核意见。"))
    return redirect("catalogue:draft", draft_no)


def _remarks(request: SubjectRequest, draft_no: str) -> HttpResponse:
    content = catalogue.draft_content(draft_no, by=request.subject)
    state = catalogue.draft_standings([draft_no])[draft_no].state
    reviews = decide(request.subject, policy.MAKE_REMARK).allowed
    titles = dict(_elements(content))
    context = {
        "draft_no": draft_no,
        "entry": queries.entry_of_draft(draft_no) if decide(request.subject, policy.VIEW_ROUND) else None,
        "remarks": [
            (titles.get(each.element, each.element), each.text, each.made_at, _state(each.returned_at, each.mended_at))
            for each in queries.remarks_on(draft_no)
            # What a reviewer notes reaches the department with the return, not before.
            if reviews or each.returned_at is not None
        ],
        "form": forms.RemarkForm(elements=_elements(content)) if reviews and state is DraftState.SUBMITTED else None,
    }
    return render(request, "rounds/remarks.html", context)


def _state(returned_at: Any, mended_at: Any) -> Badge:
    if mended_at is not None:
        return Badge(_("已重新报送"), Tone.MUTED)
    return Badge(_("待整改"), Tone.ATTENTION) if returned_at is not None else Badge(_("尚未退回"), Tone.NEUTRAL)


def _elements(content: Content) -> list[tuple[str, str]]:
    """The elements a remark may be about, each data item by itself."""
    items = [
        (f"items.{place}", f"{_(ELEMENT_TITLES['items'])} {place + 1}. {item.title or item.column_name}")
        for place, item in enumerate(content.items[:200])
    ]
    return [*((name, _(title)) for name, title in ELEMENT_TITLES.items()), *items]
