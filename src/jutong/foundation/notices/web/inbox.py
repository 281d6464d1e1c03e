"""The inbox, and the bell in the header of every page."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
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
from jutong.ui.components import Badge, Fact, ListRow, Tone
from jutong.ui.formatting import moment_words

_PER_PAGE = 30


@require_GET
def inbox(request: SubjectRequest) -> HttpResponse:
    """我的通知."""
    unread_only = request.GET.get("unread") == "1"
    page = Paginator(queries.inbox(request.subject, unread_only=unread_only), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [_row(notice) for notice in page],
        "unread": queries.unread(request.subject),
        "unread_only": unread_only,
    }
    return render(request, "notices/inbox.html", context)


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


def _row(notice: Notice) -> ListRow:
    return ListRow(
        title=in_words(notice.title, notice.parameters, _),
        url=reverse("notices:follow", args=[notice.id]),
        summary=in_words(notice.body, notice.parameters, _),
        badges=[Badge(_("未读"), Tone.ACTIVE) if notice.read_at is None else Badge(_("已读"), Tone.MUTED)],
        facts=[Fact(moment_words(notice.at), icon="clock", name=_("时间"))],
    )
