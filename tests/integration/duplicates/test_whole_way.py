"""From two departments' entries about the same thing to one source: found, judged, negotiated, enforced."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import make_password

from jutong.foundation.notices.models import Notice
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.kernel.codes.sharing import ShareType, UpdateCycle, UsePurpose
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts import services as people
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content, DataItem
from jutong.supply.duplicates import api as duplicates
from jutong.supply.duplicates import models, queries
from jutong.supply.duplicates.domain.errors import (
    BasisMissing,
    NegotiationOpen,
    NegotiationUnderWay,
    NotADuplicate,
    ReasonMissing,
)
from jutong.supply.duplicates.services import searching
from jutong.supply.duplicates.values import Judgement, NegotiationState, Standing
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.domain.errors import NotTheSource
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SINCE = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)

FIRST = ("统一社会信用代码", "企业名称", "法定代表人", "注册地址", "成立日期", "经营范围", "食品经营许可证编号")
AGAIN = ("社会信用代码", "单位名称", "法人代表", "住所", "设立日期", "业务范围", "食品经营许可证号")
OTHER = ("航道编号", "航道名称", "通航水深", "航标数量", "养护单位", "里程")


def settle(post: Post, organisation: str, name: str) -> Subject:
    person = people.add_person(
        login_name=name,
        display_name=name,
        encoded=make_password(None),
        by=PLATFORM,
        at=clock.now(),  # passwords age, also those of tests
        must_change=False,
    )
    return accounts.subject_of(
        people.add_appointment(
            person_no=person.person_no,
            post=post,
            organisation=organisation,
            starts_on=SINCE.date(),
            by=PLATFORM,
            at=SINCE,
        )
    )


def content(uscc: str, title: str, items: tuple[str, ...]) -> Content:
    return Content(
        title=title,
        provider_uscc=uscc,
        summary=f"{title}的登记情况。",
        formats=("MySQL",),
        items=tuple(
            DataItem(name, f"c{number}", "C(100)", key=number == 1, nullable=number != 1)
            for number, name in enumerate(items, start=1)
        ),
        sharing_type=ShareType.UNCONDITIONAL,
        use_purposes=(UsePurpose.COLLABORATION,),
        update_cycle=UpdateCycle.DAILY,
    )


class Region:
    """Two departments that keep the same register, one that keeps another, and the bureau."""

    def __init__(self) -> None:
        self.market, self.health, self.ships = (
            organisations.departments(text=slug)[0].uscc for slug in ("scjgj", "gat", "mzt")
        )
        self.reviewer = settle(Post.BUREAU_REVIEWER, organisations.bureau(), "reviewer")
        self.market_steward = settle(Post.DATA_STEWARD, self.market, "market")
        self.health_steward = settle(Post.DATA_STEWARD, self.health, "health")
        self.ships_steward = settle(Post.DATA_STEWARD, self.ships, "ships")
        self.ours, self.theirs, self.other = catalogue.take_over(
            contents=[
                content(self.market, "食品经营企业登记信息", FIRST),
                content(self.health, "食品经营企业注册台账", AGAIN),
                content(self.ships, "航道养护数据", OTHER),
            ],
            by=self.reviewer,
            at=AT,
        )

    def search(self, *, everything: bool = True) -> models.Search:
        duplicates.start_search(everything=everything, by=self.reviewer, at=AT)
        return self.run()

    def run(self) -> models.Search:
        row = queries.latest_search()
        searching.run_search(row.pk)
        row.refresh_from_db()
        return row

    def pair(self) -> models.Pair:
        return models.Pair.objects.get()

    def confirmed(self) -> models.Pair:
        self.search()
        duplicates.judge(
            pair_no=self.pair().pair_no, judgement=Judgement.DUPLICATE, reason="同一登记", by=self.reviewer, at=AT
        )
        return self.pair()

    def negotiation(self) -> models.Negotiation:
        duplicates.open_negotiation(pair_no=self.confirmed().pair_no, by=self.reviewer, at=AT)
        return models.Negotiation.objects.get()

    def state(self, code: str, steward: Subject, first_hand: bool, basis: str = "") -> None:
        party = models.Participant.objects.get(resource_code=code)
        procedures.act(party.case_no, "state_it", by=steward, at=AT, data={"first_hand": first_hand, "basis": basis})


@pytest.fixture
def region(db) -> Region:
    lay_down_small_register(SINCE)
    rulebook.ensure_start_data(at=SINCE)
    catalogue.ensure_start_data(at=SINCE)
    return Region()


def test_differently_named_entries_about_the_same_are_found_and_others_are_not(region):
    row = region.search()

    pair = region.pair()
    assert (row.state, row.found, row.fresh) == ("done", 1, 1)
    assert {pair.first_code, pair.second_code} == {region.ours, region.theirs}
    matched = {(item["first"], item["second"]) for item in pair.evidence["items"]}
    assert {("统一社会信用代码", "社会信用代码"), ("企业名称", "单位名称")} <= matched or {
        ("社会信用代码", "统一社会信用代码"),
        ("单位名称", "企业名称"),
    } <= matched


def test_a_decision_is_remembered_until_a_resource_changes(region):
    region.search()
    pair_no = region.pair().pair_no
    duplicates.judge(pair_no=pair_no, judgement=Judgement.DIFFERENT, reason="对象不同", by=region.reviewer, at=AT)

    again = region.search()
    remembered = region.pair()
    models.Profile.objects.filter(resource_code=region.theirs).update(digest="other", version=1)
    models.Pair.objects.update(digests={region.ours: "before", region.theirs: "before"})
    region.search()

    assert (again.fresh, remembered.judgement, remembered.reason) == (0, "different", "对象不同")
    assert region.pair().judgement == "open"


def test_only_what_was_published_since_is_compared_by_the_round(region):
    region.search()
    before = models.Search.objects.count()

    idle = searching.follow(at=AT)
    (code,) = catalogue.take_over(
        contents=[content(region.ships, "食品经营企业登记明细表", FIRST)], by=region.reviewer, at=AT
    )
    searching.note_changed(resource_code=code)
    busy = searching.follow(at=AT)

    assert (idle, busy, models.Search.objects.count()) == (False, True, before + 1)
    assert models.Pair.objects.filter(judgement="open").count() == 3


def test_a_decision_needs_its_reason(region):
    region.search()

    with pytest.raises(ReasonMissing):
        duplicates.judge(
            pair_no=region.pair().pair_no, judgement=Judgement.DUPLICATE, reason=" ", by=region.reviewer, at=AT
        )


def test_only_confirmed_duplicates_are_negotiated_and_only_once(region):
    region.search()
    with pytest.raises(NotADuplicate):
        duplicates.open_negotiation(pair_no=region.pair().pair_no, by=region.reviewer, at=AT)

    row = region.negotiation()

    with pytest.raises(NegotiationOpen):
        duplicates.open_negotiation(pair_no=region.pair().pair_no, by=region.reviewer, at=AT)
    with pytest.raises(NegotiationUnderWay):
        duplicates.judge(
            pair_no=region.pair().pair_no, judgement=Judgement.DIFFERENT, reason="误判", by=region.reviewer, at=AT
        )
    assert {task.case_no for task in procedures.tasks_for(region.market_steward, at=AT)} == {
        row.participants.get(resource_code=region.ours).case_no
    }


@pytest.mark.source("G6.2.6")
def test_where_one_department_collects_first_hand_that_settles_it(region):
    row = region.negotiation()

    region.state(region.theirs, region.health_steward, False)
    region.state(region.ours, region.market_steward, True, "登记机关，随登记办理采集")

    row.refresh_from_db()
    assert (row.state, row.source_code, row.agreed) == (NegotiationState.SETTLED, region.ours, True)
    assert procedures.case(row.case_no).outcome == "done"
    assert duplicates.find_ruling(region.theirs).standing is Standing.CHECKER
    assert duplicates.find_ruling(region.ours).standing is Standing.SOURCE
    assert Notice.objects.filter(kind="duplicates.source").count() == 2


@pytest.mark.source("G6.2.6")
def test_where_both_claim_it_the_bureau_decides_and_the_other_cannot_be_mounted(region):
    row = region.negotiation()
    with pytest.raises(BasisMissing):
        region.state(region.theirs, region.health_steward, True)
    region.state(region.theirs, region.health_steward, True, "许可审批时采集")
    region.state(region.ours, region.market_steward, True, "登记时采集")
    row.refresh_from_db()
    disputed = row.state

    procedures.act(row.case_no, "decide", by=region.reviewer, at=AT, data={"source": region.ours, "reason": "登记在先"})

    row.refresh_from_db()
    assert (disputed, row.state, row.agreed) == (NegotiationState.DECIDING, NegotiationState.SETTLED, False)
    with pytest.raises(NotTheSource) as refused:
        mounting.mount_file(resource_code=region.theirs, file_no="WJ1", by=region.health_steward, at=AT)
    assert row.case_no in str(refused.value)
    with pytest.raises(mounting.MountingError) as passed:
        mounting.mount_file(resource_code=region.ours, file_no="WJ1", by=region.market_steward, at=AT)
    assert not isinstance(passed.value, NotTheSource)


def test_the_bureau_need_not_wait_for_who_keeps_silent(region):
    row = region.negotiation()
    region.state(region.ours, region.market_steward, True, "登记时采集")

    procedures.act(row.case_no, "go_on", by=region.reviewer, at=AT)

    silent = row.participants.get(resource_code=region.theirs)
    assert (silent.first_hand, procedures.case(silent.case_no).outcome) == (None, "lapsed")
    row.refresh_from_db()
    assert row.state == NegotiationState.DECIDING


def test_a_negotiation_that_is_ended_enforces_nothing(region):
    row = region.negotiation()

    procedures.act(row.case_no, "drop", by=region.reviewer, at=AT, data={"reason": "并入机构调整"})

    assert duplicates.find_ruling(region.theirs) is None
    assert all(procedures.case(party.case_no).closed_at for party in row.participants.all())


def test_a_draft_under_review_is_held_against_what_other_departments_published(region):
    draft_no = catalogue.create_draft(
        content=content(region.ships, "食品经营企业登记信息汇总", FIRST), by=region.ships_steward, at=AT
    )

    found = queries.overlaps(draft_no, region.ships_steward)

    assert {each.code for each in found} == {region.ours, region.theirs}
    assert found[0].code == region.ours
    assert ("企业名称", "企业名称") in found[0].items
    assert found[0].likeness > found[1].likeness
    with pytest.raises(catalogue.NoSuchDraft):
        queries.overlaps(draft_no, region.health_steward)
