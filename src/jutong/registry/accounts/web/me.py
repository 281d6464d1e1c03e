"""One's own account: the posts to act in, password and second factor, API tokens."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.registry.accounts import api
from jutong.registry.accounts.middleware import act_as, identity_of
from jutong.registry.accounts.values import IssuedToken
from jutong.registry.accounts.web.forms import TokenForm, refuse
from jutong.registry.organisations import api as organisations


@require_GET
def account(request: SubjectRequest) -> HttpResponse:
    """账号与安全."""
    return _page(request, TokenForm())


@require_POST
def switch(request: SubjectRequest) -> HttpResponseRedirect:
    """Act in another post from now on; leads to the home of that post."""
    number = request.POST.get("appointment", "")
    try:
        act_as(request, int(number) if number.isascii() and number.isdigit() else 0, clock.now())
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("accounts:me")
    place = organisations.titles([request.subject.organisation]).get(request.subject.organisation, "")
    messages.success(
        request, _("您现在以“{place} {post}”的岗位操作。").format(place=place, post=_(request.subject.post.label))
    )
    wanted = request.POST.get("next", "")
    return redirect(wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/")


@require_GET
def posts_menu(request: SubjectRequest) -> HttpResponse:
    """The posts under the person's name in the header, to switch with one press."""
    return render(request, "accounts/posts_menu.html", {"posts": _posts(request)})


@require_POST
def issue_token(request: SubjectRequest) -> HttpResponse:
    """Issue a token; the answer shows it this once."""
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            issued = api.issue_token(**form.cleaned_data, by=request.subject, at=clock.now())
            return _page(request, TokenForm(), issued)
        except JutongError as error:
            refuse(form, error)
    return _page(request, form, status=422)


@require_POST
def revoke_token(request: SubjectRequest, token_no: str) -> HttpResponseRedirect:
    """Refuse a token from now on."""
    api.revoke_token(token_no=token_no, by=request.subject, at=clock.now())
    messages.success(request, _("令牌 {token_no} 已吊销，即时生效。").format(token_no=token_no))
    return redirect("accounts:me")


def _page(
    request: SubjectRequest, form: TokenForm, issued: IssuedToken | None = None, status: int = 200
) -> HttpResponse:
    obstacle = identity_of(request).obstacle
    context = {
        "person": identity_of(request).person,
        "obstacle": obstacle.words(_) if obstacle else "",
        "posts": _posts(request),
        "form": form,
        "token": issued.token.reveal_text() if issued else "",
        "tokens": list(api.tokens(request.subject)[:100]),
        "now": clock.now(),
    }
    return render(request, "accounts/me.html", context, status=status)


def _posts(request: SubjectRequest) -> list[dict[str, Any]]:
    identity = identity_of(request)
    held = api.appointments_held(identity.person.person_no, at=clock.now()) if identity.person else []
    titles = organisations.titles({ref.organisation for ref in held})
    return [
        {
            "number": ref.appointment_no,
            "post": _(ref.post.label),
            "organisation": titles.get(ref.organisation, ref.organisation),
            "office": ref.office,
            "deputy": ref.deputy,
            "ends_on": ref.ends_on,
            "current": ref.appointment_no == identity.appointment_no,
        }
        for ref in held
    ]
