"""承建运维人员: whom firms sent, for which project, until when, and which official answers for them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.registry.accounts import api
from jutong.registry.accounts.middleware import identity_of
from jutong.registry.accounts.models import Appointment
from jutong.registry.accounts.values import AppointmentRef
from jutong.registry.accounts.web.sheets import csv_of
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Badge, Tone
from jutong.ui.formatting import day_words

PAGE_ROWS = 50
EXPORT_ROWS = 10_000


@require_GET
def contractors(request: SubjectRequest) -> HttpResponse:
    """The list for audit; those whose day has come can do nothing more, without anybody's doing."""
    rows = api.contractors(request.subject)
    if request.GET.get("format") == "csv":
        return _download(list(rows[:EXPORT_ROWS]))
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    places = {row.organisation for row in page}
    titles, keys = organisations.titles(places), api.keys_in_force(places, at=clock.now())
    context = {
        "page": page,
        "rows": [
            {
                "row": row,
                "organisation": titles.get(row.organisation, row.organisation),
                "keys": keys.get(row.organisation, 0),
                "state": _state(row),
            }
            for row in page
        ],
    }
    return render(request, "accounts/contractors.html", context)


@require_GET
def contract(request: SubjectRequest) -> HttpResponse:
    """A contractor's own tie, on his workbench; empty for all others."""
    number = identity_of(request).appointment_no
    held = api.appointments_held(request.subject.person_no, at=clock.now())
    mine = next((ref for ref in held if ref.appointment_no == number and ref.project), None)
    return render(request, "accounts/contract_panel.html", {"facts": _facts(mine) if mine else []})


def _facts(ref: AppointmentRef) -> list[tuple[str, str]]:
    titles = organisations.titles([ref.organisation])
    return [
        (_("所属项目"), ref.project),
        (_("单位"), titles.get(ref.organisation, ref.organisation)),
        (_("终止日期"), day_words(ref.ends_on)),
        (_("责任人"), ref.responsible.display_name if ref.responsible else ""),
    ]


def _state(row: Appointment) -> Badge:
    today = clock.local_day(clock.now())
    if row.ended_at is not None:
        return Badge(_("已终止"), Tone.MUTED)
    if row.ends_on is not None and row.ends_on < today:
        return Badge(_("到期自动终止"), Tone.MUTED)
    if row.starts_on > today:
        return Badge(_("尚未开始"), Tone.MUTED)
    if row.ends_on is not None and (row.ends_on - today).days < 30:
        return Badge(_("即将到期"), Tone.ATTENTION)
    return Badge(_("在岗"), Tone.GOOD)


def _download(rows: list[Appointment]) -> HttpResponse:
    places = {row.organisation for row in rows}
    titles, keys = organisations.titles(places), api.keys_in_force(places, at=clock.now())
    head = [
        _("编号"), _("姓名"), _("单位"), _("所属项目"), _("起始"), _("终止"), _("责任人"), _("状态"),
        _("本单位有效密钥数"),
    ]  # fmt: skip
    body = [
        (
            row.person.person_no,
            row.person.display_name,
            titles.get(row.organisation, row.organisation),
            row.project,
            day_words(row.starts_on),
            day_words(row.ends_on),
            row.responsible.display_name if row.responsible else "",
            _state(row).text,
            str(keys.get(row.organisation, 0)),
        )
        for row in rows
    ]
    return csv_of("contractors", head, body)
