"""People and appointments, for the three administrators."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.audit import api as audit
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, decide
from jutong.kernel.text import N_
from jutong.registry.accounts import api, policy
from jutong.registry.accounts.values import NewPerson
from jutong.registry.accounts.web.forms import AppointmentForm, PersonForm, refuse
from jutong.registry.accounts.web.telling import told
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Listing

PAGE_ROWS = 50
ORGANISATIONS_OFFERED = 1_000


def _people_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "person_no": row.person_no,
            "login_name": (row.login_name, reverse("accounts:person", args=[row.person_no])),
            "display_name": _(row.display_name) if row.display_name else "",
            "state": _state(row),
            "last_login": row.last_login,
        }
        for row in found
    ]


def _state(row: Any) -> Badge:
    if not row.is_active:
        return Badge(_("已停用"), Tone.MUTED)
    return Badge(_("待改密码"), Tone.ATTENTION) if row.must_change_password else Badge(_("正常"), Tone.GOOD)


PEOPLE = Listing(
    name="accounts.people",
    title=N_("人员账号"),
    section=N_("平台管理"),
    unit=N_("人"),
    columns=(
        Column("person_no", N_("编号"), "code", sort="person_no"),
        Column("login_name", N_("登录名"), "link", sort="login_name"),
        Column("display_name", N_("姓名"), sort="display_name"),
        Column("state", N_("状态"), "badge"),
        Column("last_login", N_("最近登录"), "moment", sort="last_login"),
    ),
    rows=_people_rows,
    search=("login_name", "display_name", "person_no"),
    placeholder=N_("登录名、姓名或编号"),
    default="person_no",
    page_rows=PAGE_ROWS,
    api="/api/v1/accounts/people",
    personal=True,
    record=audit.record_export,
    empty=(N_("没有符合条件的人员。"), N_("请更换关键词再看。")),
    icon="users",
)


@require_http_methods(["GET", "POST"])
def people(request: SubjectRequest) -> HttpResponseBase:
    """人员账号: the list, and creating an account."""
    require(request.subject, policy.CREATE_PERSON if request.method == "POST" else policy.VIEW_PEOPLE)
    form = PersonForm(request.POST or None)
    made: NewPerson | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = api.create_person(**form.cleaned_data, by=request.subject, at=clock.now())
            form = PersonForm()
        except JutongError as error:
            refuse(form, error)
    context = {
        "form": form if decide(request.subject, policy.CREATE_PERSON) else None,
        "made": made,
        "password": made.password.reveal_text() if made else "",
    }
    status = 422 if form.errors else 200
    return PEOPLE.respond(request, api.people(request.subject), "accounts/people.html", context, status=status)


@require_http_methods(["GET", "POST"])
def person(request: SubjectRequest, person_no: str) -> HttpResponse:
    """One account with its posts, and appointing."""
    api.visible_person(person_no, request.subject)
    if request.method == "POST":
        require(request.subject, policy.APPOINT)
    form = AppointmentForm(request.POST or None, initial={"starts_on": clock.local_day(clock.now())})
    if request.method == "POST" and form.is_valid():
        try:
            api.appoint(person_no=person_no, **form.cleaned_data, by=request.subject, at=clock.now())
            messages.success(request, _("任命已生效。"))
            return redirect("accounts:person", person_no)
        except JutongError as error:
            refuse(form, error)
    return _person_page(request, person_no, form)


@require_POST
@told
def disable(request: SubjectRequest, person_no: str) -> HttpResponseRedirect:
    """Disable an account at once, in an emergency without a hand-over."""
    api.disable_person(
        person_no=person_no,
        emergency="emergency" in request.POST,
        reason=request.POST.get("reason", ""),
        by=request.subject,
        at=clock.now(),
    )
    messages.success(request, _("账号已停用，其会话和令牌即时失效。"))
    return redirect("accounts:person", person_no)


@require_POST
def reset_password(request: SubjectRequest, person_no: str) -> HttpResponse:
    """Give out a one-time password; the answer shows it this once."""
    password = api.reset_password(person_no=person_no, by=request.subject, at=clock.now())
    return _person_page(request, person_no, AppointmentForm(), password.reveal_text())


@require_POST
@told
def end_appointment(request: SubjectRequest, appointment_no: int) -> HttpResponseRedirect:
    """Take a post from a person at once."""
    ref = api.end_appointment(appointment_no=appointment_no, by=request.subject, at=clock.now())
    messages.success(request, _("任职已终止，即时生效。"))
    return redirect("accounts:person", ref.person.person_no)


def _person_page(request: SubjectRequest, person_no: str, form: AppointmentForm, password: str = "") -> HttpResponse:
    found = api.visible_person(person_no, request.subject)
    held = list(api.appointments(request.subject).filter(person=found.pk).order_by("-starts_on", "-pk"))
    titles = organisations.titles({row.organisation for row in held})
    other = request.subject.person_no != person_no
    may_appoint = other and found.is_active and bool(decide(request.subject, policy.APPOINT))
    context = {
        "person": found,
        "posts": [
            {
                "row": row,
                "post": api.post_title(row.post),
                "organisation": titles.get(row.organisation, row.organisation),
                "may_end": other and row.ended_at is None and bool(decide(request.subject, policy.END_APPOINTMENT)),
            }
            for row in held
        ],
        "form": form if may_appoint else None,
        "organisations": organisations.choices()[:ORGANISATIONS_OFFERED] if may_appoint else [],
        "password": password,
        "may_disable": found.is_active and bool(decide(request.subject, policy.DISABLE_PERSON, api.facts(found))),
        "may_stop": found.is_active and request.subject.post is Post.SECURITY_ADMIN,
        "held": api.holdings(found.person_no, at=clock.now()) if decide(request.subject, policy.APPOINT) else [],
        "handover_url": reverse("accounts:handovers") + f"?person={person_no}",
        "may_reset": found.is_active and bool(decide(request.subject, policy.RESET_PASSWORD, api.facts(found))),
    }
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)
