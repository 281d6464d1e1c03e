"""Taking a transition, claiming a step, giving it back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jutong.base.http import SubjectRequest
from jutong.foundation.files import api as files
from jutong.foundation.procedures import api, queries
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.values.inner import Verdict
from jutong.foundation.procedures.web.cases import page_of
from jutong.foundation.procedures.web.forms import OpinionForm, TransitionForm
from jutong.kernel import clock
from jutong.kernel.errors import ErrorKind, JutongError


@require_POST
def take(request: SubjectRequest, case_no: str, transition: str) -> HttpResponse:
    """Take a transition with what its form asks for. A mistake shows the page again with all that was typed."""
    row = queries.get_case(case_no, request.subject)
    way = queries.procedure_of(row).find_transition(transition)
    if way is None:
        raise api.TransitionUnknown(name=transition)
    form = TransitionForm(way, queries.value_of(row), request.POST, request.FILES)
    if not form.is_valid():
        return page_of(request, row, form, status=422)
    try:
        kept = _keep_files(request, form)
        api.act(
            case_no,
            transition,
            by=request.subject,
            at=clock.now(),
            remark=form.cleaned_data["remark"],
            data=form.given(),
            attachments=kept,
            seen_revision=form.cleaned_data["seen_revision"],
        )
    except JutongError as error:
        if error.kind is not ErrorKind.INVALID:
            raise
        form.refuse(error)
        return page_of(request, Case.objects.get(pk=row.pk), form, status=422)
    messages.success(request, _("“{title}”已办理。").format(title=_(way.title)))
    return redirect(_page(row))


@require_POST
def propose(request: SubjectRequest, case_no: str, transition: str) -> HttpResponse:
    """Send what a transition is to be taken with round the department. Files are handed in with the transition."""
    row = queries.get_case(case_no, request.subject)
    way = queries.procedure_of(row).find_transition(transition)
    if way is None:
        raise api.TransitionUnknown(name=transition)
    form = TransitionForm(way, queries.value_of(row), request.POST, inside=True)
    if not form.is_valid():
        return page_of(request, row, form, status=422)
    try:
        api.propose(
            case_no,
            transition,
            by=request.subject,
            at=clock.now(),
            remark=form.cleaned_data["remark"],
            data=form.given(),
            seen_revision=form.cleaned_data["seen_revision"],
        )
    except JutongError as error:
        if error.kind is not ErrorKind.INVALID:
            raise
        form.refuse(error)
        return page_of(request, Case.objects.get(pk=row.pk), form, status=422)
    messages.success(request, _("已送本单位内部审签。"))
    return redirect(_page(row))


@require_POST
def give_opinion(request: SubjectRequest, case_no: str, seat_no: int) -> HttpResponse:
    """Say what one thinks where one is asked inside the department."""
    row = queries.get_case(case_no, request.subject)
    form = OpinionForm(request.POST, prefix=f"seat-{seat_no}")
    if form.is_valid():
        try:
            api.give_opinion(
                case_no,
                seat_no,
                verdict=Verdict(form.cleaned_data["verdict"]),
                remark=form.cleaned_data["remark"],
                by=request.subject,
                at=clock.now(),
            )
        except JutongError as error:
            if error.kind is not ErrorKind.INVALID:
                raise
            form.add_error("remark", error.words(_))
        else:
            messages.success(request, _("审签意见已提交。"))
            return redirect(_page(row))
    return page_of(request, Case.objects.get(pk=row.pk), opinion=form, status=422)


@require_POST
def take_back(request: SubjectRequest, case_no: str) -> HttpResponse:
    """Take back what one has sent round."""
    row = queries.get_case(case_no, request.subject)
    api.take_back(case_no, by=request.subject, at=clock.now())
    messages.success(request, _("已收回送审，可修改后重新送审。"))
    return redirect(_page(row))


@require_POST
def urge(request: SubjectRequest, case_no: str) -> HttpResponse:
    """Urge the open step."""
    row = queries.get_case(case_no, request.subject)
    api.urge(case_no, remark=request.POST.get("remark", ""), by=request.subject, at=clock.now())
    messages.success(request, _("已催办，办理人会收到通知。"))
    return redirect(_page(row))


@require_POST
def claim(request: SubjectRequest, case_no: str) -> HttpResponseRedirect:
    """Claim the present step; with `take_over`, also from a colleague."""
    api.claim(case_no, by=request.subject, at=clock.now(), take_over=request.POST.get("take_over") == "1")
    messages.success(request, _("已认领，由您办理。"))
    return redirect("procedures:case", case_no=case_no)


@require_POST
def release(request: SubjectRequest, case_no: str) -> HttpResponseRedirect:
    """Give a claim back."""
    api.release(case_no, by=request.subject, at=clock.now())
    messages.success(request, _("已退回认领，同岗位人员均可办理。"))
    return redirect("procedures:case", case_no=case_no)


def _keep_files(request: SubjectRequest, form: TransitionForm) -> list[str]:
    numbers = form.kept_files()
    for file in form.new_files():
        kept = files.keep(
            file.file,  # type: ignore[arg-type]
            name=file.name or "",
            media_type=file.content_type or "",
            by=request.subject.actor,
            at=clock.now(),
        )
        numbers.append(kept.no)
        form.keep_on(numbers)
    return numbers


def _page(row: Case) -> str:
    return reverse(queries.procedure_of(row).url_name, kwargs={"case_no": row.case_no})
