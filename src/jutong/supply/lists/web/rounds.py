"""清单批次: the rounds, one round with its entries, and what the bureau does with it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.procedures import api as procedures
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.supply.interchange import api as interchange
from jutong.supply.lists import models, policy, queries
from jutong.supply.lists.domain.errors import ListsError
from jutong.supply.lists.services import files, responsibilities, rounds
from jutong.supply.lists.values import ListKind, RoundState
from jutong.supply.lists.web import words
from jutong.supply.lists.web.demands import DEMANDS
from jutong.supply.lists.web.exclusions import EXCLUSIONS
from jutong.supply.lists.web.forms import FileForm, RoundForm
from jutong.supply.lists.web.responsibilities import RESPONSIBILITIES
from jutong.ui.components import Column
from jutong.ui.lists import Filter, Listing


def _rows(request: HttpRequest, found: Sequence[models.Round]) -> list[dict[str, Any]]:
    return [
        {
            "title": (row.title, reverse("lists:round", args=[row.round_no])),
            "round_no": row.round_no,
            "kind": words.list_title(row.kind),
            "opens_on": row.opens_on,
            "closes_on": row.closes_on,
            "state": words.round_badge(row),
            "edition": _("第 {number} 版").format(number=row.edition) if row.edition else "—",
        }
        for row in found
    ]


ROUNDS = Listing(
    name="lists.rounds",
    title=N_("清单批次"),
    section=N_("供需对接"),
    unit=N_("批"),
    columns=(
        Column("title", N_("批次名称"), "link", sort="title"),
        Column("round_no", N_("批次编号"), "code", sort="round_no"),
        Column("kind", N_("清单")),
        Column("opens_on", N_("开始日期"), "day", sort="opens_on"),
        Column("closes_on", N_("截止日期"), "day", sort="closes_on"),
        Column("state", N_("状态"), "badge"),
        Column("edition", N_("发布版本")),
    ),
    rows=_rows,
    search=("title", "round_no"),
    placeholder=N_("批次名称或编号"),
    filters=(Filter.of("kind", N_("清单"), ListKind), Filter.of("state", N_("状态"), RoundState)),
    default="-opened_at",
    api="/api/v1/lists/rounds",
)


@require_GET
def round_list(request: SubjectRequest) -> HttpResponseBase:
    """All rounds, the newest first."""
    require(request.subject, policy.VIEW_ROUND)
    context = {"may_keep": decide(request.subject, policy.KEEP_ROUND).allowed}
    return ROUNDS.respond(request, queries.rounds(request.subject), "lists/rounds.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest) -> HttpResponse:
    """Open a round."""
    require(request.subject, policy.KEEP_ROUND)
    today = clock.local_day(clock.now())
    form = RoundForm(request.POST or None, initial={"opens_on": today, "kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = rounds.open_a_round(**said | {"kind": ListKind(said["kind"])}, by=request.subject, at=clock.now())
        except JutongError as error:
            words.complain(form, error)
        else:
            messages.success(request, _("已开始批次 {round_no}。").format(round_no=row.round_no))
            return redirect("lists:round", row.round_no)
    status = 422 if request.method == "POST" else 200
    return render(request, "lists/round_form.html", {"form": form}, status=status)


@require_GET
def one(request: SubjectRequest, round_no: str) -> HttpResponseBase:
    """One round: its days, its entries, and the ways on."""
    row = queries.get_round(round_no, request.subject)
    return _page(request, row)


def _page(
    request: SubjectRequest, row: models.Round, *, form: FileForm | None = None, faults: Sequence[Any] = ()
) -> HttpResponseBase:
    kind, subject, open_now = ListKind(row.kind), request.subject, row.state == RoundState.OPEN
    own = Facts({Relation.CONSUMER: subject.organisation, Relation.PROVIDER: subject.organisation})
    enters = policy.ENTER_DEMAND if kind is ListKind.DEMAND else policy.PROPOSE_EXCLUSION
    may_enter = open_now and kind is not ListKind.RESPONSIBILITY and decide(subject, enters, own).allowed
    context = {
        "row": row,
        "state": words.round_badge(row),
        "kind": kind,
        "facts": [
            (_("清单"), words.list_title(row.kind)),
            (_("批次编号"), row.round_no),
            (_("填报时间"), f"{row.opens_on} — {row.closes_on}"),
            (_("填报要求"), row.note or "—"),
            (_("发布版本"), _("第 {number} 版").format(number=row.edition) if row.edition else "—"),
        ],
        "may_keep": open_now and decide(subject, policy.KEEP_ROUND).allowed,
        "may_enter": may_enter,
        "file_form": (form or FileForm()) if may_enter else None,
        "faults": faults,
        "fault_columns": [
            Column("row", _("行号"), "number"),
            Column("head", _("栏目")),
            Column("words", _("问题")),
        ],
        "edition_url": reverse("lists:edition", args=[row.kind, row.edition]) if row.edition else "",
        "case_url": reverse("procedures:case", args=[row.case_no]) if row.case_no else "",
        "api_path": f"/api/v1/lists/rounds/{row.round_no}",
    }
    listing, found = _entries(request, row, kind)
    status = 422 if form is not None and form.errors else 200
    return listing.respond(request, found, "lists/round.html", context, status=status)


def _entries(request: SubjectRequest, row: models.Round, kind: ListKind) -> tuple[Listing, Any]:
    if kind is ListKind.DEMAND:
        return DEMANDS, queries.demands(request.subject).filter(round=row)
    if kind is ListKind.RESPONSIBILITY:
        return RESPONSIBILITIES, queries.responsibilities(request.subject).filter(round=row)
    found = queries.exclusions(request.subject)
    return EXCLUSIONS, found.filter(round=row) | found.filter(removal=row)


def _acting(request: SubjectRequest, round_no: str, do: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, do())
    except (ListsError, procedures.NobodyToAct) as error:
        if error.kind not in words.TOLD_BESIDE:
            raise
        messages.error(request, error.words(_))
    return redirect("lists:round", round_no)


@require_POST
def hand_in(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Hand the round in for review."""

    def do() -> str:
        case_no = rounds.hand_in(round_no=round_no, by=request.subject, at=clock.now())
        return _("已提交审核（{case}）。").format(case=case_no)

    return _acting(request, round_no, do)


@require_POST
def drop(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Give the round up."""

    def do() -> str:
        rounds.drop_round(round_no=round_no, by=request.subject, at=clock.now())
        return _("批次已取消。")

    return _acting(request, round_no, do)


@require_POST
def draw_up(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Draw up what the responsibility list lacks."""

    def do() -> str:
        count = responsibilities.draw_up(
            round_no=round_no, provider=request.POST.get("provider", "")[:18], by=request.subject, at=clock.now()
        )
        return _("新拟订责任事项 {count} 项。").format(count=count)

    return _acting(request, round_no, do)


@require_POST
def ask(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Ask the departments to confirm."""

    def do() -> str:
        count = responsibilities.ask_confirmation(round_no=round_no, by=request.subject, at=clock.now())
        return _("已送 {count} 个部门确认。").format(count=count)

    return _acting(request, round_no, do)


@require_POST
def bring(request: SubjectRequest, round_no: str) -> HttpResponseBase:
    """Enter the rows of a file."""
    row = queries.get_round(round_no, request.subject)
    form, faults = FileForm(request.POST, request.FILES), []
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            numbers = files.bring(
                round_no=round_no, name=file.name, content=file.file, by=request.subject, at=clock.now()
            )
        except files.FileFaults as error:
            form.add_error("file", error.words(_))
            faults = [{"row": each.row, "head": _(each.head), "words": each.fault.words(_)} for each in error.faults]
        except (ListsError, interchange.FileRefused, procedures.NobodyToAct) as error:
            words.complain(form, error)
        else:
            messages.success(request, _("已导入 {count} 项。").format(count=len(numbers)))
            return redirect("lists:round", round_no)
    return _page(request, row, form=form, faults=faults)


@require_GET
def template(request: SubjectRequest, round_no: str) -> FileResponse:
    """The empty table of the round's list."""
    kind = ListKind(queries.get_round(round_no, request.subject).kind)
    return FileResponse(
        files.write_template(kind),
        as_attachment=True,
        filename=f"{words.list_title(kind)}_{_('模板')}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
