"""Laws and duties change, bases lapse, resources leave the catalogue. Guide 6.2.10, requirement C10."""

from datetime import date, timedelta

import pytest

from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Clock
from jutong.kernel import clock
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import domain, models, plugs, queries, services
from jutong.supply.catalogue.values import ChangeKind, ResourceState, UpdateState
from tests.integration.catalogue.conftest import published, residents, shops, uscc_of
from tests.support.posts import holder_of
from tests.unit.supply.catalogue.samples import LAW

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(tree):
    return holder_of(Post.DATA_STEWARD, uscc_of("scjgj")).subject


@pytest.fixture
def bureau(tree):
    return holder_of(Post.BUREAU_REVIEWER).subject


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def restricted(steward, bureau, now) -> str:
    """A resource of type 2 that stands on a law."""
    return published(residents(steward), steward, bureau, now)


def recorded(bureau, now, happened_on: date | None = None, **changes):
    told = {
        "kind": ChangeKind.AMENDED,
        "title": "《个人信息保护法》",
        "happened_on": happened_on or clock.local_day(now),
    }
    return services.record_change(**told | changes, by=bureau, at=now)


def revise(code, steward, bureau, now):
    draft_no = catalogue.start_revision(code=code, by=steward, at=now)
    content = catalogue.draft_content(draft_no, by=steward)
    catalogue.update_draft(draft_no=draft_no, content=content.changed(summary="核对后的摘要。"), by=steward, at=now)
    catalogue.submit(draft_no=draft_no, by=steward, at=now)
    return catalogue.approve(draft_no=draft_no, by=bureau, at=now)


class TestChanges:
    @pytest.mark.source("Guide 6.2.10")
    def test_a_law_touches_what_cites_it_however_its_title_is_written(self, steward, bureau, now, restricted):
        published(shops(steward), steward, bureau, now)

        change = recorded(bureau, now)

        assert [(each.code, each.why) for each in queries.touched_by(change)] == [
            (restricted, f"《{LAW.title}》{LAW.article}")
        ]
        by_number = recorded(bureau, now, title="别的名称", document_no=LAW.number)
        assert [each.code for each in queries.touched_by(by_number)] == [restricted]
        assert queries.touched_by(recorded(bureau, now, title="网络安全法")) == []

    def test_duties_touch_the_departments_resources_and_nobody_elses(self, steward, bureau, now, restricted):
        theirs = recorded(bureau, now, kind=ChangeKind.DUTY, title="职能调整", provider_uscc=uscc_of("gat"))
        own = recorded(steward, now, kind=ChangeKind.DUTY, title="职能调整", provider_uscc=steward.organisation)

        assert queries.touched_by(theirs) == []
        assert [each.code for each in queries.touched_by(own)] == [restricted]
        with pytest.raises(domain.ChangeProviderMissing):
            recorded(bureau, now, kind=ChangeKind.DUTY)
        with pytest.raises(NotPermitted):
            recorded(steward, now)

    @pytest.mark.source("Guide 6.2.10")
    def test_the_clock_counts_from_the_event_and_a_late_record_is_born_overdue(self, bureau, now, restricted):
        today = clock.local_day(now)
        late, soon = recorded(bureau, now, today - timedelta(days=60)), recorded(bureau, now, title=LAW.title)

        for change in (late, soon):
            services.call_for_updates(change_no=change.change_no, codes=[restricted], by=bureau, at=now)

        first, second = models.UpdateDuty.objects.order_by("id")
        assert first.due_on < today < second.due_on
        assert second.due_on == queries.update_due_on(today, on=today)
        assert [each.due_on for each in Clock.objects.order_by("id")] == [first.due_on, second.due_on]
        assert procedures.case(first.case_no).data["born_overdue"] is True
        assert queries.overdue_updates(on=today) == {first.resource.provider_uscc: 1}
        with pytest.raises(domain.ChangeInFuture):
            recorded(bureau, now, today + timedelta(days=1))

    def test_the_next_version_settles_every_update_and_its_case(self, steward, bureau, now, restricted):
        change = recorded(bureau, now)
        twice = [restricted, restricted]
        (duty,) = services.call_for_updates(change_no=change.change_no, codes=twice, by=bureau, at=now)
        assert services.call_for_updates(change_no=change.change_no, codes=[restricted], by=bureau, at=now) == []

        revise(restricted, steward, bureau, now + timedelta(hours=1))

        duty.refresh_from_db()
        assert duty.state == UpdateState.UPDATED
        assert procedures.case(duty.case_no).outcome == "done"
        assert catalogue.get_resource(restricted).version == 2, "an update is public with its approval"

    def test_a_case_does_not_end_as_updated_without_a_new_version(self, steward, bureau, now, restricted):
        (duty,) = services.call_for_updates(
            change_no=recorded(bureau, now).change_no, codes=[restricted], by=bureau, at=now
        )

        with pytest.raises(procedures.ConditionNotMet):
            procedures.act(duty.case_no, "finish", by=steward, at=now)
        procedures.act(duty.case_no, "deny", by=steward, at=now, data={"reason": "条文内容未变"})
        procedures.act(duty.case_no, "confirm", by=bureau, at=now)

        duty.refresh_from_db()
        assert (duty.state, duty.reason) == (UpdateState.UNAFFECTED, "条文内容未变")

    @pytest.mark.source("Guide 5.1.3")
    def test_a_repeal_reopens_the_type_once_and_bars_the_draft_that_still_cites_it(
        self, steward, bureau, now, restricted
    ):
        recorded(bureau, now, clock.local_day(now) - timedelta(days=3), kind=ChangeKind.REPEALED)

        assert services.reopen_types(at=now) == [restricted]
        assert services.reopen_types(at=now) == []

        (duty,) = queries.open_duties(restricted)
        assert (duty.change.kind, duty.change.happened_on) == (
            ChangeKind.LAPSED,
            clock.local_day(now) - timedelta(days=3),
        )
        draft_no = catalogue.start_revision(code=restricted, by=steward, at=now)
        with pytest.raises(catalogue.DraftHasGaps) as raised:
            catalogue.submit(draft_no=draft_no, by=steward, at=now)
        assert [gap.code for gap in raised.value.gaps] == ["basis_not_in_force"]


class TestWithdrawal:
    @pytest.fixture
    def user(self, tree, monkeypatch):
        found = holder_of(Post.DATA_COORDINATOR, uscc_of("gat")).subject

        class Book:
            def users_of(self, code):
                return {found.organisation}

        monkeypatch.setattr(plugs, "_books", [Book()])
        return found

    def test_its_users_are_heard_and_the_bureau_decides_when_the_notice_is_over(
        self, steward, bureau, user, now, restricted
    ):
        successor = published(shops(steward, title="新的登记信息"), steward, bureau, now)
        made = services.ask_withdrawal(code=restricted, reason="系统停用", replaced_by=successor, by=steward, at=now)

        with pytest.raises(domain.WithdrawalOpen):
            services.ask_withdrawal(code=restricted, reason="再次", by=steward, at=now)
        with pytest.raises(domain.ObjectionWithoutReason):
            services.say_of_withdrawal(code=restricted, agrees=False, by=user, at=now)
        services.say_of_withdrawal(code=restricted, agrees=False, remark="业务仍在使用", by=user, at=now)
        services.say_of_withdrawal(code=restricted, agrees=True, by=user, at=now)
        assert made.notice_ends_on > clock.local_day(now)
        with pytest.raises(procedures.TransitionNotNow):
            procedures.act(made.case_no, "take_off", by=bureau, at=now)

        procedures.take_by_platform(made.case_no, "heard", at=now, remark="")
        procedures.act(made.case_no, "take_off", by=bureau, at=now)

        gone = catalogue.view_resource(restricted, by=user)
        assert gone.state is ResourceState.WITHDRAWN
        assert models.Resource.objects.get(code=restricted).replaced_by == successor
        assert [each.agrees for each in made.opinions.all()] == [True]
        with pytest.raises(catalogue.ResourceNotPublished):
            catalogue.start_revision(code=restricted, by=steward, at=now)

    def test_it_stays_when_the_provider_takes_it_back(self, steward, bureau, user, now, restricted):
        made = services.ask_withdrawal(code=restricted, reason="系统停用", by=steward, at=now)

        procedures.act(made.case_no, "take_back", by=steward, at=now)

        made.refresh_from_db()
        assert (made.outcome, catalogue.get_resource(restricted).published) == ("taken_back", True)
        with pytest.raises(domain.NoWithdrawal):
            services.say_of_withdrawal(code=restricted, agrees=True, by=user, at=now)

    def test_only_its_own_steward_asks_and_only_for_a_real_replacement(self, steward, bureau, now, restricted):
        with pytest.raises(NotPermitted):
            services.ask_withdrawal(code=restricted, reason="x", by=bureau, at=now)
        for replaced_by in (restricted, "303001/999999"):
            with pytest.raises(domain.ReplacementUnknown):
                services.ask_withdrawal(code=restricted, reason="x", replaced_by=replaced_by, by=steward, at=now)

    def test_what_owed_an_update_owes_none_when_it_is_gone(self, steward, bureau, now, restricted):
        (duty,) = services.call_for_updates(
            change_no=recorded(bureau, now).change_no, codes=[restricted], by=bureau, at=now
        )
        made = services.ask_withdrawal(code=restricted, reason="系统停用", by=steward, at=now)
        procedures.take_by_platform(made.case_no, "heard", at=now, remark="")

        procedures.act(made.case_no, "take_off", by=bureau, at=now)

        duty.refresh_from_db()
        assert (duty.state, procedures.case(duty.case_no).outcome) == (UpdateState.WITHDRAWN, "withdrawn")


def test_a_stop_is_declared_once_and_ended(steward, bureau, now, restricted):
    today = clock.local_day(now)
    services.declare_stop(code=restricted, reason="系统改造", from_day=today, by=steward, at=now)

    assert catalogue.stopped([restricted], on=today) == {restricted}
    assert catalogue.stopped([restricted], on=today - timedelta(days=1)) == set()
    with pytest.raises(domain.StopOpen):
        services.declare_stop(code=restricted, reason="再次", from_day=today, by=steward, at=now)
    later = now + timedelta(days=5)
    services.end_stop(code=restricted, by=steward, at=later)
    assert catalogue.stopped([restricted], on=clock.local_day(later)) == set()
    with pytest.raises(domain.NoStop):
        services.end_stop(code=restricted, by=steward, at=later)
