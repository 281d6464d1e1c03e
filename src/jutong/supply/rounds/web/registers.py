"""权责清单与信息系统: the two registers that planning rests on, each with the way to bring a file."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.supply.rounds import domain, policy, queries
from jutong.supply.rounds.services import registers
from jutong.supply.rounds.web import forms
from jutong.supply.rounds.web.words import done
from jutong.ui.components import Column
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Listing


def _duty_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    names = queries.named(row.department_uscc for row in found)
    return [
        {
            "department": names.get(row.department_uscc, row.department_uscc),
            "duty_no": row.duty_no,
            "name": row.name,
            "basis": row.basis or "—",
            "changed_at": row.changed_at,
        }
        for row in found
    ]


DUTIES = Listing(
    name="rounds.duties",
    title=N_("权责清单"),
    section=N_("数据目录"),
    unit=N_("项"),
    columns=(
        Column("department", N_("部门")),
        Column("duty_no", N_("权责编号"), "code", sort="duty_no"),
        Column("name", N_("权责名称"), sort="name"),
        Column("basis", N_("依据")),
        Column("changed_at", N_("登记时间"), "moment", sort="changed_at"),
    ),
    rows=_duty_rows,
    search=("name", "duty_no", "basis"),
    placeholder=N_("权责名称、编号或依据"),
    api="/api/v1/rounds/duties",
)


def _system_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    names = queries.named(row.department_uscc for row in found)
    return [
        {
            "department": names.get(row.department_uscc, row.department_uscc),
            "name": row.name,
            "note": row.note or "—",
            "changed_at": row.changed_at,
        }
        for row in found
    ]


SYSTEMS = Listing(
    name="rounds.systems",
    title=N_("信息系统"),
    section=N_("数据目录"),
    unit=N_("个"),
    columns=(
        Column("department", N_("部门")),
        Column("name", N_("信息系统名称"), sort="name"),
        Column("note", N_("说明")),
        Column("changed_at", N_("登记时间"), "moment", sort="changed_at"),
    ),
    rows=_system_rows,
    search=("name", "note"),
    placeholder=N_("系统名称或说明"),
    api="/api/v1/rounds/systems",
)


@require_http_methods(["GET", "POST"])
def duties(request: SubjectRequest) -> HttpResponseBase:
    """The duties of departments; a file brings more."""
    return _register(request, DUTIES, queries.duties(request.subject), registers.import_duties, domain.DUTY_HEADS)


@require_http_methods(["GET", "POST"])
def systems(request: SubjectRequest) -> HttpResponseBase:
    """The information systems of departments; a file brings more."""
    return _register(request, SYSTEMS, queries.systems(request.subject), registers.import_systems, domain.SYSTEM_HEADS)


def _register(
    request: SubjectRequest, listing: Listing, found: Any, bring: Callable[..., int], heads: Sequence[str]
) -> HttpResponseBase:
    require(request.subject, policy.VIEW_REGISTER)
    own = Facts({Relation.PROVIDER: request.subject.organisation})
    may_keep = decide(request.subject, policy.KEEP_REGISTER, own).allowed
    form = forms.TableForm(request.POST or None, request.FILES or None)
    count = []
    if request.method == "POST":
        require(request.subject, policy.KEEP_REGISTER, own)
        if done(
            form,
            lambda told: count.append(
                bring(file_name=told["file"].name, content=told["file"].file, by=request.subject, at=clock.now())
            ),
        ):
            messages.success(request, _("已登记 {count} 项。").format(count=count[0]))
            return redirect(request.path)
    context = {
        "form": form if may_keep else None,
        "heads": listed_words(_(head) for head in heads),
        "other": ("rounds:systems", _("信息系统")) if listing is DUTIES else ("rounds:duties", _("权责清单")),
    }
    return listing.respond(request, found, "rounds/register.html", context, status=422 if form.errors else 200)
