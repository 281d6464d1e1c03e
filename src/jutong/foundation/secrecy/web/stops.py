"""保密检查: what was stopped, figures, one stop with its releases."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.foundation.secrecy import plugs, policy, queries
from jutong.foundation.secrecy.adapters import rules
from jutong.foundation.secrecy.domain.errors import SecrecyError
from jutong.foundation.secrecy.models import Release, Stop
from jutong.foundation.secrecy.services import releases
from jutong.foundation.secrecy.values import SentPart, StopFigures
from jutong.foundation.secrecy.web.forms import ReasonForm, SpanForm
from jutong.kernel import clock
from jutong.kernel.policy import POST_NAMES, Post, decide
from jutong.ui.components import Badge, Column, Tone, Total
from jutong.ui.formatting import listed_words, number_words

_PER_PAGE = 50
_FIGURE_DAYS = 365


@require_GET
def stop_list(request: SubjectRequest) -> HttpResponse:
    """The stops one may see, and their figures for those who oversee."""
    at = clock.now()
    today = clock.local_day(at)
    form = SpanForm(request.GET or None)
    span = form.cleaned_data if form.is_bound and form.is_valid() else {}
    first_day, last_day = span.get("first_day"), span.get("last_day")
    seen = queries.with_state(queries.stops(request.subject, first_day=first_day, last_day=last_day), at)
    page = Paginator(seen, _PER_PAGE).get_page(request.GET.get("page"))
    figures = None
    if decide(request.subject, policy.VIEW_FIGURES):
        first = first_day or today - timedelta(days=_FIGURE_DAYS)
        figures = queries.figures(request.subject, first_day=first, last_day=last_day or today)
    counted = set(figures.by_organisation) if figures else set()
    titles = plugs.titles(({row.organisation for row in page} | counted) - {""})
    context = {
        "form": form,
        "page": page,
        "columns": [
            Column("stop_no", _("拦截编号"), "link"),
            Column("at", _("时间"), "moment"),
            Column("organisation", _("单位")),
            Column("person", _("提交人"), "code"),
            Column("sign", _("标志种类")),
            Column("channel", _("位置")),
            Column("times", _("次数"), "number"),
            Column("state", _("状态"), "badge"),
        ],
        "rows": [_row(row, titles) for row in page],
    }
    if figures:
        context |= _figures(figures, last_day or today, titles)
    return render(request, "secrecy/stops.html", context)


def _figures(found: StopFigures, on: date, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "totals": [
            Total(number_words(found.stops), _("拦截"), _("次")),
            Total(number_words(found.released), _("经核实为误报"), _("项")),
        ],
        "sign_columns": [Column("name", _("标志种类")), Column("stops", _("次数"), "number")],
        "sign_rows": [{"name": _(rules.sign_name(sign, on)), "stops": n} for sign, n in found.by_sign.items()],
        "organisation_columns": [Column("name", _("单位")), Column("stops", _("次数"), "number")],
        "organisation_rows": [{"name": titles.get(o, o), "stops": n} for o, n in found.by_organisation.items()],
    }


def _row(row: Stop, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "stop_no": (row.stop_no, reverse("secrecy:stop", args=[row.stop_no])),
        "at": row.at,
        "organisation": titles.get(row.organisation, row.organisation),
        "person": row.person_no,
        "sign": _(rules.sign_name(row.sign, row.day)),
        "channel": _(SentPart(row.channel).label),
        "times": row.times,
        "state": _state(released=getattr(row, "released", False)),
    }


def _state(*, released: bool) -> Badge:
    if released:
        return Badge(_("已放行"), Tone.GOOD)
    return Badge(_("已拦截"), Tone.BAD)


@require_GET
def stop(request: SubjectRequest, stop_no: str) -> HttpResponse:
    """One stop: who, when, where, which kind of mark; never what."""
    return _page(request, stop_no, ReasonForm())


def _page(request: SubjectRequest, stop_no: str, form: ReasonForm, status: int = 200) -> HttpResponse:
    at = clock.now()
    row = queries.get_stop(stop_no, request.subject)
    live = queries.find_release(row.fingerprint, row.organisation, at)
    facts = queries.facts(row)
    own = row.person_no == request.subject.person_no
    context = {
        "stop": row,
        "state": _state(released=live is not None),
        "facts": [
            (_("拦截编号"), row.stop_no),
            (_("首次时间"), row.at),
            (_("最近时间"), row.last_at),
            (_("次数"), row.times),
            (_("单位"), plugs.titles([row.organisation])[row.organisation] if row.organisation else "—"),
            (_("提交人"), f"{row.person_no} · {_post(row)}"),
            (_("页面或接口"), row.route),
            (_("字段"), row.field or "—"),
            (_("位置"), _(SentPart(row.channel).label)),
            (_("文件类型"), row.ending.upper() or "—"),
            (_("标志种类"), listed_words(_(rules.sign_name(sign, row.day)) for sign in row.signs)),
            (_("词表版本"), row.rules),
            (_("指纹"), row.fingerprint),
        ],
        "columns": [
            Column("released_at", _("放行时间"), "moment"),
            Column("expires_at", _("有效期至"), "moment"),
            Column("by", _("放行人"), "code"),
            Column("reason", _("理由")),
            Column("state", _("状态"), "badge"),
        ],
        "rows": [_release_row(release, at) for release in queries.releases_of(row)],
        "form": form,
        "live": live,
        "own": own,
        "may_release": live is None and not own and decide(request.subject, policy.RELEASE, facts).allowed,
        "may_withdraw": live is not None and decide(request.subject, policy.WITHDRAW, facts).allowed,
        "release_days": rules.release_days(clock.local_day(at)),
    }
    return render(request, "secrecy/stop.html", context, status=status)


def _post(row: Stop) -> str:
    post = row.sent_by.get("post", "")
    return _(POST_NAMES[Post(post)]) if post in set(Post) else post


def _release_row(release: Release, at: datetime) -> dict[str, Any]:
    if release.withdrawn_at:
        state = Badge(_("已撤回"), Tone.MUTED, hint=release.withdrawal_reason)
    elif release.expires_at <= at:
        state = Badge(_("已到期"), Tone.MUTED)
    else:
        state = Badge(_("有效"), Tone.GOOD)
    return {
        "released_at": release.released_at,
        "expires_at": release.expires_at,
        "by": release.released_by.get("id", ""),
        "reason": release.reason,
        "state": state,
    }


@require_POST
def release(request: SubjectRequest, stop_no: str) -> HttpResponse:
    """放行误报."""
    return _act(request, stop_no, releases.release, _("已放行，提交人可在有效期内原样重新提交。"))


@require_POST
def withdraw(request: SubjectRequest, stop_no: str) -> HttpResponse:
    """撤回放行."""
    return _act(request, stop_no, releases.withdraw, _("放行已撤回，再次提交将被拦截。"))


def _act(request: SubjectRequest, stop_no: str, act: Any, done: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            act(stop_no=stop_no, reason=form.cleaned_data["reason"], by=request.subject, at=clock.now())
        except SecrecyError as error:
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
        else:
            messages.success(request, done)
            return redirect("secrecy:stop", stop_no)
    return _page(request, stop_no, form, status=422)
