"""汇聚供数: the parts of an assembled resource with their completeness, and who contributes them."""

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
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.domain.assembling import NotAssembled
from jutong.supply.exchange.services import contributions
from jutong.supply.exchange.services.contributions import LONGEST_REMARK
from jutong.supply.exchange.values import Assembly, ContributionState, Part, PartState
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

TONES = {
    ContributionState.INVITED: Tone.ATTENTION,
    ContributionState.JOINED: Tone.GOOD,
    ContributionState.DECLINED: Tone.BAD,
    ContributionState.ENDED: Tone.MUTED,
}
PART_TONES = {
    PartState.MISSING: Tone.MUTED,
    PartState.INVITED: Tone.ATTENTION,
    PartState.EMPTY: Tone.ATTENTION,
    PartState.BEHIND: Tone.ATTENTION,
    PartState.FRESH: Tone.GOOD,
    PartState.LATE: Tone.BAD,
    PartState.STOPPED: Tone.MUTED,
}
TOLD_BESIDE = (ErrorKind.INVALID, ErrorKind.CONFLICT)


class AssembleForm(forms.Form):
    """Which items the platform fills."""

    mark_item = forms.ChoiceField(
        label=gettext_lazy("供数标识写入"),
        help_text=gettext_lazy("平台在每行写入供数部门的标识；把它列入主键，则各部门的主键可以相同，否则须全区唯一。"),
    )
    region_item = forms.ChoiceField(
        label=gettext_lazy("行政区划写入"),
        required=False,
        help_text=gettext_lazy("按市县汇聚的，选择行政区划数据项，可与供数标识相同；按系统汇聚的不选。"),
    )

    def __init__(self, resource: Resource, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        texts = [
            (item.column_name, f"{item.title}（{item.column_name}）")
            for item in resource.items
            if item.type.letter is TypeLetter.TEXT
        ]
        self.fields["mark_item"].choices = texts  # type: ignore[attr-defined]
        self.fields["region_item"].choices = [("", _("不按行政区划汇聚")), *texts]  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    """Who is asked to contribute."""

    organisation = forms.CharField(
        label=gettext_lazy("单位（统一社会信用代码）"),
        min_length=18,
        max_length=18,
        help_text=gettext_lazy("输入单位名称或代码的一部分，从列表中选择。"),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )
    region_code = forms.ChoiceField(
        label=gettext_lazy("行政区划"), help_text=gettext_lazy("该单位的数据属于哪个市；写入每一行。")
    )
    mark = forms.CharField(
        label=gettext_lazy("供数标识"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("1 至 12 位字母、数字或短横线，写入每一行；按行政区划汇聚的可不填，即用区划代码。"),
    )
    note = forms.CharField(
        label=gettext_lazy("邀请说明"),
        max_length=LONGEST_REMARK,
        required=False,
        help_text=gettext_lazy("例如所需数据的范围和完成时间。"),
    )

    def __init__(self, found: Assembly, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        if not found.region_item:
            del self.fields["region_code"]
            self.fields["mark"].required = True
            return
        free = [part.region_code for part in found.parts if part.state is PartState.MISSING]
        names = organisations.region_titles(free)
        self.fields["region_code"].choices = [(code, f"{names.get(code, '')} {code}") for code in free]  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """With which resource to contribute."""

    source_code = forms.CharField(
        label=gettext_lazy("供数资源代码"),
        max_length=80,
        help_text=gettext_lazy("本部门已发布并以库表或文件挂载的资源，字段名须与汇聚资源一致。"),
    )


class BecauseForm(forms.Form):
    """Why not, or not any more."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=LONGEST_REMARK, help_text=gettext_lazy("对方部门会看到，请写明缘由。")
    )


def _rows(request: HttpRequest, found: Sequence[models.Contribution]) -> list[dict[str, Any]]:
    titles = catalogue.titles({row.resource_code for row in found})
    names = organisations.titles({uscc for row in found for uscc in (row.organisation, row.provider_uscc)}, short=True)
    return [
        {
            "number": (row.contribution_no, reverse("exchange:contribution", args=[row.contribution_no])),
            "title": titles.get(row.resource_code, row.resource_code),
            "code": row.resource_code,
            "lead": names.get(row.provider_uscc, row.provider_uscc),
            "organisation": names.get(row.organisation, row.organisation),
            "mark": row.mark,
            "state": state_badge(row),
            "rows": row.rows,
            "invited_at": row.invited_at,
        }
        for row in found
    ]


CONTRIBUTIONS = Listing(
    name="exchange.contributions",
    title=N_("汇聚供数"),
    section=N_("数据交换"),
    unit=N_("项"),
    columns=(
        Column("number", N_("供数编号"), "link", sort="contribution_no"),
        Column("title", N_("汇聚资源")),
        Column("code", N_("数据资源代码"), "code", only="file"),
        Column("lead", N_("牵头部门")),
        Column("organisation", N_("供数部门")),
        Column("mark", N_("供数标识"), "code"),
        Column("state", N_("状态"), "badge"),
        Column("rows", N_("行数"), "number"),
        Column("invited_at", N_("邀请时间"), "moment", sort="invited_at"),
    ),
    rows=_rows,
    search=("contribution_no", "resource_code", "source_code"),
    placeholder=N_("供数编号或资源代码"),
    filters=(Filter.of("state", N_("状态"), ContributionState),),
    api="/api/v1/exchange/contributions",
)


@require_GET
def contribution_list(request: SubjectRequest) -> HttpResponseBase:
    """Contributions one may see, what waits for an answer first."""
    return CONTRIBUTIONS.respond(request, queries.contributions(request.subject))


@require_http_methods(["GET", "POST"])
def assembly(request: SubjectRequest, code: str) -> HttpResponse:
    """An assembled resource: its parts with their completeness, the invitation of more; or the way to become one."""
    at = clock.now()
    try:
        found = queries.get_assembly(code, request.subject, at=at)
    except NotAssembled:
        return _beginning(request, code)
    facts = Facts({Relation.PROVIDER: found.provider_uscc})
    may_invite = decide(request.subject, policy.MANAGE_CONTRIBUTIONS, facts).allowed
    form = InviteForm(found, request.POST or None)
    if request.method == "POST":
        require(request.subject, policy.MANAGE_CONTRIBUTIONS, facts)
        if form.is_valid():
            try:
                contributions.invite(resource_code=code, **form.cleaned_data, by=request.subject, at=at)
                messages.success(request, _("已邀请，等待对方答复。"))
                return redirect("exchange:assembly", code)
            except JutongError as error:
                if error.kind not in (*TOLD_BESIDE, ErrorKind.MISSING):
                    raise
                form.add_error(error.field if error.field in form.fields else None, error.words(_))
    context = {
        "found": found,
        "facts": _facts(found),
        "columns": [
            Column("region", _("行政区划")),
            Column("organisation", _("供数部门")),
            Column("state", _("完整情况"), "badge"),
            Column("rows", _("行数"), "number"),
            Column("loaded_at", _("最近归集"), "moment"),
            Column("due_at", _("更新期限"), "moment"),
            Column("source", _("供数资源"), "link"),
            Column("number", _("供数编号"), "link"),
        ],
        "rows": _part_rows(found.parts),
        "form": form if may_invite else None,
        "organisations": organisations.choices() if may_invite else [],
        "api_path": f"/api/v1/exchange/assembled/{code}",
    }
    return render(request, "exchange/assembly.html", context, status=422 if form.errors else 200)


def _beginning(request: SubjectRequest, code: str) -> HttpResponse:
    resource = catalogue.view_resource(code, by=request.subject)
    facts = Facts({Relation.PROVIDER: resource.provider_uscc})
    if not decide(request.subject, policy.MANAGE_CONTRIBUTIONS, facts):
        raise NotAssembled(resource_code=code)
    form = AssembleForm(resource, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contributions.assemble(resource_code=code, **form.cleaned_data, by=request.subject, at=clock.now())
            messages.success(request, _("已设为多方汇聚，请邀请供数部门。"))
            return redirect("exchange:assembly", code)
        except JutongError as error:
            if error.kind not in TOLD_BESIDE:
                raise
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
    context = {"resource": resource, "form": form, "api_path": f"/api/v1/exchange/assembled/{code}"}
    return render(request, "exchange/assemble.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def contribution(request: SubjectRequest, contribution_no: str) -> HttpResponse:
    """One contribution: accepted, declined or ended here."""
    row = queries.get_contribution_row(contribution_no, request.subject)
    do, at = request.POST.get("do", ""), clock.now()
    accepting = AcceptForm(request.POST if do == "accept" else None, auto_id="accept_%s")
    declining = BecauseForm(request.POST if do == "decline" else None, auto_id="decline_%s")
    ending = BecauseForm(request.POST if do == "end" else None, auto_id="end_%s")
    form = {"accept": accepting, "decline": declining, "end": ending}.get(do)
    if form is not None and form.is_valid():
        given = form.cleaned_data
        try:
            if do == "accept":
                contributions.accept(contribution_no=contribution_no, **given, by=request.subject, at=at)
            elif do == "decline":
                contributions.decline(
                    contribution_no=contribution_no, remark=given["reason"], by=request.subject, at=at
                )
            else:
                contributions.end(contribution_no=contribution_no, **given, by=request.subject, at=at)
            messages.success(request, _("已办理。"))
            return redirect("exchange:contribution", contribution_no)
        except JutongError as error:
            if error.kind not in TOLD_BESIDE:
                raise
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
    facts = queries.facts_of_contribution(row)
    state = ContributionState(row.state)
    waiting = state is ContributionState.INVITED
    may_answer = waiting and decide(request.subject, policy.ANSWER_CONTRIBUTION, facts).allowed
    may_end = state.standing and decide(request.subject, policy.MANAGE_CONTRIBUTIONS, facts).allowed
    context = {
        "row": row,
        "title": catalogue.titles([row.resource_code]).get(row.resource_code, row.resource_code),
        "state": state_badge(row),
        "facts": _contribution_facts(row),
        "accepting": accepting if may_answer else None,
        "declining": declining if may_answer else None,
        "ending": ending if may_end else None,
        "api_path": f"/api/v1/exchange/contributions/{contribution_no}",
    }
    return render(request, "exchange/contribution.html", context, status=422 if form is not None else 200)


def state_badge(row: models.Contribution) -> Badge:
    state = ContributionState(row.state)
    return Badge(_(state.label), TONES[state])


def _facts(found: Assembly) -> list[tuple[str, Any]]:
    return [
        (_("牵头部门"), organisations.titles([found.provider_uscc]).get(found.provider_uscc, found.provider_uscc)),
        (
            _("完整情况"),
            _("共 {total} 个分片，{joined} 个有供数部门，{loaded} 个已装载，{complete} 个在更新周期内").format(
                total=len(found.parts), joined=found.joined, loaded=found.loaded, complete=found.complete
            ),
        ),
        (_("行数"), found.rows),
        (_("供数标识写入"), found.mark_item),
        (_("行政区划写入"), found.region_item or "—"),
        (_("主键"), _("各部门之间也不重复") if found.unique_across else _("在供数部门内不重复")),
    ]


def _contribution_facts(row: models.Contribution) -> list[tuple[str, Any]]:
    names = organisations.titles([row.organisation, row.provider_uscc])
    pairs: list[tuple[str, Any]] = [
        (_("牵头部门"), names.get(row.provider_uscc, row.provider_uscc)),
        (_("供数部门"), names.get(row.organisation, row.organisation)),
        (_("供数标识"), row.mark),
        (_("邀请时间"), row.invited_at),
    ]
    if row.region_code:
        region = organisations.region_titles([row.region_code]).get(row.region_code, row.region_code)
        pairs.append((_("行政区划"), region))
    if row.note:
        pairs.append((_("邀请说明"), row.note))
    if row.answered_at:
        pairs.append((_("答复时间"), row.answered_at))
    if row.source_code:
        pairs += [(_("供数资源"), row.source_code), (_("行数"), row.rows)]
    if row.remark:
        pairs.append((_("原因"), row.remark))
    return pairs


def _part_rows(parts: Sequence[Part]) -> list[dict[str, Any]]:
    regions = organisations.region_titles({part.region_code for part in parts if part.region_code})
    names = organisations.titles({part.organisation for part in parts if part.organisation}, short=True)
    titles = catalogue.titles({part.source_code for part in parts if part.source_code})
    return [
        {
            "region": regions.get(part.region_code, part.region_code) or part.mark,
            "organisation": names.get(part.organisation, part.organisation) or "—",
            "state": Badge(_(part.state.label), PART_TONES[part.state]),
            "rows": part.rows,
            "loaded_at": part.loaded_at,
            "due_at": part.due_at,
            "source": (
                titles.get(part.source_code, part.source_code),
                reverse("catalogue:resource", args=[part.source_code]),
            )
            if part.source_code
            else None,
            "number": _link(part.contribution_no, "exchange:contribution", part.contribution_no),
        }
        for part in parts
    ]


def _link(words: str, url_name: str, code: str) -> tuple[str, str] | None:
    return (words, reverse(url_name, args=[code])) if code else None
