"""评论与咨询: what is said of resources, the provider's answers, and what the bureau hides."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content
from jutong.supply.readers import domain, models, policy, queries
from jutong.supply.readers.services import remarks as services
from jutong.supply.readers.values import RemarkKind, RemarkState
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

STATE_TONES = {
    RemarkState.WAITING: Tone.ATTENTION,
    RemarkState.SAID: Tone.NEUTRAL,
    RemarkState.ANSWERED: Tone.GOOD,
    RemarkState.HIDDEN: Tone.MUTED,
}


class RemarkForm(forms.Form):
    """Something to be said of a resource."""

    kind = forms.ChoiceField(
        label=gettext_lazy("种类"),
        choices=[(kind.value, gettext_lazy(kind.label)) for kind in RemarkKind],
        widget=forms.RadioSelect,
        initial=RemarkKind.QUESTION.value,
        help_text=gettext_lazy("咨询和纠错由提供部门限期答复；评论可以不答复。"),
    )
    element = forms.ChoiceField(
        label=gettext_lazy("纠错的内容"),
        required=False,
        help_text=gettext_lazy("纠错须指明是哪一项元数据或数据项有误。"),
    )
    text = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=domain.MOST_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("最多 2000 字，请勿填写个人信息和涉密内容；已登录人员都能看到。"),
    )

    def __init__(self, content: Content, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(name, _(title)) for name, title in queries.elements_of(content).items()]
        self.fields["element"].choices = [("", _("不指明")), *choices]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The provider's answer."""

    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=domain.MOST_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("以本部门名义答复；资源向社会开放的，公众也能看到问题和答复。"),
    )


class HideForm(forms.Form):
    """Why a remark is hidden."""

    reason = forms.CharField(
        label=gettext_lazy("隐藏理由"),
        max_length=domain.MOST_REASON,
        help_text=gettext_lazy("例如含个人信息、与资源无关；作者和提供部门会看到。"),
    )


def state_badge(row: models.Remark) -> Badge:
    """Where a remark stands; an overdue one says so."""
    state = RemarkState(row.state)
    if state is RemarkState.WAITING and row.due_on and row.due_on < local_day(clock.now()):
        return Badge(_("逾期未答复"), Tone.BAD)
    return Badge(_(state.label), STATE_TONES[state])


def _rows(request: HttpRequest, found: Sequence[models.Remark]) -> list[dict[str, Any]]:
    titles = catalogue.titles({row.resource_code for row in found})
    providers = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "text": (_shortened(row.text), reverse("readers:remark", args=[row.remark_no])),
            "kind": Badge(_(RemarkKind(row.kind).label)),
            "state": state_badge(row),
            "resource": (
                titles.get(row.resource_code, row.resource_code),
                reverse("catalogue:resource", args=[row.resource_code]),
            ),
            "provider": providers.get(row.provider_uscc, row.provider_uscc),
            "at": row.at,
            "due_on": row.due_on,
            "remark_no": row.remark_no,
        }
        for row in found
    ]


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


REMARKS = Listing(
    name="readers.remarks",
    title=N_("评论与咨询"),
    section=N_("数据目录"),
    unit=N_("条"),
    columns=(
        Column("text", N_("内容"), "link"),
        Column("kind", N_("种类"), "badge"),
        Column("state", N_("状态"), "badge"),
        Column("resource", N_("数据资源"), "link"),
        Column("provider", N_("提供方")),
        Column("at", N_("提出时间"), "moment", sort="at"),
        Column("due_on", N_("答复期限"), "day", sort="due_on"),
        Column("remark_no", N_("编号"), "code", sort="remark_no"),
    ),
    rows=_rows,
    search=("text", "remark_no", "resource_code"),
    placeholder=N_("内容、编号或数据资源代码"),
    filters=(
        Filter.of("kind", N_("种类"), RemarkKind),
        Filter.of("state", N_("状态"), RemarkState),
    ),
    default="-at",
    api="/api/v1/readers/remarks",
    icon="messages",
)


@require_GET
def remarks(request: SubjectRequest) -> HttpResponseBase:
    """Everything said of resources that one may see."""
    return REMARKS.respond(request, queries.remarks(request.subject))


def shown(found: Sequence[models.Remark], content: Content | None = None) -> list[dict[str, Any]]:
    """Remarks as a page shows them, each with its answer."""
    usccs = {row.by.get("organisation", "") for row in found} | {row.provider_uscc for row in found}
    titles = organisations.titles(usccs, short=True)
    elements = queries.elements_of(content) if content else {}
    return [
        {
            "row": row,
            "kind": Badge(_(RemarkKind(row.kind).label)),
            "state": state_badge(row),
            "author": titles.get(row.by.get("organisation", ""), ""),
            "provider": titles.get(row.provider_uscc, ""),
            "element": _(elements.get(row.element, row.element)) if row.element else "",
        }
        for row in found
    ]


def may_answer(subject: Subject, provider: str) -> bool:
    """Whether somebody answers what is said of a department's resources."""
    return decide(subject, policy.ANSWER_REMARK, Facts({Relation.PROVIDER: provider}, frozenset({"shown"}))).allowed


@public
@require_http_methods(["GET", "POST"])
def of_resource(request: SubjectRequest, code: str) -> HttpResponse:
    """Everything said of one resource, and the form to say something."""
    resource = catalogue.view_resource(code, by=request.subject)
    may_say = resource.published and bool(decide(request.subject, policy.MAKE_REMARK))
    form = RemarkForm(resource.content, request.POST or None) if may_say else None
    if request.method == "POST":
        require(request.subject, policy.MAKE_REMARK)
        if form is None:
            raise domain.NotForReaders(resource=resource.code)
        if form.is_valid() and _said(request, resource.code, form):
            messages.success(request, _("已提交。"))
            return redirect("readers:of_resource", resource.code)
    found = list(queries.remarks_on(resource.code, request.subject)[:200])
    context = {
        "resource": resource,
        "form": form,
        "remarks": shown(found, resource.content),
        "may_answer": may_answer(request.subject, resource.provider_uscc),
        "api_path": f"/api/v1/readers/resources/{resource.code}/remarks",
    }
    return render(request, "readers/of_resource.html", context, status=422 if form and form.errors else 200)


def _said(request: SubjectRequest, code: str, form: RemarkForm) -> bool:
    sent = form.cleaned_data
    try:
        services.make_remark(
            code=code,
            kind=RemarkKind(sent["kind"]),
            text=sent["text"],
            element=sent["element"],
            by=request.subject,
            at=clock.now(),
        )
    except domain.ReadersError as error:
        form.add_error(error.field if error.field in form.fields else None, error.words(_))
        return False
    return True


@public
@require_GET
def remark(request: SubjectRequest, remark_no: str) -> HttpResponse:
    """One remark with its answer; the provider's steward answers here, the bureau hides."""
    return _remark_page(request, queries.get_remark(remark_no, request.subject))


def _remark_page(
    request: SubjectRequest, row: models.Remark, *, answer: AnswerForm | None = None, hide: HideForm | None = None
) -> HttpResponse:
    resource = catalogue.get_resource(row.resource_code)
    facts = queries.facts_of_remark(row)
    answers = decide(request.subject, policy.ANSWER_REMARK, facts).allowed
    may_hide = decide(request.subject, policy.HIDE_REMARK, facts).allowed
    context = {
        "remark": shown([row], resource.content)[0],
        "resource": resource,
        "answer_form": (answer or AnswerForm(initial={"answer": row.answer})) if answers else None,
        "hide_form": (hide or HideForm()) if may_hide and not row.hidden_at else None,
        "may_show": may_hide and row.hidden_at is not None,
        "api_path": f"/api/v1/readers/remarks/{row.remark_no}",
    }
    wrong = (answer and answer.errors) or (hide and hide.errors)
    return render(request, "readers/remark.html", context, status=422 if wrong else 200)


@require_POST
def answer(request: SubjectRequest, remark_no: str) -> HttpResponse:
    """答复."""
    form = AnswerForm(request.POST)
    text = form.cleaned_data["answer"] if form.is_valid() else ""
    try:
        services.answer_remark(remark_no=remark_no, text=text, by=request.subject, at=clock.now())
    except domain.TextMissing:
        return _remark_page(request, queries.get_remark(remark_no, request.subject), answer=form)
    except domain.RemarkHidden as error:
        messages.error(request, error.words(_))
    else:
        messages.success(request, _("已答复，并通知提问人。"))
    return redirect("readers:remark", remark_no)


@require_POST
def hide(request: SubjectRequest, remark_no: str) -> HttpResponse:
    """隐藏."""
    form = HideForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.hide_remark(remark_no=remark_no, reason=reason, by=request.subject, at=clock.now())
    except domain.ReasonMissing:
        return _remark_page(request, queries.get_remark(remark_no, request.subject), hide=form)
    except domain.AlreadyHidden as error:
        messages.error(request, error.words(_))
    else:
        messages.success(request, _("已隐藏，并通知作者。"))
    return redirect("readers:remark", remark_no)


@require_POST
def show(request: SubjectRequest, remark_no: str) -> HttpResponse:
    """恢复显示."""
    try:
        services.show_remark(remark_no=remark_no, by=request.subject, at=clock.now())
    except domain.NotHidden as error:
        messages.error(request, error.words(_))
    else:
        messages.success(request, _("已恢复显示。"))
    return redirect("readers:remark", remark_no)
