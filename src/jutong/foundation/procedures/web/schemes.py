"""内部流转设置: what a department puts before its requests, answers and submissions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.procedures import api, errors, plugs, policy, queries
from jutong.foundation.procedures.services.schemes import askable_posts
from jutong.foundation.procedures.values.inner import MAX_STEPS, Mode, SchemeStep, SchemeValue, Seat
from jutong.foundation.procedures.values.procedure import every_inner_kind
from jutong.foundation.procedures.web.forms import SchemeStepForm, ValidFromForm
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, decide
from jutong.ui.components import Column
from jutong.ui.formatting import listed_words


@require_GET
def schemes(request: SubjectRequest) -> HttpResponse:
    """What is laid down for each kind of matter, what the rules want besides, and what was before."""
    own, today = request.subject.organisation, local_day(clock.now())
    laid_down = api.schemes(own, by=request.subject)
    context = {
        "may_change": decide(request.subject, policy.LAY_DOWN_SCHEME, queries.scheme_facts(own)).allowed,
        "kinds": [
            {
                "key": kind.key,
                "title": _(kind.title),
                "steps": [_step(step) for step in queries.inner_steps(kind.key, own, on=today, opened_on=today)],
                "required": bool(rulebook.required_steps(kind.key, on=today)),
            }
            for kind in every_inner_kind().values()
        ],
        "columns": [
            Column("kind", _("事项")),
            Column("valid_from", _("生效日期"), "day"),
            Column("steps", _("环节")),
            Column("by", _("设置人")),
            Column("at", _("设置时间"), "moment"),
        ],
        "rows": [_row(scheme) for scheme in laid_down],
    }
    return render(request, "procedures/schemes.html", context)


def _step(step: SchemeStep) -> dict[str, Any]:
    return {
        "title": _(step.title),
        "who": listed_words(seat.person_name or _(seat.post.label) for seat in step.seats),
        "mode": _(step.mode.label) if len(step.seats) > 1 else "",
        "source": _(step.source.label),
        "article": _(step.article) if step.article else "",
    }


def _row(scheme: SchemeValue) -> dict[str, Any]:
    return {
        "kind": _(queries.inner_kind_title(scheme.kind)),
        "valid_from": scheme.valid_from,
        "steps": " → ".join(step.title for step in scheme.steps) or _("不设置"),
        "by": scheme.changed_by_name,
        "at": scheme.changed_at,
    }


@require_http_methods(["GET", "POST"])
def scheme(request: SubjectRequest, kind: str) -> HttpResponse:
    """Lay down the steps of one kind of matter: up to four, one after the other."""
    own, at = request.subject.organisation, clock.now()
    require(request.subject, policy.LAY_DOWN_SCHEME, queries.scheme_facts(own))
    found = every_inner_kind().get(kind)
    if found is None:
        raise errors.InnerKindUnknown(name=kind)
    forms = _forms(request, own, kind)
    day = ValidFromForm(request.POST or None)
    if request.method == "POST" and all([day.is_valid(), *(form.is_valid() for form in forms)]):
        steps = [(n, _read(form, own)) for n, form in enumerate(forms, start=1) if not form.empty]
        try:
            api.lay_down_scheme(
                organisation=own,
                kind=kind,
                steps=[step for _n, step in steps],
                valid_from=day.cleaned_data["valid_from"],
                by=request.subject,
                at=at,
            )
        except JutongError as error:
            _refuse(error, day, forms, [n for n, _step in steps])
        else:
            messages.success(request, _("内部流转已设置。"))
            return redirect("procedures:schemes")
    faulty = day.errors or any(form.errors for form in forms)
    context = {
        "title": _(found.title),
        "kind": kind,
        "steps": list(enumerate(forms, start=1)),
        "day": day,
        "action": reverse("procedures:scheme", args=[kind]),
    }
    return render(request, "procedures/scheme.html", context, status=422 if faulty else 200)


def _forms(request: SubjectRequest, organisation: str, kind: str) -> list[SchemeStepForm]:
    present = queries.scheme_rows(organisation).filter(kind=kind).first()
    steps = [SchemeStep.from_json(step) for step in present.steps] if present else []
    posts = askable_posts()
    return [
        SchemeStepForm(
            request.POST if request.method == "POST" else None,
            prefix=f"step{n}",
            posts=posts,
            initial=_filled(steps[n - 1]) if n <= len(steps) else {"mode": Mode.ALL.value},
        )
        for n in range(1, MAX_STEPS + 1)
    ]


def _filled(step: SchemeStep) -> dict[str, Any]:
    return {
        "title": step.title,
        "posts": [seat.post.value for seat in step.seats if not seat.person_no],
        "persons": ",".join(seat.person_no for seat in step.seats if seat.person_no),
        "mode": step.mode.value,
    }


def _read(form: SchemeStepForm, organisation: str) -> SchemeStep:
    data = form.cleaned_data
    seats = [Seat(Post(post)) for post in data["posts"]]
    wanted = [each.strip() for each in data["persons"].replace("，", ",").split(",") if each.strip()]
    at = clock.now()
    for person_no in wanted:
        post = next(
            (
                post
                for post in askable_posts()
                if any(person.person_no == person_no for person in plugs.people_in(post, organisation, at))
            ),
            # Nobody here by that number: whoever lays it down is told.
            Post.DATA_STEWARD,
        )
        seats.append(Seat(post, person_no))
    return SchemeStep(data["title"], tuple(seats), Mode(data["mode"] or Mode.ALL.value))


def _refuse(error: JutongError, day: ValidFromForm, forms: list[SchemeStepForm], numbers: list[int]) -> None:
    """Put an error beside the step it names: the n-th of those that were filled in."""
    words, field = error.words(_), error.field or ""
    if field.startswith("step") and field[4:].isdigit() and int(field[4:]) <= len(numbers):
        forms[numbers[int(field[4:]) - 1] - 1].add_error(None, words)
    else:
        day.add_error("valid_from" if field == "valid_from" else None, words)
