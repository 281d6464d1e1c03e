"""通知设置: where one is told, of what, and when not."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.notices import adapters, policy, queries
from jutong.foundation.notices.services import contacts
from jutong.foundation.notices.values import Channel, Habits
from jutong.foundation.notices.web.forms import CodeForm, ContactForm, HabitsForm
from jutong.kernel import clock
from jutong.kernel.errors import JutongError, NotFound
from jutong.kernel.policy import Facts, Relation
from jutong.ui.components import Badge, Tone


@require_GET
def settings(request: SubjectRequest) -> HttpResponse:
    """The page."""
    return _page(request)


@require_POST
def set_habits(request: SubjectRequest) -> HttpResponse:
    """Keep channels, quiet hours and digest."""
    form = HabitsForm(adapters.offered(), _habits(request), request.POST)
    if form.is_valid():
        rest = {name: form.cleaned_data[name] for name in ("quiet", "quiet_from", "quiet_until", "digest")}
        try:
            contacts.set_habits(choices=form.choices(), **rest, by=request.subject, at=clock.now())
        except JutongError as error:
            form.add_error(error.field if error.field in form.fields else None, error.words(_))
        else:
            messages.success(request, _("通知设置已保存。"))
            return redirect("notices:settings")
    return _page(request, habits=form)


@require_POST
def enter(request: SubjectRequest, channel: str) -> HttpResponse:
    """Keep a contact point and send a code there."""
    which = _channel(channel)
    form = ContactForm(which, request.POST)
    if not form.is_valid():
        return _page(request, filled=form, channel=which)
    try:
        _contact, secret = contacts.enter_contact(
            which, form.cleaned_data["address"], by=request.subject, at=clock.now()
        )
    except JutongError as error:
        form.add_error("address", error.words(_))
        return _page(request, filled=form, channel=which)
    messages.success(request, _("验证码已发出，请在 10 分钟内填写。"))
    # A secret is shown this once, so this answer is the page itself.
    return _page(request, secret=secret.reveal_text()) if secret else redirect("notices:settings")


@require_POST
def confirm(request: SubjectRequest, channel: str) -> HttpResponse:
    """Confirm with the code."""
    which = _channel(channel)
    form = CodeForm(which, request.POST)
    if form.is_valid():
        try:
            contacts.confirm_contact(which, form.cleaned_data["code"], by=request.subject, at=clock.now())
        except JutongError as error:
            form.add_error("code", error.words(_))
        else:
            messages.success(request, _("联系方式已确认，今后会按您的设置发送通知。"))
            return redirect("notices:settings")
    return _page(request, code=form, channel=which)


@require_POST
def remove(request: SubjectRequest, channel: str) -> HttpResponse:
    """Forget a contact point."""
    contacts.remove_contact(_channel(channel), by=request.subject, at=clock.now())
    messages.success(request, _("联系方式已移除。"))
    return redirect("notices:settings")


def _channel(name: str) -> Channel:
    if name not in [channel.value for channel in Channel]:
        raise NotFound()
    return Channel(name)


def _habits(request: SubjectRequest) -> Habits:
    return queries.habits_of([request.subject.person_no])[request.subject.person_no]


def _page(
    request: SubjectRequest,
    *,
    habits: HabitsForm | None = None,
    filled: ContactForm | None = None,
    code: CodeForm | None = None,
    channel: Channel | None = None,
    secret: str = "",
) -> HttpResponse:
    require(request.subject, policy.MANAGE_CONTACTS, Facts({Relation.SELF: request.subject.person_no}))
    offered = adapters.offered()
    kept = {Channel(row.channel): row for row in queries.contacts(request.subject)}
    context = {
        "ways": [
            _way(
                each,
                kept.get(each),
                each in offered,
                filled if channel is each else None,
                code if channel is each else None,
            )
            for each in Channel
        ],
        "any_offered": bool(offered),
        "habits": habits or HabitsForm(offered, _habits(request)),
        "secret": secret,
    }
    refused = any(form is not None and form.errors for form in (habits, filled, code))
    return render(request, "notices/settings.html", context, status=422 if refused else 200)


def _way(
    channel: Channel, row: Any, offered: bool, filled: ContactForm | None, code: CodeForm | None
) -> dict[str, Any]:
    confirmed = row is not None and row.confirmed_at is not None
    return {
        "channel": channel.value,
        "title": _(channel.label),
        "offered": offered,
        "masked": row.masked if row else "",
        "confirmed": confirmed,
        "state": _state(row, confirmed),
        "form": filled or ContactForm(channel),
        "open": filled is not None or row is None,
        "code": (code or CodeForm(channel)) if row and not confirmed else None,
    }


def _state(row: Any, confirmed: bool) -> Badge:
    if row is None:
        return Badge(_("未登记"), Tone.MUTED)
    return Badge(_("已确认"), Tone.GOOD) if confirmed else Badge(_("待确认"), Tone.ATTENTION)
