"""采集对照: what foreign words mean here, as the bureau keeps it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.harvest import models, policy, queries
from jutong.supply.harvest.domain.words import NOTHING
from jutong.supply.harvest.services import wordbook
from jutong.supply.harvest.values import WordKind
from jutong.supply.harvest.web.forms import WordForm, refuse
from jutong.ui.components import Button, Column
from jutong.ui.lists import Filter, Listing
from jutong.ui.navigation import subject_of


def _word_rows(request: HttpRequest, found: Sequence[models.HarvestWord]) -> list[dict[str, Any]]:
    owners = organisations.titles({row.ours for row in found if row.kind == WordKind.ORGANISATION}, short=True)
    classes = catalogue.classification_names({row.ours for row in found if row.kind == WordKind.THEME})
    cycles = {str(cycle.value): _(cycle.label) for cycle in UpdateCycle}
    named = {WordKind.ORGANISATION: owners, WordKind.THEME: classes, WordKind.FREQUENCY: cycles}
    may_manage = decide(subject_of(request), policy.MANAGE_WORDS).allowed
    return [
        {
            "kind": _(WordKind(row.kind).label),
            "theirs": row.theirs,
            "ours": _("不采用") if row.ours == NOTHING else _both(row.ours, named.get(WordKind(row.kind), {})),
            "changed_at": row.changed_at,
            "actions": [
                Button(
                    _("移除"),
                    reverse("harvest:remove_word", args=[row.pk]),
                    method="post",
                    confirm=_("移除后，下次采集时该用词按平台默认处理，确定移除？"),
                )
            ]
            if may_manage
            else [],
        }
        for row in found
    ]


def _both(code: str, names: dict[str, str]) -> str:
    return f"{names[code]}（{code}）" if code in names and names[code] != code else code


WORDS = Listing(
    name="harvest.words",
    title=N_("采集对照"),
    section=N_("数据目录"),
    unit=N_("条"),
    columns=(
        Column("kind", N_("对照类别"), sort="kind"),
        Column("theirs", N_("来源用词"), sort="theirs"),
        Column("ours", N_("本平台用词")),
        Column("changed_at", N_("登记时间"), "moment", sort="changed_at"),
    ),
    rows=_word_rows,
    search=("theirs", "ours"),
    placeholder=N_("来源用词或本平台用词"),
    filters=(Filter.of("kind", N_("对照类别"), WordKind),),
    page_rows=100,
    actions=True,
    api="/api/v1/harvest/words",
    empty=(N_("尚无自定对照"), N_("更新周期、格式和常见许可协议已有平台默认；单位和主题分类须由数据发展局登记。")),
)


@require_http_methods(["GET", "POST"])
def word_list(request: SubjectRequest) -> HttpResponseBase:
    """The table, and for the bureau a new line."""
    require(request.subject, policy.VIEW_WORDS)
    may_manage = decide(request.subject, policy.MANAGE_WORDS).allowed
    form = WordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            wordbook.add_word(
                kind=WordKind(data["kind"]),
                theirs=data["theirs"],
                ours=data["ours"],
                by=request.subject,
                at=clock.now(),
            )
            messages.success(request, _("已登记，下次采集时生效。"))
            return redirect("harvest:words")
        except JutongError as error:
            refuse(form, error)
    context = {"form": form if may_manage else None}
    status = 422 if form.errors else 200
    return WORDS.respond(request, queries.words(request.subject), "harvest/words.html", context, status=status)


@require_POST
def remove(request: SubjectRequest, word_id: int) -> HttpResponse:
    """移除."""
    wordbook.remove_word(word_id=word_id, by=request.subject, at=clock.now())
    messages.success(request, _("已移除。"))
    return redirect("harvest:words")
