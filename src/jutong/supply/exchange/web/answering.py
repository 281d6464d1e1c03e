"""归集问询: the list, one inquiry with its differences, and the provider's answer."""

from collections.abc import Mapping, Sequence
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

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.domain.differences import WORDS
from jutong.supply.exchange.services import inquiries
from jutong.supply.exchange.services.inquiries import LONGEST_REMARK, Reply
from jutong.supply.exchange.values import (
    Difference,
    InquiryAnswer,
    InquiryKind,
    InquiryOutcome,
    InquiryState,
)
from jutong.supply.exchange.web.plans import TOLD_BESIDE
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

TONES = {
    InquiryState.OPEN: Tone.ATTENTION,
    InquiryState.OVERDUE: Tone.BAD,
    InquiryState.ANSWERED: Tone.ACTIVE,
    InquiryState.CLOSED: Tone.MUTED,
}


SHOWN = 5


class AnswerForm(forms.Form):
    """What the provider answers; which answers there are depends on what was asked."""

    answer = forms.ChoiceField(
        label=gettext_lazy("答复"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("答复由下一次归集验证；未能兑现的将重新问询。"),
    )
    until = forms.DateField(
        label=gettext_lazy("日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("计划停更的，可填写停更的最后一日。"),
    )
    months = forms.MultipleChoiceField(
        label=gettext_lazy("更新月份"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("季节性更新的，选择应当更新的月份。"),
    )
    replaced_by = forms.CharField(
        label=gettext_lazy("替代资源代码"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("下线的，可填写替代它的资源。"),
    )
    remark = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=LONGEST_REMARK,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("停更和下线须说明原因；订阅方会在资源页看到。"),
    )

    def __init__(self, kind: InquiryKind, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        answers = [each for each in InquiryAnswer if each.kind is kind]
        self.fields["answer"].choices = [(each.value, _(each.label)) for each in answers]  # type: ignore[attr-defined]
        if kind is InquiryKind.DRIFT:
            del self.fields["months"], self.fields["replaced_by"]
            self.fields["until"].help_text = _("来源将改正的，填写改正日期。")
            self.fields["remark"].help_text = _("写明原因和安排。")
        else:
            self.fields["months"].choices = month_choices()  # type: ignore[attr-defined]

    def reply(self) -> Reply:
        found = self.cleaned_data
        return Reply(
            InquiryAnswer(found["answer"]),
            found["remark"],
            found["until"],
            tuple(int(month) for month in found.get("months", ())),
            found.get("replaced_by", ""),
        )


def month_choices() -> list[tuple[str, str]]:
    """The months of the year, as choices."""
    return [(str(month), _("{month} 月").format(month=month)) for month in range(1, 13)]


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    titles = catalogue.titles({row.resource_code for row in found})
    owners = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "inquiry": (row.inquiry_no, reverse("exchange:inquiry", args=[row.inquiry_no])),
            "title": titles.get(row.resource_code, row.resource_code),
            "code": row.resource_code,
            "provider": owners.get(row.provider_uscc, row.provider_uscc),
            "kind": _(InquiryKind(row.kind).label),
            "state": state_badge(row),
            "answer": answer_words(row.answer),
            "due_on": row.due_on,
            "asked_at": row.asked_at,
        }
        for row in found
    ]


INQUIRIES = Listing(
    name="exchange.inquiries",
    title=N_("归集问询"),
    section=N_("数据交换"),
    unit=N_("件"),
    columns=(
        Column("inquiry", N_("问询编号"), "link", sort="inquiry_no"),
        Column("title", N_("数据资源")),
        Column("code", N_("数据资源代码"), "code", only="file"),
        Column("provider", N_("提供方")),
        Column("kind", N_("事由")),
        Column("state", N_("状态"), "badge"),
        Column("answer", N_("答复")),
        Column("due_on", N_("答复期限"), "day", sort="due_on"),
        Column("asked_at", N_("问询时间"), "moment", sort="asked_at"),
    ),
    rows=_rows,
    search=("inquiry_no", "resource_code"),
    placeholder=N_("问询编号或资源代码"),
    filters=(Filter.of("state", N_("状态"), InquiryState), Filter.of("kind", N_("事由"), InquiryKind)),
    api="/api/v1/exchange/inquiries",
)


@require_GET
def inquiry_list(request: SubjectRequest) -> HttpResponseBase:
    """Inquiries one may see, the open ones first."""
    return INQUIRIES.respond(request, queries.inquiries(request.subject))


@require_http_methods(["GET", "POST"])
def inquiry(request: SubjectRequest, inquiry_no: str) -> HttpResponse:
    """One inquiry: what was found, and the provider's answer."""
    row = queries.get_inquiry_row(inquiry_no, request.subject)
    if request.method == "GET":
        return _page(request, row)
    form = AnswerForm(InquiryKind(row.kind), request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        inquiries.answer(inquiry_no=inquiry_no, reply=form.reply(), by=request.subject, at=clock.now())
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        form.add_error(error.field if error.field in form.fields else None, error.words(_))
        return _page(request, row, form)
    messages.success(request, _("已答复。"))
    return redirect("exchange:inquiry", inquiry_no)


@require_POST
def start_change(request: SubjectRequest, inquiry_no: str) -> HttpResponse:
    """起草目录变更: the draft with what the source has now filled in."""
    try:
        draft_no = inquiries.start_change(inquiry_no=inquiry_no, by=request.subject, at=clock.now())
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        messages.error(request, error.words(_))
        return redirect("exchange:inquiry", inquiry_no)
    messages.success(request, _("已按来源现状填好草稿，请核对后提交审核。"))
    return redirect("catalogue:edit_draft", draft_no)


@require_GET
def panel(request: SubjectRequest) -> HttpResponse:
    """On the workbench: what is asked and not answered, and what is warned of; nothing where nothing is."""
    asked = queries.inquiries(request.subject).filter(closed_at=None, answer="")
    shown = list(asked.order_by("due_on", "pk")[:SHOWN])
    titles = catalogue.titles({row.resource_code for row in shown})
    context = {
        "asked": [(row, titles.get(row.resource_code, row.resource_code), state_badge(row)) for row in shown],
        "count": asked.count() if len(shown) == SHOWN else len(shown),
        "warned": queries.alarms(request.subject).filter(cleared_at=None, acknowledged_at=None).count(),
    }
    return render(request, "exchange/asked_panel.html", context)


def _page(request: SubjectRequest, row: Any, form: AnswerForm | None = None) -> HttpResponse:
    kind = InquiryKind(row.kind)
    allowed = decide(request.subject, policy.ANSWER_INQUIRY, queries.facts(row)).allowed
    may_answer = allowed and row.closed_at is None
    facts: list[tuple[str, Any]] = [
        (_("事由"), _(kind.label)),
        (_("问询时间"), row.asked_at),
        (_("答复期限"), row.due_on),
        (_("提供方"), organisations.titles([row.provider_uscc]).get(row.provider_uscc, row.provider_uscc)),
    ]
    if row.late_since:
        facts.append((_("超期自"), row.late_since))
    if row.answer:
        facts += [(_("答复"), answer_words(row.answer)), (_("答复时间"), row.answered_at)]
        facts += [(_("说明"), row.remark)] if row.remark else []
        facts += [(_("最迟验证"), row.holds_until)] if row.holds_until else []
    if row.outcome:
        facts += [(_("了结方式"), _(InquiryOutcome(row.outcome).label)), (_("了结时间"), row.closed_at)]
    differences = [Difference.from_json(each) for each in row.differences]
    resource = catalogue.resources([row.resource_code]).get(row.resource_code)
    items = {item.column_name: item.title for item in resource.content.items} if resource else {}
    context = {
        "row": row,
        "title": catalogue.titles([row.resource_code]).get(row.resource_code, row.resource_code),
        "state": state_badge(row),
        "facts": facts,
        "differences": [{"kind": _(each.kind.label), "words": difference_words(each, items)} for each in differences],
        "difference_columns": [Column("kind", _("差异")), Column("words", _("说明"))],
        "form": (form or AnswerForm(kind)) if may_answer else None,
        "drift": kind is InquiryKind.DRIFT,
        "may_revise": may_answer and any(inquiries.revises(each) for each in differences) and not row.draft_no,
        "may_see_draft": bool(row.draft_no) and catalogue.may_see_draft(row.draft_no, by=request.subject),
        "api_path": f"/api/v1/exchange/inquiries/{row.inquiry_no}",
    }
    return render(request, "exchange/inquiry.html", context, status=422 if form else 200)


def state_badge(row: Any) -> Badge:
    state = InquiryState(row.state)
    return Badge(_(state.label), TONES[state])


def answer_words(answer: str) -> str:
    """What was answered, in words."""
    return _(InquiryAnswer(answer).label) if answer else "—"


def difference_words(each: Difference, items: Mapping[str, str]) -> str:
    """A difference in a sentence; `items` are the titles of the data items by the names that mappings know."""
    return _(WORDS[each.kind]).format(
        column=each.column, item=items.get(each.item, each.item), before=each.before or "—", after=each.after or "—"
    )
