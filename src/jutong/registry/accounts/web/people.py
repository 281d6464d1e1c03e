"""People and appointments, for the three administrators."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, decide
from jutong.registry.accounts import api, policy
from jutong.registry.accounts.values import NewPerson
from jutong.registry.accounts.web.forms import AppointmentForm, PersonForm, refuse
from jutong.registry.accounts.web.telling import told
from jutong.registry.organisations import api as organisations

PAGE_ROWS = 50
ORGANISATIONS_OFFERED = 1_000


@require_http_methods(["GET", "POST"])
def people(request: SubjectRequest) -> HttpResponse:
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
    words = request.GET.get("q", "").strip()
    rows = api.people(request.subject)
    if words:
        rows = rows.filter(Q(login_name__icontains=words) | Q(display_name__icontains=words) | Q(person_no=words))
    context = {
        "page": Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page")),
        "q": words,
        "form": form if decide(request.subject, policy.CREATE_PERSON) else None,
        "made": made,
        "password": made.password.reveal_text() if made else "",
    }
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


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
        reason=request.POST.get("reason", "")[:200],
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
        "organisations": organisations.departments()[:ORGANISATIONS_OFFERED] if may_appoint else [],
        "password": password,
        "may_disable": found.is_active and bool(decide(request.subject, policy.DISABLE_PERSON, api.facts(found))),
        "may_stop": found.is_active and request.subject.post is Post.SECURITY_ADMIN,
        "held": api.holdings(found.person_no, at=clock.now()) if decide(request.subject, policy.APPOINT) else [],
        "handover_url": reverse("accounts:handovers") + f"?person={person_no}",
        "may_reset": found.is_active and bool(decide(request.subject, policy.RESET_PASSWORD, api.facts(found))),
    }
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)
