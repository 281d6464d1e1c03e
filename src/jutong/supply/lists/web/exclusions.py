"""负面清单: the entries of both halves, one of them, proposing one or its removal."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import BasisKind, LegalBasis
from jutong.supply.lists import models, policy, queries
from jutong.supply.lists.services import exclusions
from jutong.supply.lists.values import ExclusionState, Half, ListKind
from jutong.supply.lists.web import words
from jutong.supply.lists.web.forms import ExclusionForm, RemovalForm
from jutong.ui.components import Column
from jutong.ui.lists import Filter, Listing


def _rows(request: HttpRequest, found: Sequence[models.Exclusion]) -> list[dict[str, Any]]:
    names = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "title": (row.title, reverse("lists:exclusion", args=[row.exclusion_no])),
            "exclusion_no": row.exclusion_no,
            "half": words.half_badge(row.half),
            "provider": names.get(row.provider_uscc, row.provider_uscc),
            "resource_code": row.resource_code,
            "reason": row.reason,
            "basis": queries.words_of_basis(row),
            "state": words.exclusion_badge(row),
            "in_force_from": row.in_force_from,
            "removed_at": row.removed_at,
        }
        for row in found
    ]


EXCLUSIONS = Listing(
    name="lists.exclusions",
    title=N_("负面清单"),
    section=N_("供需对接"),
    unit=N_("项"),
    columns=(
        Column("title", N_("数据名称"), "link", sort="title"),
        Column("exclusion_no", N_("事项编号"), "code", sort="exclusion_no"),
        Column("half", N_("范围"), "badge"),
        Column("provider", N_("提供部门")),
        Column("resource_code", N_("资源代码"), "code"),
        Column("reason", N_("理由"), only="file"),
        Column("basis", N_("依据")),
        Column("state", N_("状态"), "badge"),
        Column("in_force_from", N_("列入时间"), "moment", only="file"),
        Column("removed_at", N_("移出时间"), "moment", only="file"),
    ),
    rows=_rows,
    search=("title", "exclusion_no", "resource_code", "reason"),
    placeholder=N_("数据名称、编号或资源代码"),
    filters=(Filter.of("half", N_("范围"), Half), Filter.of("state", N_("状态"), ExclusionState)),
    default="-proposed_at",
    api="/api/v1/lists/exclusions",
)


@require_GET
def exclusion_list(request: SubjectRequest) -> HttpResponseBase:
    """What is on the negative list, and what one's own department proposes for it."""
    may = decide(request.subject, policy.PROPOSE_EXCLUSION, Facts({Relation.PROVIDER: request.subject.organisation}))
    today = clock.local_day(clock.now())
    context = {
        "kind": ListKind.NEGATIVE,
        "top": words.overview_address(request.subject),
        "rounds": queries.open_rounds(ListKind.NEGATIVE, on=today) if may else [],
        "add_to": "lists:new_exclusion",
    }
    return EXCLUSIONS.respond(request, queries.exclusions(request.subject), "lists/entries.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Propose an entry in a round."""
    require(request.subject, policy.PROPOSE_EXCLUSION, Facts({Relation.PROVIDER: request.subject.organisation}))
    row = queries.get_round(round_no, request.subject)
    start = {"resource_code": request.GET.get("resource", ""), "half": Half.NOT_SHARED.value}
    form = ExclusionForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            number = exclusions.propose_exclusion(
                round_no=round_no,
                half=Half(said["half"]),
                title=said["title"],
                resource_code=said["resource_code"],
                reason=said["reason"],
                basis=LegalBasis(
                    BasisKind(said["basis_kind"]), said["basis_title"], said["basis_article"], said["basis_number"]
                ),
                by=request.subject,
                at=clock.now(),
            )
        except JutongError as error:
            words.complain(form, error)
        else:
            messages.success(request, _("已申报 {number}，审核发布后生效。").format(number=number))
            return redirect("lists:exclusion", number)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "row": row,
        "title": _("申报负面清单事项"),
        "api_path": f"/api/v1/lists/rounds/{round_no}/exclusions",
    }
    return render(request, "lists/entry_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def one(request: SubjectRequest, exclusion_no: str) -> HttpResponse:
    """One entry with its basis; its removal is proposed here."""
    row = queries.get_exclusion(exclusion_no, request.subject)
    form = _removal_form(request, row)
    if request.method == "POST":
        require(request.subject, policy.PROPOSE_EXCLUSION, queries.facts_of_exclusion(row))
        if form is not None and form.is_valid():
            try:
                exclusions.propose_removal(
                    exclusion_no=exclusion_no, **form.cleaned_data, by=request.subject, at=clock.now()
                )
            except JutongError as error:
                words.complain(form, error)
            else:
                messages.success(request, _("已提出移出，审核发布后生效。"))
                return redirect("lists:exclusion", exclusion_no)
    names = organisations.titles([row.provider_uscc])
    titles = catalogue.titles([row.resource_code])
    cases = [(row.cessation_case, _("停止挂载"))] if row.cessation_case and _sees_case(request.subject, row) else []
    context = {
        "row": row,
        "number": row.exclusion_no,
        "title": row.title,
        "state": words.exclusion_badge(row),
        "half": words.half_badge(row.half),
        "top": words.overview_address(request.subject),
        "up": reverse("lists:exclusions"),
        "up_title": _("负面清单"),
        "facts": [
            (_("提供部门"), names.get(row.provider_uscc, row.provider_uscc)),
            (_("批次"), row.round.title),
            (_("理由"), row.reason),
            (_("依据"), queries.words_of_basis(row)),
            (_("列入时间"), row.in_force_from or "—"),
            (_("移出理由"), row.removal_reason or "—"),
            (_("移出时间"), row.removed_at or "—"),
        ],
        "resource": (titles[row.resource_code], row.resource_code) if row.resource_code in titles else None,
        "case_urls": [(reverse("procedures:case", args=[no]), title) for no, title in cases],
        "form": form,
        "form_title": _("提出移出负面清单"),
        "may_take_back": row.state in (ExclusionState.PROPOSED, ExclusionState.REMOVING)
        and decide(request.subject, policy.PROPOSE_EXCLUSION, queries.facts_of_exclusion(row)).allowed,
        "api_path": f"/api/v1/lists/exclusions/{row.exclusion_no}",
    }
    return render(request, "lists/entry.html", context, status=422 if request.method == "POST" else 200)


def _sees_case(subject: Subject, row: models.Exclusion) -> bool:
    return subject.post in policy.OVERSEERS or subject.organisation == row.provider_uscc


def _removal_form(request: SubjectRequest, row: models.Exclusion) -> RemovalForm | None:
    may = decide(request.subject, policy.PROPOSE_EXCLUSION, queries.facts_of_exclusion(row)).allowed
    if not may or row.state != ExclusionState.IN_FORCE:
        return None
    rounds = queries.open_rounds(ListKind.NEGATIVE, on=clock.local_day(clock.now()))
    choices = [(each.round_no, each.title) for each in rounds]
    return RemovalForm(request.POST or None, rounds=choices) if choices else None


@require_POST
def take_back(request: SubjectRequest, exclusion_no: str) -> HttpResponse:
    """Take a proposal back."""
    try:
        exclusions.take_back(exclusion_no=exclusion_no, by=request.subject, at=clock.now())
        messages.success(request, _("已撤回。"))
    except JutongError as error:
        if error.kind not in words.TOLD_BESIDE:
            raise
        messages.error(request, error.words(_))
    return redirect("lists:exclusions")
