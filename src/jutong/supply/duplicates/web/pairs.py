"""疑似重复采集: the reviewers' queue, one pair with its evidence, the decision, and the search that finds them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.procedures import api as procedures
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.duplicates import models, policy, queries
from jutong.supply.duplicates.domain.errors import (
    NegotiationOpen,
    NegotiationUnderWay,
    NotADuplicate,
    ReasonMissing,
    SearchRunning,
)
from jutong.supply.duplicates.services import judging, negotiating, searching
from jutong.supply.duplicates.values import Judgement, SearchState
from jutong.ui.components import Badge, Column, Progress, Tone, render_progress
from jutong.ui.lists import Filter, Listing

TONES = {
    Judgement.OPEN: Tone.ATTENTION,
    Judgement.DUPLICATE: Tone.BAD,
    Judgement.RELATED: Tone.ACTIVE,
    Judgement.DIFFERENT: Tone.MUTED,
}
SEARCH_TONES = {SearchState.RUNNING: Tone.ACTIVE, SearchState.DONE: Tone.GOOD, SearchState.FAILED: Tone.BAD}

BY_WORDS = {
    "title": N_("名称相同或同义"),
    "whole": N_("拆分或合并"),
    "letters": N_("拼音或字段名一致"),
    "values": N_("取值相同"),
    "near": N_("名称主要部分相同"),
}


def judgement_badge(row: models.Pair) -> Badge:
    judgement = Judgement(row.judgement)
    return Badge(_(judgement.label), TONES[judgement])


def _rows(request: HttpRequest, found: Sequence[models.Pair]) -> list[dict[str, Any]]:
    resources = catalogue.resources({code for row in found for code in (row.first_code, row.second_code)})
    names = organisations.titles({resource.provider_uscc for resource in resources.values()}, short=True)

    def words(code: str) -> tuple[str, str]:
        resource = resources.get(code)
        uscc = resource.provider_uscc if resource else ""
        return (resource.title if resource else code), names.get(uscc, uscc)

    rows = []
    for row in found:
        (first, one), (second, other) = words(row.first_code), words(row.second_code)
        rows.append(
            {
                "pair": (row.pair_no, reverse("duplicates:pair", args=[row.pair_no])),
                "first": first,
                "first_provider": one,
                "second": second,
                "second_provider": other,
                "score": f"{row.score:.0%}",
                "items": len(row.evidence["items"]),
                "judgement": judgement_badge(row),
                "found_at": row.found_at,
                "judged_at": row.judged_at,
            }
        )
    return rows


PAIRS = Listing(
    name="duplicates.pairs",
    title=N_("疑似重复采集"),
    section=N_("数据目录"),
    unit=N_("组"),
    columns=(
        Column("pair", N_("编号"), "link", sort="pair_no"),
        Column("first", N_("数据资源")),
        Column("first_provider", N_("提供部门")),
        Column("second", N_("疑似重复的资源")),
        Column("second_provider", N_("提供部门")),
        Column("score", N_("相似度"), sort="score"),
        Column("items", N_("相同数据项"), "number"),
        Column("judgement", N_("认定结果"), "badge"),
        Column("found_at", N_("发现时间"), "moment", sort="found_at"),
        Column("judged_at", N_("认定时间"), "moment", only="file"),
    ),
    rows=_rows,
    search=("pair_no", "first_code", "second_code"),
    placeholder=N_("编号或资源代码"),
    filters=(Filter.of("judgement", N_("认定结果"), Judgement),),
    default="-score",
    empty=(N_("没有发现疑似重复的资源"), N_("由大数据局点“全部重新查找”，比较各部门已发布的目录。")),
    api="/api/v1/duplicates/pairs",
)


@require_GET
def pairs(request: SubjectRequest) -> HttpResponseBase:
    """Pairs that look like the same data, the likeliest first."""
    require(request.subject, policy.VIEW_PAIRS)
    last = queries.latest_search()
    context = {
        "progress": progress_of(last) if last and last.state == SearchState.RUNNING else None,
        "last": last,
        "may_start": decide(request.subject, policy.START_SEARCH).allowed
        and not (last and last.state == SearchState.RUNNING),
    }
    return PAIRS.respond(request, queries.pairs(request.subject), "duplicates/pairs.html", context)


@require_POST
def start(request: SubjectRequest) -> HttpResponse:
    """Have the worker search."""
    try:
        searching.start_search(everything=request.POST.get("everything") == "1", by=request.subject, at=clock.now())
    except SearchRunning as fault:
        messages.error(request, fault.words(_))
    return redirect("duplicates:pairs")


@require_GET
def progress(request: SubjectRequest) -> HttpResponse:
    """The bar of the search under way; at its end the page is fetched anew, with what was found."""
    require(request.subject, policy.VIEW_PAIRS)
    last = queries.latest_search()
    if last is None:
        return HttpResponse()
    response = render_progress(request, progress_of(last))
    if last.state != SearchState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


def progress_of(row: models.Search) -> Progress:
    state = SearchState(row.state)
    return Progress(
        title=_("查找重复采集"),
        done=row.done,
        total=row.total or None,
        url=reverse("duplicates:progress"),
        running=state is SearchState.RUNNING,
        state=Badge(_(state.label), SEARCH_TONES[state]),
        unit=_("个资源"),
        as_of=row.moved_at,
    )


@require_GET
def pair(request: SubjectRequest, pair_no: str) -> HttpResponse:
    """One pair: both resources beside each other, what speaks for it, and the decision."""
    row = queries.get_pair(pair_no, request.subject)
    found = catalogue.resources([row.first_code, row.second_code])
    names = organisations.titles({resource.provider_uscc for resource in found.values()})
    party = queries.open_participation([row.first_code, row.second_code])
    may_judge = decide(request.subject, policy.JUDGE_PAIRS).allowed
    context = {
        "row": row,
        "state": judgement_badge(row),
        "sides": [_side(code, found.get(code), names) for code in (row.first_code, row.second_code)],
        "signals": signals(row),
        "columns": [
            Column("first", _("数据项")),
            Column("first_column", _("字段"), "code"),
            Column("second", _("疑似重复的数据项")),
            Column("second_column", _("字段"), "code"),
            Column("by", _("依据")),
            Column("contained", _("取值重合")),
        ],
        "items": [
            {
                **item,
                "by": _(BY_WORDS[item["by"]]),
                "contained": "—" if item["contained"] is None else f"{item['contained']:.0%}",
            }
            for item in row.evidence["items"]
        ],
        "choices": [
            (each.value, _(each.label)) for each in (Judgement.DUPLICATE, Judgement.RELATED, Judgement.DIFFERENT)
        ],
        "may_judge": may_judge,
        "negotiation": party.negotiation if party else None,
        "may_negotiate": row.judgement == Judgement.DUPLICATE
        and party is None
        and decide(request.subject, policy.OPEN_NEGOTIATION).allowed,
        "api_path": f"/api/v1/duplicates/pairs/{row.pair_no}",
    }
    return render(request, "duplicates/pair.html", context)


@require_POST
def judge(request: SubjectRequest, pair_no: str) -> HttpResponse:
    """Keep the decision."""
    try:
        given = Judgement(request.POST.get("judgement", ""))
    except ValueError:
        given = Judgement.OPEN
    try:
        judging.judge(
            pair_no=pair_no,
            judgement=given,
            reason=request.POST.get("reason", ""),
            by=request.subject,
            at=clock.now(),
        )
        messages.success(request, _("已认定：{judgement}。").format(judgement=_(given.label)))
    except (ReasonMissing, NegotiationUnderWay) as fault:
        messages.error(request, fault.words(_))
    return redirect("duplicates:pair", pair_no)


@require_POST
def negotiate(request: SubjectRequest, pair_no: str) -> HttpResponse:
    """Begin the negotiation of the source."""
    try:
        case_no = negotiating.open_negotiation(pair_no=pair_no, by=request.subject, at=clock.now())
    except (NotADuplicate, NegotiationOpen, procedures.NobodyToAct) as fault:
        messages.error(request, fault.words(_))
        return redirect("duplicates:pair", pair_no)
    return redirect("duplicates:negotiation", case_no)


def signals(row: models.Pair) -> list[tuple[str, Any]]:
    """What speaks for a pair, in words and shares."""
    likeness = row.evidence["likeness"]
    found = [
        (_("综合相似度"), f"{row.score:.0%}"),
        (_("数据项重合（多的一方）"), f"{likeness['matched']:.0%}"),
        (_("数据项重合（少的一方）"), f"{likeness['matched_both']:.0%}"),
        (_("特有数据项重合"), f"{likeness['covered']:.0%}"),
        (_("名称相似"), f"{likeness['title']:.0%}"),
        (_("依据的法规相同"), f"{likeness['basis']:.0%}"),
    ]
    if likeness["compared"]:
        found.append(
            (_("取值重合（比对 {count} 个字段）").format(count=likeness["compared"]), f"{likeness['contained']:.0%}")
        )
    else:
        found.append((_("取值重合"), _("未比对（双方未都挂载，或没有取值足够多的字段）")))
    return found


def _side(code: str, resource: Any, names: dict[str, str]) -> dict[str, Any]:
    if resource is None:
        return {"code": code, "title": code, "facts": []}
    content = resource.content
    return {
        "code": code,
        "title": resource.title,
        "facts": [
            (_("提供部门"), names.get(resource.provider_uscc, resource.provider_uscc)),
            (_("内设机构"), content.provider_office or "—"),
            (_("摘要"), content.summary or "—"),
            (_("数据项数"), len(resource.items)),
            (_("发布日期"), resource.published_on or "—"),
            (_("首次挂载"), resource.mounted_at or "—"),
        ],
    }
