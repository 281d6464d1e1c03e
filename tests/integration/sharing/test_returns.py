"""A request returned for completion, and a request or answer that goes round its department first."""

from datetime import date

import pytest

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import domain, models, queries, services
from jutong.delivery.sharing.values import Consent, RequestState
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Clock
from jutong.foundation.procedures.services import timekeeping
from jutong.foundation.procedures.values import SchemeStep, Seat, Verdict
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.integration.sharing.conftest import AT, days, settle

pytestmark = pytest.mark.django_db

NOTE = "一、请注明依据条款；二、请说明业务场景。"
GAPS = ["basis_missing", "purpose_unclear"]


@pytest.fixture
def asked(town, residents):
    return town.ask(residents, "gmsfhm", "xm")


def row(request_no):
    return models.DataRequest.objects.get(request_no=request_no)


def send_back(request_no, by, at=AT, remark=NOTE):
    services.send_back(request_no=request_no, gaps=GAPS, remark=remark, by=by.subject, at=at)


def complete(request_no, town, at, **changes):
    services.complete(request_no=request_no, remark="已补充", by=town.consumer.subject, at=at, **changes)


@pytest.mark.source("Art. 22(2)")
def test_a_returned_request_holds_the_bureaus_clock_and_goes_on_with_the_days_left(town, asked):
    send_back(asked, town.reviewer, at=AT + days(1))
    assert row(asked).state == RequestState.COMPLETING
    assert Clock.objects.get(ended_at=None).due_on == date(2026, 12, 8), "ten working days of the applicant"

    complete(asked, town, AT + days(7), legal_basis="婚姻登记条例第四条")

    clock = Clock.objects.get(ended_at=None)
    assert (row(asked).state, clock.step) == (RequestState.REVIEWING, "review")
    assert (clock.limit_amount, clock.used_before, clock.due_on) == (1, 1, date(2026, 12, 1))


@pytest.mark.source("Art. 22(3)")
def test_the_provider_can_have_a_request_completed_too_and_the_grant_bears_what_was_completed(town, asked):
    services.forward(request_no=asked, by=town.reviewer.subject, at=AT)
    send_back(asked, town.provider, at=AT + days(1))
    complete(asked, town, AT + days(2), purpose="婚姻登记时核验当事人身份")
    assert row(asked).state == RequestState.ANSWERING
    sharing.consent(request_no=asked, consent=Consent(("gmsfhm", "xm")), by=town.provider.subject, at=AT + days(2))

    grant_no = sharing.push(request_no=asked, by=town.reviewer.subject, at=AT + days(2))

    terms = sharing.get_grant(grant_no).terms
    assert terms.purpose == "婚姻登记时核验当事人身份"
    assert terms.legal_basis == town.wish().legal_basis
    assert row(asked).wish["purpose"] == town.wish().purpose, "what was first asked stays as it was"


def test_a_completion_that_completes_nothing_useful_is_refused(town, asked):
    send_back(asked, town.reviewer)

    with pytest.raises(domain.PurposeMissing):
        complete(asked, town, AT, purpose="无")
    assert row(asked).state == RequestState.COMPLETING


def test_who_does_not_complete_in_time_is_deemed_to_have_withdrawn(town, asked):
    send_back(asked, town.reviewer)
    last = Clock.objects.get(ended_at=None).due_on

    timekeeping.keep_time(at=AT + days((last - AT.date()).days))
    assert row(asked).state == RequestState.COMPLETING
    timekeeping.keep_time(at=AT + days((last - AT.date()).days + 1))

    assert row(asked).state == RequestState.WITHDRAWN
    case = procedures.case(asked)
    assert (case.outcome, procedures.history(asked)[-1].by.kind) == ("withdrawn", "platform")


def test_a_second_return_wants_a_second_reviewer_and_the_clock_runs_on(town, asked):
    second = settle(Post.BUREAU_REVIEWER, organisations.bureau(), "second")
    send_back(asked, town.reviewer)
    complete(asked, town, AT)

    send_back(asked, town.reviewer)
    assert row(asked).state == RequestState.REVIEWING, "proposed, not done"
    [task] = [task for task in procedures.tasks_for(second.subject, at=AT) if task.inner]
    assert task.case_no == asked
    [seat] = procedures.inner_runs(asked, by=second.subject)[-1].steps[0].seats
    procedures.give_opinion(asked, seat.seat_no, verdict=Verdict.AGREE, by=second.subject, at=AT + days(1))
    send_back(asked, town.reviewer, at=AT + days(1))

    assert row(asked).state == RequestState.COMPLETING
    assert Clock.objects.filter(step="review").order_by("id").last().used == 1


def test_returns_in_different_steps_count_together(town, asked):
    coordinator = settle(Post.DATA_COORDINATOR, town.provider.subject.organisation, "coordinator")
    send_back(asked, town.reviewer)
    complete(asked, town, AT)
    services.forward(request_no=asked, by=town.reviewer.subject, at=AT)

    send_back(asked, town.provider)

    assert row(asked).state == RequestState.ANSWERING
    assert [task.inner for task in procedures.tasks_for(coordinator.subject, at=AT)] == ["再次退回复核"]


# --- Inner steps -----------------------------------------------------------------------------------------------------
@pytest.fixture
def chief(town):
    """The consumer's cloud chief, who wants to see its requests before they go out."""
    found = settle(Post.CLOUD_CHIEF, town.consumer.subject.organisation, "chief")
    procedures.lay_down_scheme(
        organisation=found.subject.organisation,
        kind="sharing.request",
        steps=[SchemeStep("云长审签", (Seat(Post.CLOUD_CHIEF),))],
        by=found.subject,
        at=AT,
    )
    return found


def test_a_request_goes_round_its_department_before_anybody_else_knows_of_it(town, residents, chief):
    request_no = town.ask(residents, "gmsfhm")
    assert row(request_no).state == RequestState.PREPARING
    assert not Clock.objects.exists(), "nobody's limit runs yet"
    with pytest.raises(domain.NoSuchRequest):
        queries.view_request_row(request_no, town.provider.subject)
    with pytest.raises(NotFound):
        procedures.visible_case(request_no, by=town.provider.subject)

    [seat] = procedures.inner_runs(request_no, by=chief.subject)[-1].steps[0].seats
    procedures.give_opinion(request_no, seat.seat_no, verdict=Verdict.AGREE, by=chief.subject, at=AT)
    services.hand_in(request_no=request_no, by=town.consumer.subject, at=AT + days(1))

    assert row(request_no).state == RequestState.REVIEWING
    assert procedures.visible_case(request_no, by=town.provider.subject).state == "review"
    assert Clock.objects.get().due_on == date(2026, 11, 26), "two working days from the handing-in"


def test_what_needs_no_decision_goes_round_nowhere(town, shops, chief):
    assert row(town.ask(shops)).state == RequestState.GRANTED


def test_an_answer_with_exact_masks_passes_after_the_departments_word_on_its_items(town, asked):
    coordinator = settle(Post.DATA_COORDINATOR, town.provider.subject.organisation, "coordinator")
    procedures.lay_down_scheme(
        organisation=town.provider.subject.organisation,
        kind="sharing.answer",
        steps=[SchemeStep("审核专员", (Seat(Post.DATA_COORDINATOR),))],
        by=coordinator.subject,
        at=AT,
    )
    services.forward(request_no=asked, by=town.reviewer.subject, at=AT)
    answer = Consent(("gmsfhm",), {})
    sharing.consent(request_no=asked, consent=answer, by=town.provider.subject, at=AT)
    assert row(asked).state == RequestState.ANSWERING, "it goes round the department first"
    [seat] = procedures.inner_runs(asked, by=coordinator.subject)[-1].steps[0].seats
    procedures.give_opinion(asked, seat.seat_no, verdict=Verdict.AGREE, by=coordinator.subject, at=AT)

    with pytest.raises(procedures.InnerContentDiffers):
        sharing.consent(request_no=asked, consent=Consent(("gmsfhm", "xm")), by=town.provider.subject, at=AT)
    sharing.consent(request_no=asked, consent=answer, by=town.provider.subject, at=AT)

    assert row(asked).state == RequestState.PUSHING


# --- Faces -----------------------------------------------------------------------------------------------------------
def call(holder, request_no, what, body, status=200):
    answer = holder.caller.post(f"/api/v1/sharing/requests/{request_no}/{what}", body, "application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_return_and_completion_over_the_api(town, asked):
    refused = call(town.reviewer, asked, "return", {"gaps": ["nothing_known"], "remark": NOTE}, status=422)
    assert refused["field"] == "gaps"
    assert call(town.reviewer, asked, "return", {"gaps": GAPS, "remark": NOTE})["state"] == "completing"

    done = call(town.consumer, asked, "completion", {"remark": "已补充", "legal_basis": "婚姻登记条例第四条"})

    assert (done["state"], done["legal_basis"]) == ("reviewing", "婚姻登记条例第四条")
    late = call(town.consumer, asked, "completion", {"remark": "再补充"}, status=409)
    assert late["code"] in {"step_already_taken", "transition_not_now"}


def test_handing_in_over_the_api_sends_round_first(town, residents, chief):
    request_no = town.ask(residents, "gmsfhm")
    open_one = call(town.consumer, request_no, "handing-in", {}, status=409)
    assert open_one["code"] == "inner_run_open"
    [seat] = procedures.inner_runs(request_no, by=chief.subject)[-1].steps[0].seats
    procedures.give_opinion(request_no, seat.seat_no, verdict=Verdict.AGREE, by=chief.subject, at=AT)

    assert call(town.consumer, request_no, "handing-in", {})["state"] == "reviewing"


def test_the_case_page_offers_the_return_with_its_reasons(town, asked):
    page = town.reviewer.browser.get(f"/procedures/cases/{asked}/").content.decode()

    for words in ("退回补正", "一次性告知的全部补正内容", "申请依据缺失或未引用条款"):
        assert words in page
