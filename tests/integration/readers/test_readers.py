"""What readers do with the catalogue: follow, say, rate; what becomes of it in the hands of provider and bureau."""

from datetime import timedelta

import pytest

from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox import api as outbox
from jutong.foundation.outbox.models import Fact
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotPermitted, NotSignedIn
from jutong.kernel.policy import ANONYMOUS
from jutong.registry.organisations.values import Move
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services as catalogue_services
from jutong.supply.catalogue.models import Resource
from jutong.supply.readers import domain, models, queries, reform
from jutong.supply.readers.services import follows, ratings, remarks
from jutong.supply.readers.values import FollowKind, RatingSummary, RemarkKind, RemarkState
from tests.integration.catalogue.conftest import AT, published, shops, steward_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody_is_here")]
LATER = AT + timedelta(days=30)


def told(person, kind: str = follows.NOTICE) -> list[str]:
    rows = Notice.objects.filter(person_no=person.person_no, kind=kind).order_by("id")
    return [row.title.format(**row.parameters) + "｜" + row.body.format(**row.parameters) for row in rows]


def asked(code, by, **changes):
    wanted = {"kind": RemarkKind.QUESTION, "text": "登记日期包含时间吗？", **changes}
    return remarks.make_remark(code=code, by=by, at=AT, **wanted)


class TestFollowing:
    def test_who_follows_is_told_what_is_new_and_in_what_a_version_differs(self, market, police, reviewer):
        follows.follow(kind=FollowKind.PROVIDER, code=market.organisation, by=police, at=AT)
        code = published(shops(market), market, reviewer)
        outbox.carry(at=AT)
        draft_no = catalogue.start_revision(code=code, by=market, at=LATER)
        changed = catalogue.get_resource(code).content.changed(summary="另一个摘要，说明内容、范围和关键字段等情况。")
        catalogue.update_draft(draft_no=draft_no, content=changed, by=market, at=LATER)
        catalogue_services.take_submission(draft_no=draft_no, case_no="", by=market.actor, at=LATER)
        catalogue_services.take_approval(draft_no=draft_no, by=reviewer.actor, at=LATER)
        catalogue_services.take_publication(draft_no=draft_no, by=reviewer.actor, at=LATER)
        outbox.carry(at=LATER)

        first, second = told(police)

        assert first.startswith("您关注的目录有新资源：个体工商户登记信息｜")
        assert second == "您关注的资源有变更：个体工商户登记信息｜变更内容：数据资源摘要。现为第 2 版。"
        assert told(market) == []

    def test_a_stop_is_told_to_who_follows_the_resource_and_once_to_who_follows_its_class_too(
        self, market, police, reviewer
    ):
        code = published(shops(market), market, reviewer)
        outbox.carry(at=AT)
        follows.follow(kind=FollowKind.RESOURCE, code=code, by=police, at=AT)
        follows.follow(kind=FollowKind.CLASSIFICATION, code=code[:3], by=police, at=AT)

        catalogue_services.declare_stop(code=code, reason="系统改造", from_day=local_day(LATER), by=market, at=LATER)
        outbox.carry(at=LATER)

        assert told(police) == [f"您关注的资源停止更新：个体工商户登记信息｜自 {local_day(LATER)} 起停止更新。"]

    def test_what_does_not_exist_is_not_followed_and_twice_is_once(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)

        with pytest.raises(domain.NothingToFollow):
            follows.follow(kind=FollowKind.CLASSIFICATION, code="399999", by=police, at=AT)
        with pytest.raises(NotSignedIn):
            follows.follow(kind=FollowKind.RESOURCE, code=code, by=ANONYMOUS, at=AT)
        one = follows.follow(kind=FollowKind.RESOURCE, code=code, by=police, at=AT)

        assert follows.follow(kind=FollowKind.RESOURCE, code=code, by=police, at=LATER) == one
        assert follows.unfollow(kind=FollowKind.RESOURCE, code=code, by=police, at=LATER)
        assert not follows.unfollow(kind=FollowKind.RESOURCE, code=code, by=police, at=LATER)

    def test_the_successor_of_a_department_keeps_its_followers_and_remarks_once(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)
        row = asked(code, police)
        for uscc in (market.organisation, police.organisation):
            follows.follow(kind=FollowKind.PROVIDER, code=uscc, by=police, at=AT)
        ways = {"source": market.organisation, "target": police.organisation, "plan_no": "P1", "document_no": "1"}

        reform.Follows().move(Move(code=market.organisation, effective_on=local_day(AT), at=AT, **ways))
        reform.Remarks().move(Move(code=row.remark_no, effective_on=local_day(AT), at=AT, **ways))

        assert [follow.code for follow in queries.follows(police)] == [police.organisation]
        assert models.Remark.objects.get().provider_uscc == police.organisation


class TestSaying:
    def test_a_question_waits_is_answered_and_the_answer_may_be_bettered(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)
        row = asked(code, police)
        assert (row.state, row.due_on) == (RemarkState.WAITING, queries.answer_due_on(AT))

        remarks.answer_remark(remark_no=row.remark_no, text="只有日期。", by=market, at=LATER)
        remarks.answer_remark(remark_no=row.remark_no, text="只有日期，没有时间。", by=market, at=LATER)

        row.refresh_from_db()
        assert (row.state, row.answer) == (RemarkState.ANSWERED, "只有日期，没有时间。")
        assert len(told(police, remarks.NOTICE_ANSWERED)) == 2
        events = _facts("readers.remark_answered")
        assert [fact["in_time"] for fact in events] == [False], "the first answer counts, and it came late"

    def test_only_the_provider_answers_and_only_the_bureau_hides(self, market, police, reviewer):
        row = asked(published(shops(market), market, reviewer), police)

        for act in (
            lambda: remarks.answer_remark(remark_no=row.remark_no, text="x", by=police, at=AT),
            lambda: remarks.answer_remark(remark_no=row.remark_no, text="x", by=reviewer, at=AT),
            lambda: remarks.hide_remark(remark_no=row.remark_no, reason="x", by=market, at=AT),
            lambda: remarks.hide_remark(remark_no=row.remark_no, reason="x", by=police, at=AT),
        ):
            with pytest.raises(NotPermitted):
                act()

    def test_what_is_hidden_is_seen_by_its_author_the_provider_and_the_bureau_alone(self, market, police, reviewer):
        other = steward_of("mzt")
        row = asked(published(shops(market), market, reviewer), police)
        assert queries.remarks(other).filter(remark_no=row.remark_no).exists()

        remarks.hide_remark(remark_no=row.remark_no, reason="含个人信息", by=reviewer, at=AT)

        seen = {who.person_no for who in (market, police, reviewer, other) if queries.remarks(who).exists()}
        assert seen == {market.person_no, police.person_no, reviewer.person_no}
        with pytest.raises(domain.RemarkHidden):
            remarks.answer_remark(remark_no=row.remark_no, text="x", by=market, at=AT)
        remarks.show_remark(remark_no=row.remark_no, by=reviewer, at=AT)
        assert queries.get_remark(row.remark_no, other).state == RemarkState.WAITING

    def test_the_public_sees_answered_ones_of_open_resources_only(self, market, police, reviewer):
        open_one = published(shops(market, open=True, open_condition="无附加条件"), market, reviewer)
        closed = published(shops(market, title="另一份登记信息"), market, reviewer)
        rows = [asked(code, police) for code in (open_one, open_one, closed)]
        for row in rows[1:]:
            remarks.answer_remark(remark_no=row.remark_no, text="只有日期。", by=market, at=AT)

        assert [row.remark_no for row in queries.remarks(ANONYMOUS)] == [rows[1].remark_no]
        with pytest.raises(domain.NoSuchRemark):
            queries.get_remark(rows[2].remark_no, ANONYMOUS)

    def test_a_correction_points_to_what_is_there_and_nothing_else_points(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)

        row = asked(code, police, kind=RemarkKind.CORRECTION, element="items.registered_on")

        assert row.element == "items.registered_on"
        with pytest.raises(domain.ElementUnknown):
            asked(code, police, kind=RemarkKind.CORRECTION, element="items.nothing")
        with pytest.raises(domain.ElementUnknown):
            asked(code, police, kind=RemarkKind.CORRECTION)
        with pytest.raises(domain.ElementOnlyForCorrections):
            asked(code, police, element="title")
        with pytest.raises(domain.TextMissing):
            asked(code, police, text=" \x00 ")

    def test_what_is_overdue_is_told_once(self, market, police, reviewer, monkeypatch):
        code = published(shops(market), market, reviewer)
        asked(code, police)
        asked(code, police, kind=RemarkKind.COMMENT, text="很有用。")

        assert remarks.tell_overdue(at=AT) == 0
        assert remarks.tell_overdue(at=LATER) == 1
        assert remarks.tell_overdue(at=LATER) == 0

    def test_nothing_is_said_of_what_is_not_published(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)
        Resource.objects.filter(code=code).update(state="withdrawn")

        with pytest.raises(domain.NotForReaders):
            asked(code, police)


class TestRating:
    def test_a_person_has_one_vote_which_may_change_and_end(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)
        ratings.rate(code=code, points=2, by=police, at=AT)
        ratings.rate(code=code, points=4, by=police, at=LATER)
        ratings.rate(code=code, points=5, by=reviewer, at=LATER)

        assert queries.rating_of(code) == RatingSummary(2, 4.5)
        assert ratings.take_back(code=code, by=police, at=LATER)
        assert queries.rating_of(code) == RatingSummary(1, 5.0)

    def test_nobody_rates_his_own_departments_resource_or_beyond_the_scale(self, market, police, reviewer):
        code = published(shops(market), market, reviewer)

        with pytest.raises(domain.OwnResource):
            ratings.rate(code=code, points=5, by=market, at=AT)
        with pytest.raises(domain.PointsOutOfRange):
            ratings.rate(code=code, points=6, by=police, at=AT)


def _facts(name: str):
    return [fact.payload for fact in Fact.objects.filter(name=name).order_by("id")]
