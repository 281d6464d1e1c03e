"""The inbox, and the bell in the header of every page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.foundation.notices import queries
from jutong.foundation.notices.domain.wording import in_words
from jutong.foundation.notices.models import Notice
from jutong.foundation.notices.services import inbox as services
from jutong.kernel import clock
from jutong.kernel.text import N_
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Bulk, Listing, ticked


def _rows(request: HttpRequest, found: Sequence[Notice]) -> list[dict[str, Any]]:
    return [
        {
            "title": (in_words(notice.title, notice.parameters, _), reverse("notices:follow", args=[notice.id])),
            "body": in_words(notice.body, notice.parameters, _),
            "state": Badge(_("未读"), Tone.ACTIVE) if notice.read_at is None else Badge(_("已读"), Tone.MUTED),
            "at": notice.at,
            "tick": "" if notice.read_at else str(notice.id),
        }
        for notice in found
    ]


INBOX = Listing(
    name="notices.inbox",
    title=N_("我的通知"),
    section=N_("个人工作台"),
    unit=N_("条"),
    columns=(
        Column("title", N_("通知"), "link"),
        Column("body", N_("内容")),
        Column("state", N_("状态"), "badge"),
        Column("at", N_("时间"), "moment", sort="at"),
    ),
    rows=_rows,
    default="-at",
    page_rows=30,
    api="/api/v1/notices/",
    bulk=(Bulk(N_("标为已读"), "notices:read_several", "checks"),),
    empty=(N_("没有通知"), N_("与您岗位有关的待办、办结和到期提醒会出现在这里。")),
    icon="bell",
)


@require_GET
def inbox(request: SubjectRequest) -> HttpResponseBase:
    """我的通知."""
    unread_only = request.GET.get("unread") == "1"
    context = {"unread": queries.unread(request.subject), "unread_only": unread_only}
    found = queries.inbox(request.subject, unread_only=unread_only)
    return INBOX.respond(request, found, "notices/inbox.html", context)


@require_GET
def bell(request: SubjectRequest) -> HttpResponse:
    """The bell with the count of unread notices; every page asks for it anew each minute."""
    return render(request, "notices/bell.html", {"unread": queries.unread(request.subject)})


@require_GET
def follow(request: SubjectRequest, notice_id: int) -> HttpResponseRedirect:
    """Open what a notice is about, which reads it."""
    notice = services.mark_read(notice_id, by=request.subject, at=clock.now())
    return redirect(notice.link or "notices:inbox")


@require_POST
def read_all(request: SubjectRequest) -> HttpResponseRedirect:
    """Mark all as read."""
    services.mark_all_read(by=request.subject, at=clock.now())
    return redirect("notices:inbox")


@require_POST
def read_several(request: SubjectRequest) -> HttpResponseRedirect:
    """Mark the ticked ones as read; numbers that are none of the subject's change nothing."""
    numbers = [int(text) for text in ticked(request) if text.isascii() and text.isdigit() and len(text) < 19]
    count = services.mark_several_read(numbers, by=request.subject, at=clock.now())
    messages.success(request, _("已将 {count} 条通知标为已读。").format(count=count))
    return redirect("notices:inbox")
