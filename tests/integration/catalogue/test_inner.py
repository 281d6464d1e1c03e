"""A draft goes round its own department before it is submitted, where the department wants it so."""

import pytest

from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import SchemeStep, Seat, Verdict
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.values import DraftState
from tests.integration.catalogue.conftest import shops, uscc_of
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(tree):
    return holder_of(Post.DATA_STEWARD, uscc_of("scjgj")).subject


@pytest.fixture
def bureau(tree):
    return holder_of(Post.BUREAU_REVIEWER).subject


@pytest.fixture
def chief(tree):
    found = holder_of(Post.CLOUD_CHIEF, uscc_of("scjgj")).subject
    procedures.lay_down_scheme(
        organisation=found.organisation,
        kind="catalogue.submission",
        steps=[SchemeStep("分管领导审签", (Seat(Post.CLOUD_CHIEF),))],
        by=found,
        at=clock.now(),
    )
    return found


@pytest.fixture
def draft_no(steward, bureau):
    return catalogue.create_draft(content=shops(steward), by=steward, at=clock.now())


def state_of(draft_no):
    return DraftState(queries.get_draft_row(draft_no).state)


def submit(draft_no, by):
    return services.submit(draft_no=draft_no, by=by, at=clock.now())


def say(case_no, by, verdict, remark=""):
    [seat] = procedures.inner_runs(case_no, by=by)[-1].steps[0].seats
    procedures.give_opinion(case_no, seat.seat_no, verdict=verdict, remark=remark, by=by, at=clock.now())


def edit(draft_no, by, **changes):
    content = catalogue.draft_content(draft_no, by=by).changed(**changes)
    catalogue.update_draft(draft_no=draft_no, content=content, by=by, at=clock.now())


@pytest.mark.source("Guide 6.2.5")
def test_a_draft_reaches_the_bureau_when_its_department_has_agreed(draft_no, steward, bureau, chief):
    case_no = submit(draft_no, steward)
    assert (state_of(draft_no), procedures.case(case_no).state) == (DraftState.DRAFT, "preparing")
    assert procedures.tasks_for(bureau) == []

    say(case_no, chief, Verdict.AGREE)
    assert submit(draft_no, steward) == case_no

    assert (state_of(draft_no), procedures.case(case_no).state) == (DraftState.SUBMITTED, "review")
    assert [task.case_no for task in procedures.tasks_for(bureau)] == [case_no]


def test_a_draft_that_goes_round_stands_still_and_can_be_mended_when_it_comes_back(draft_no, steward, chief):
    case_no = submit(draft_no, steward)
    with pytest.raises(domain.DraftGoingRound):
        edit(draft_no, steward, title="另一个名称")

    say(case_no, chief, Verdict.RETURN, "名称请规范")
    edit(draft_no, steward, title="个体工商户登记基本信息")
    assert submit(draft_no, steward) == case_no
    say(case_no, chief, Verdict.AGREE)
    with pytest.raises(domain.DraftGoingRound):
        edit(draft_no, steward, title="另一个名称")
    submit(draft_no, steward)

    assert state_of(draft_no) is DraftState.SUBMITTED


def test_a_withdrawn_submission_is_a_draft_again(draft_no, steward, chief):
    case_no = submit(draft_no, steward)

    procedures.act(case_no, "withdraw", by=steward, at=clock.now())

    assert state_of(draft_no) is DraftState.DRAFT
    edit(draft_no, steward, title="另一个名称")
    assert submit(draft_no, steward) != case_no


def test_a_second_return_wants_a_second_reviewer(draft_no, steward, bureau):
    case_no = submit(draft_no, steward)
    services.return_draft(draft_no=draft_no, remark="补充依据", by=bureau, at=clock.now())
    submit(draft_no, steward)
    monitor = holder_of(Post.DATA_MONITOR, organisations.bureau()).subject

    services.return_draft(draft_no=draft_no, remark="仍缺依据", by=bureau, at=clock.now())
    assert state_of(draft_no) is DraftState.SUBMITTED
    say(case_no, monitor, Verdict.AGREE)  # the bureau has but one reviewer here
    services.return_draft(draft_no=draft_no, remark="仍缺依据", by=bureau, at=clock.now())

    assert state_of(draft_no) is DraftState.RETURNED
