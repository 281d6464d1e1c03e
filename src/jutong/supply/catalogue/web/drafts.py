"""目录编制: drafts, their form, and the way to review."""

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
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, plugs, policy, queries, services
from jutong.supply.catalogue.domain.gaps import ReviewRemark
from jutong.supply.catalogue.values import Content, DraftState, ExtendedField
from jutong.supply.catalogue.web import forms
from jutong.supply.catalogue.web.differences import difference_columns, difference_rows
from jutong.supply.catalogue.web.resource import badges, bases, elements, item_columns, item_rows
from jutong.supply.catalogue.web.words import element_title
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

PAGE_ROWS = 20
STATE_TONES = {
    DraftState.DRAFT: Tone.NEUTRAL,
    DraftState.SUBMITTED: Tone.ACTIVE,
    DraftState.RETURNED: Tone.ATTENTION,
    DraftState.APPROVED: Tone.ACTIVE,
    DraftState.PUBLISHED: Tone.GOOD,
    DraftState.DISCARDED: Tone.MUTED,
}


def _draft_rows(request: HttpRequest, found: Sequence[models.Draft]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "title": (row.title or _("（未填写名称）"), reverse("catalogue:draft", args=[row.draft_no])),
            "draft_no": row.draft_no,
            "provider": titles.get(row.provider_uscc, row.provider_uscc),
            "state": state_badge(row),
            "code": row.resource.code if row.resource else "",
            "changed_at": row.changed_at,
        }
        for row in found
    ]


DRAFTS = Listing(
    name="catalogue.drafts",
    title=N_("目录编制"),
    section=N_("数据目录"),
    unit=N_("项"),
    columns=(
        Column("title", N_("数据资源名称"), "link", sort="title"),
        Column("draft_no", N_("草稿编号"), "code", sort="draft_no"),
        Column("provider", N_("提供方")),
        Column("state", N_("编制状态"), "badge"),
        Column("code", N_("数据资源代码"), "code"),
        Column("changed_at", N_("最近修改"), "moment", sort="changed_at"),
    ),
    rows=_draft_rows,
    search=("title", "draft_no", "resource__code__icontains"),
    placeholder=N_("资源名称、草稿编号或代码"),
    filters=(Filter.of("state", N_("编制状态"), DraftState),),
    default="-changed_at",
    empty=(N_("没有编制中的目录"), N_("点“编制新目录”填写，或在“目录导入导出”上传目录文件。")),
    page_rows=PAGE_ROWS,
    api="/api/v1/catalogue/drafts",
)


@require_GET
def drafts(request: SubjectRequest) -> HttpResponseBase:
    """My department's drafts; for the bureau those that were submitted."""
    everything = request.GET.get("all") == "1"
    context = {"everything": everything, "may_create": _may_create(request)}
    rows = queries.drafts(request.subject, open_only=not everything)
    return DRAFTS.respond(request, rows, "catalogue/drafts.html", context)


@require_GET
def draft(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """A draft as its readers see it, with what it still lacks."""
    row = queries.view_draft_row(draft_no, request.subject)
    content = queries.content_of_draft(row)
    state = DraftState(row.state)
    facts = queries.facts_of_draft(row)
    gaps = services.gaps_of(row, on=clock.local_day(clock.now())) if state.editable else ()
    before = queries.get_version(row.resource.code, row.base_version) if row.resource and row.base_version else None
    context = {
        "draft": row,
        "content": content,
        "state": state_badge(row),
        "badges": badges(content),
        "score": domain.completeness(content),
        "edit_url": reverse("catalogue:edit_draft", args=[row.draft_no])
        if decide(request.subject, policy.EDIT_DRAFT, facts)
        else "",
        "gaps": [(element_title(gap.field or ""), gap) for gap in gaps],
        "difference_columns": difference_columns(),
        "differences": difference_rows(domain.compare(before, content)) if before else [],
        "elements": elements(content, code=row.resource.code if row.resource else ""),
        "bases": bases(content),
        "item_columns": item_columns(),
        "items": item_rows(content),
        "may_edit": decide(request.subject, policy.EDIT_DRAFT, facts).allowed,
        "may_submit": decide(request.subject, policy.SUBMIT_DRAFT, facts).allowed,
        "case_url": reverse("procedures:case", args=[row.case_no]) if row.case_no else "",
        "api_path": f"/api/v1/catalogue/drafts/{row.draft_no}",
    }
    return render(request, "catalogue/draft.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Begin an entry from nothing."""
    own = request.subject.organisation
    require(request.subject, policy.CREATE_DRAFT, Facts({Relation.PROVIDER: own}))
    blank = Content(title="", provider_uscc=own)
    if request.method == "GET":
        return _form(request, blank, title=_("编制新目录"), empty_rows=forms.NEW_ITEM_ROWS)
    content = forms.read(request.POST, blank, _extended())
    if _only_rows(request):
        return _form(request, _with_rows(request, content), title=_("编制新目录"), empty_rows=_empty_rows(request))
    try:
        draft_no = services.create_draft(content=content, by=request.subject, at=clock.now())
    except JutongError as error:
        messages.error(request, error.words(_))
        return _form(request, content, title=_("编制新目录"), empty_rows=0, status=422)
    messages.success(request, _("草稿 {draft_no} 已保存。").format(draft_no=draft_no))
    return redirect("catalogue:draft", draft_no)


@require_http_methods(["GET", "POST"])
def edit(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """Change a draft. Saving keeps everything, gaps included; checking shows them beside their fields."""
    row = queries.view_draft_row(draft_no, request.subject)
    require(request.subject, policy.EDIT_DRAFT, queries.facts_of_draft(row))
    before = queries.content_of_draft(row)
    title = _("修改目录草稿 {draft_no}").format(draft_no=draft_no)
    if request.method == "GET":
        gaps = services.gaps_of(row, on=clock.local_day(clock.now())) if "check" in request.GET else ()
        return _form(request, before, title=title, row=row, gaps=gaps, empty_rows=0 if before.items else 1)
    content = forms.read(request.POST, before, _extended())
    if _only_rows(request):
        return _form(request, _with_rows(request, content), title=title, row=row, empty_rows=_empty_rows(request))
    edition = request.POST.get("edition", "")
    try:
        services.update_draft(
            draft_no=draft_no,
            content=content,
            edition=int(edition) if edition.isascii() and edition.isdigit() else None,
            by=request.subject,
            at=clock.now(),
        )
    except JutongError as error:
        messages.error(request, error.words(_))
        return _form(request, content, title=title, row=row, status=422)
    messages.success(request, _("草稿 {draft_no} 已保存。").format(draft_no=draft_no))
    if request.POST.get("do") == "check":
        return redirect(f"{reverse('catalogue:edit_draft', args=[draft_no])}?check=1")
    return redirect("catalogue:draft", draft_no)


@require_POST
def submit(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """目录报送."""
    try:
        services.submit(draft_no=draft_no, remark=request.POST.get("remark", ""), by=request.subject, at=clock.now())
    except domain.DraftHasGaps as error:
        messages.error(request, error.words(_))
        return redirect(f"{reverse('catalogue:edit_draft', args=[draft_no])}?check=1")
    messages.success(request, _("已报送自治区大数据发展局审核。"))
    return redirect("catalogue:draft", draft_no)


@require_POST
def discard(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """Give a draft up."""
    services.discard_draft(draft_no=draft_no, by=request.subject, at=clock.now())
    messages.success(request, _("草稿 {draft_no} 已作废。").format(draft_no=draft_no))
    return redirect("catalogue:drafts")


@require_POST
def revise(request: SubjectRequest, code: str) -> HttpResponse:
    """Begin the next version of a published resource."""
    draft_no = services.start_revision(code=code, by=request.subject, at=clock.now())
    return redirect("catalogue:edit_draft", draft_no)


def state_badge(row: models.Draft) -> Badge:
    """The state of a draft as a badge."""
    state = DraftState(row.state)
    return Badge(_(state.label), STATE_TONES[state])


def _form(
    request: SubjectRequest,
    content: Content,
    *,
    title: str,
    row: models.Draft | None = None,
    gaps: tuple[domain.Gap, ...] = (),
    empty_rows: int = 0,
    status: int = 200,
) -> HttpResponse:
    fixed = content.classification if row and row.resource else ""
    choices = forms.classification_choices(content.provider_uscc, fixed=fixed)
    remarks = [ReviewRemark(field=path, text=words) for path, words in plugs.remarks_on(row.draft_no)] if row else []
    shown = (*remarks, *gaps)
    made = forms.forms_of(content, classifications=choices, extended=_extended(), gaps=shown, empty_rows=empty_rows)
    context = {
        "page_title": title,
        "draft": row,
        "edition": request.POST.get("edition") or (row.edition if row else ""),
        "provider": organisations.titles([content.provider_uscc]).get(content.provider_uscc, content.provider_uscc),
        "forms": made,
        "gap_count": len(gaps),
        "api_method": "PUT" if row else "POST",
        "api_path": f"/api/v1/catalogue/drafts/{row.draft_no}" if row else "/api/v1/catalogue/drafts",
    }
    return render(request, "catalogue/draft_form.html", context, status=status)


def _extended() -> tuple[ExtendedField, ...]:
    return queries.extended_fields(on=clock.local_day(clock.now()))


# Buttons of the form: `add-items`, `remove-items-3`, `add-bases`, `remove-bases-0`; they change rows and save nothing.


def _only_rows(request: SubjectRequest) -> bool:
    return request.POST.get("do", "").startswith(("add-", "remove-"))


def _with_rows(request: SubjectRequest, content: Content) -> Content:
    """The typed content with one row of bases more, or one row of a table less."""
    what, _dash, rest = request.POST["do"].partition("-")
    table, _dash, number = rest.partition("-")
    if what == "add" and table == "bases":
        return content.changed(legal_bases=(*content.legal_bases, forms.empty_basis()))
    if what == "remove" and number.isdigit():
        post = request.POST.copy()
        for key in [key for key in post if key.startswith(f"{table}-{number}-")]:
            del post[key]
        return forms.read(post, content, _extended())
    return content


def _empty_rows(request: SubjectRequest) -> int:
    return 1 if request.POST.get("do") == "add-items" else 0


def _may_create(request: SubjectRequest) -> bool:
    own = Facts({Relation.PROVIDER: request.subject.organisation})
    return decide(request.subject, policy.CREATE_DRAFT, own).allowed
