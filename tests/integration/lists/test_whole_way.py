"""The three lists from a round's opening to what they bind: demands, responsibilities, the negative list."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing.values import OutlookKind
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import ANONYMOUS, Post, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import queries as search
from jutong.supply.catalogue.values import BasisKind, LegalBasis
from jutong.supply.interchange.services import files
from jutong.supply.lists import api as lists
from jutong.supply.lists import models, queries
from jutong.supply.lists.domain import errors
from jutong.supply.lists.services import checking, demands, exclusions, responsibilities, rounds
from jutong.supply.lists.values import DemandWish, Half, ListKind
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.domain.errors import OnNegativeList
from tests.integration.duplicates.test_whole_way import FIRST, content, settle
from tests.support.register import lay_down_small_register

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SINCE = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
LAW = LegalBasis(BasisKind.LAW, "统计法", "第九条")
DOCUMENT = LegalBasis(BasisKind.DOCUMENT, "某厅通知", "")


class World:
    """Two departments, the bureau with two reviewers, three published resources of the first department."""

    def __init__(self) -> None:
        self.market, self.health, self.civil = (
            organisations.departments(text=slug)[0].uscc for slug in ("scjgj", "gat", "mzt")
        )
        bureau = organisations.bureau()
        self.reviewer = settle(Post.BUREAU_REVIEWER, bureau, "reviewer")
        self.second = settle(Post.BUREAU_REVIEWER, bureau, "second")
        self.market_steward = settle(Post.DATA_STEWARD, self.market, "market")
        self.health_steward = settle(Post.DATA_STEWARD, self.health, "health")
        self.civil_steward = settle(Post.DATA_STEWARD, self.civil, "civil")
        self.food, self.drugs, self.prices = catalogue.take_over(
            contents=[
                content(self.market, "食品经营企业登记信息", FIRST),
                content(self.market, "药品经营许可信息", FIRST).changed(open=True, open_condition="按年更新"),
                content(self.market, "价格监测信息", FIRST),
            ],
            by=self.reviewer,
            at=SINCE,
        )

    def round(self, kind: ListKind, opens_on: date = date(2026, 11, 1), closes_on: date = date(2026, 12, 15)) -> str:
        return rounds.open_a_round(
            kind=kind,
            title="2026年第一批",
            opens_on=opens_on,
            closes_on=closes_on,
            by=self.reviewer,
            at=AT,
        ).round_no

    def publish(self, round_no: str) -> models.Edition:
        case_no = rounds.hand_in(round_no=round_no, by=self.reviewer, at=AT)
        procedures.act(case_no, "approve", by=self.second, at=AT)
        return models.Edition.objects.get(round__round_no=round_no)

    def approve(self, row: models.Round) -> None:
        procedures.act(row.case_no, "approve", by=self.second, at=clock.now())

    def demand(self, round_no: str, code: str = "", title: str = "冷链运输备案") -> models.Demand:
        wish = DemandWish(
            title, "办理餐饮服务许可时核验", "名称、编号", "食品安全法第三十五条", date(2026, 12, 20), code
        )
        number = demands.enter_demand(round_no=round_no, wish=wish, by=self.health_steward, at=AT)
        return models.Demand.objects.get(demand_no=number)

    def forwarded(self, row: models.Demand, department: str) -> models.Demand:
        procedures.act(row.demand_no, "forward", by=self.reviewer, at=AT, data={"department": department})
        row.refresh_from_db()
        return row

    def exclude(self, round_no: str, code: str, half: Half = Half.NOT_SHARED, basis: LegalBasis = LAW) -> str:
        return exclusions.propose_exclusion(
            round_no=round_no,
            half=half,
            title="",
            resource_code=code,
            reason="含个人隐私",
            basis=basis,
            by=self.market_steward,
            at=AT,
        )

    def closed(self, code: str, half: Half) -> str:
        round_no = self.round(ListKind.NEGATIVE)
        number = self.exclude(round_no, code, half)
        self.publish(round_no)
        return number


@pytest.fixture
def world(db) -> World:
    lay_down_small_register(SINCE)
    rulebook.ensure_start_data(at=SINCE)
    catalogue.ensure_start_data(at=SINCE)
    return World()


def tasks_of(subject: Subject) -> list[str]:
    return [task.case_no for task in procedures.tasks_for(subject, at=AT)]


# --- Demands ---------------------------------------------------------------------------------------------------------


@pytest.mark.source("Art. 38")
def test_a_demand_is_forwarded_accepted_and_published_with_its_answer(world):
    round_no = world.round(ListKind.DEMAND)
    row = world.forwarded(world.demand(round_no, world.food, title=""), world.market)
    waiting = tasks_of(world.market_steward)

    procedures.act(row.answer_case, "accept", by=world.market_steward, at=AT, data={})
    edition = world.publish(round_no)

    row.refresh_from_db()
    assert waiting == [row.answer_case]
    assert (row.state, row.title, row.resource_code) == ("accepted", "食品经营企业登记信息", world.food)
    assert procedures.case(row.demand_no).outcome == "granted"
    assert lists.accepted_demands() == lists.accepted_demands(world.market)
    assert [each.resource_code for each in lists.accepted_demands(world.market)] == [world.food]
    assert lists.accepted_demands(world.health) == ()
    assert (edition.number, edition.entries_count, edition.added) == (1, 1, 1)


def test_who_does_not_have_the_data_names_who_has_and_the_bureau_forwards_anew(world):
    row = world.forwarded(world.demand(world.round(ListKind.DEMAND)), world.market)
    procedures.act(
        row.answer_case,
        "redirect",
        by=world.market_steward,
        at=AT,
        data={"department": world.civil, "reason": "由民政登记"},
    )
    row.refresh_from_db()
    between = row.state

    world.forwarded(row, world.civil)
    procedures.act(row.answer_case, "accept", by=world.civil_steward, at=AT, data={"promised_on": "2026-12-18"})

    row.refresh_from_db()
    assert (between, row.state, row.responsible_uscc) == ("submitted", "accepted", world.civil)
    assert [each.resource_code for each in lists.accepted_demands(world.civil)] == [""]


def test_a_refusal_needs_a_known_ground_and_its_reason(world):
    row = world.forwarded(world.demand(world.round(ListKind.DEMAND)), world.market)

    procedures.act(
        row.answer_case,
        "refuse",
        by=world.market_steward,
        at=AT,
        data={"ground": "no_data", "reason": "本部门不采集该数据"},
    )

    row.refresh_from_db()
    assert (row.state, row.ground, row.reason) == ("refused", "no_data", "本部门不采集该数据")
    assert procedures.case(row.demand_no).outcome == "refused"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, errors.CodeOrDayMissing),
        ({"promised_on": "2026-11-01"}, errors.DayPassed),
        ({"resource_code": "303001/999"}, errors.ResourceOfAnother),
    ],
)
def test_accepting_needs_an_own_resource_or_a_day_ahead(world, data, fault):
    row = world.forwarded(world.demand(world.round(ListKind.DEMAND)), world.market)

    with pytest.raises(fault):
        procedures.act(row.answer_case, "accept", by=world.market_steward, at=AT, data=data)


def test_demands_are_entered_on_the_rounds_days_and_not_for_own_data(world):
    round_no = world.round(ListKind.DEMAND)
    wish = DemandWish("", "核验", "", "某法第一条", date(2026, 12, 20), world.food)

    with pytest.raises(errors.OwnDataDemanded):
        demands.enter_demand(round_no=round_no, wish=wish, by=world.market_steward, at=AT)
    with pytest.raises(errors.NotInRoundDays):
        demands.enter_demand(round_no=round_no, wish=wish, by=world.health_steward, at=AT + timedelta(days=40))
    with pytest.raises(errors.RoundNotOpen):
        demands.enter_demand(round_no=world.round(ListKind.NEGATIVE), wish=wish, by=world.health_steward, at=AT)


def test_a_withdrawn_demand_ends_the_departments_task_and_is_not_published(world):
    round_no = world.round(ListKind.DEMAND)
    row = world.forwarded(world.demand(round_no), world.market)

    procedures.act(row.demand_no, "withdraw", by=world.health_steward, at=AT)
    edition = world.publish(round_no)

    assert tasks_of(world.market_steward) == []
    assert procedures.case(row.answer_case).outcome == "lapsed"
    assert edition.entries_count == 0


def test_a_round_with_open_demands_is_not_reviewed_and_its_compiler_does_not_approve_it(world):
    round_no = world.round(ListKind.DEMAND)
    row = world.forwarded(world.demand(round_no, world.food), world.market)
    with pytest.raises(errors.RoundHasOpenDemands):
        rounds.hand_in(round_no=round_no, by=world.reviewer, at=AT)
    procedures.act(row.answer_case, "accept", by=world.market_steward, at=AT, data={})
    case_no = rounds.hand_in(round_no=round_no, by=world.reviewer, at=AT)

    with pytest.raises(procedures.ApplicantMayNotDecide):
        procedures.act(case_no, "approve", by=world.reviewer, at=AT)
    procedures.act(case_no, "send_back", by=world.second, at=AT, data={"reason": "补充用途"})

    assert models.Round.objects.get(round_no=round_no).state == "open"
    assert world.publish(round_no).number == 1


# --- Responsibilities ------------------------------------------------------------------------------------------------


@pytest.mark.source("Art. 38")
def test_responsibilities_come_from_demands_and_catalogue_and_are_confirmed_by_who_bears_them(world):
    row = world.forwarded(world.demand(world.round(ListKind.DEMAND), world.food), world.market)
    procedures.act(row.answer_case, "accept", by=world.market_steward, at=AT, data={})
    world.closed(world.prices, Half.NOT_SHARED)
    round_no = world.round(ListKind.RESPONSIBILITY)

    made = responsibilities.draw_up(round_no=round_no, by=world.reviewer, at=AT)
    again = responsibilities.draw_up(round_no=round_no, by=world.reviewer, at=AT)
    asked = responsibilities.ask_confirmation(round_no=round_no, by=world.reviewer, at=AT)
    with pytest.raises(errors.NothingToConfirm):
        responsibilities.ask_confirmation(round_no=round_no, by=world.reviewer, at=AT)
    (case_no,) = tasks_of(world.market_steward)
    first, second = models.Responsibility.objects.order_by("responsibility_no")
    procedures.act(
        case_no,
        "object_to",
        by=world.market_steward,
        at=AT,
        data={"entries": second.responsibility_no, "reason": "由药监局提供"},
    )
    edition = world.publish(round_no)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (made, again, asked) == (2, 0, 1)
    assert (first.resource_code, first.demand, first.kinds) == (world.food, row, ["supply", "update", "quality"])
    assert (first.state, second.state, second.reason) == ("confirmed", "objected", "由药监局提供")
    assert [entry.entry_no for entry in queries.entries_of(edition)] == [first.responsibility_no]


# --- The negative list -----------------------------------------------------------------------------------------------


@pytest.mark.source("Art. 38")
def test_what_is_not_shared_can_neither_be_mounted_nor_requested_from_the_publication_on(world):
    round_no = world.round(ListKind.NEGATIVE)
    world.exclude(round_no, world.food)
    before = sharing.outlook(world.food, consumer_uscc=world.health).reason
    world.publish(round_no)

    with pytest.raises(OnNegativeList):
        mounting.mount_file(resource_code=world.food, file_no="0" * 20, by=world.market_steward, at=AT)
    after = sharing.outlook(world.food, consumer_uscc=world.health)

    assert before != "on_negative_list"
    assert (after.kind, after.reason) == (OutlookKind.NOT_POSSIBLE, "on_negative_list")
    assert catalogue.view_resource(world.food, by=world.health_steward).title == "食品经营企业登记信息"


def test_a_mounted_resource_that_is_listed_gives_its_provider_a_task_until_it_is_stopped(world):
    catalogue.note_mounted(world.food, at=AT)
    number = world.closed(world.food, Half.NOT_SHARED)
    row = models.Exclusion.objects.get(exclusion_no=number)
    waiting = tasks_of(world.market_steward)
    with pytest.raises(errors.StillMounted):
        procedures.act(row.cessation_case, "stop", by=world.market_steward, at=AT)

    catalogue.note_unmounted(world.food)
    lists.note_unmounted(world.food, at=AT)

    assert waiting == [row.cessation_case]
    assert tasks_of(world.market_steward) == []
    assert procedures.case(row.cessation_case).outcome == "done"


def test_not_sharing_needs_a_strong_basis_and_not_opening_any(world):
    round_no = world.round(ListKind.NEGATIVE)

    with pytest.raises(errors.BasisTooWeak):
        world.exclude(round_no, world.food, basis=DOCUMENT)
    world.exclude(round_no, world.food, Half.NOT_OPEN, DOCUMENT)
    with pytest.raises(errors.AlreadyListed):
        world.exclude(round_no, world.food, Half.NOT_OPEN, DOCUMENT)
    with pytest.raises(NotPermitted):
        exclusions.propose_exclusion(
            round_no=round_no,
            half=Half.NOT_SHARED,
            title="",
            resource_code=world.food,
            reason="x",
            basis=LAW,
            by=world.health_steward,
            at=AT,
        )


@pytest.mark.source("Art. 38")
def test_what_is_not_open_is_hidden_from_society_only_and_its_removal_opens_it_again(world, client):
    seen_before = client.get(reverse("catalogue:resource", args=[world.drugs])).content.decode()
    number = world.closed(world.drugs, Half.NOT_OPEN)

    page = client.get(reverse("catalogue:resource", args=[world.drugs])).content.decode()
    hidden = catalogue.published_count(by=ANONYMOUS), catalogue.published_count(by=world.health_steward, open_only=True)
    api = client.get(f"/api/v1/catalogue/resources/{world.drugs}")
    found = client.get("/api/v1/catalogue/resources?q=药品").json()["total"]
    signed_in = catalogue.view_resource(world.drugs, by=world.health_steward)
    round_no = world.round(ListKind.NEGATIVE)
    exclusions.propose_removal(
        exclusion_no=number, round_no=round_no, reason="依据已废止", by=world.market_steward, at=AT
    )
    still = catalogue.published_count(by=ANONYMOUS)
    edition = world.publish(round_no)

    assert "数据项信息" in seen_before
    assert "含个人隐私" in page
    assert "法定代表人" not in page
    assert (hidden, api.status_code, found, signed_in.title) == ((0, 0), 404, 0, "药品经营许可信息")
    assert (still, catalogue.published_count(by=ANONYMOUS)) == (0, 1)
    assert (edition.number, edition.removed, edition.entries_count) == (2, 1, 0)


@pytest.mark.source("Art. 38")
def test_what_the_negative_list_keeps_back_is_open_in_no_count_no_list_and_no_graph(world, client):
    def told(**question) -> tuple[list[str], int, dict]:
        asked = search.prepare(world.health_steward, search.Search(**question))
        return [row.code for row in search.page(asked)], search.count(asked), dict(search.tally(asked).facets["open"])

    before = told(open=(True,))
    world.closed(world.drugs, Half.NOT_OPEN)
    outline = next(each for each in catalogue.outlines() if each.code == world.drugs)
    nodes = files.resource_graph(world.drugs, by=world.health_steward)
    (graph,) = (node for node in nodes if "dcat:Dataset" in node.types)
    said = {str(name): term for name, term in graph.statements}

    assert before[0] == [world.drugs]
    assert before[1] == 1
    assert told(open=(True,))[:2] == ([], 0)
    assert told(open=(False,))[1] == told()[1]
    assert world.drugs in told(open=(False,))[0]
    assert world.drugs in told(open=(False,), text="药品")[0]
    assert told()[2] == {False: told()[1]}
    assert search.totals(world.health_steward)["open"] == 0
    assert (outline.open, outline.opened) == (True, False)
    assert (said["jt:open"].text, said["dct:accessRights"].text.rpartition("/")[2]) == ("false", "RESTRICTED")


# --- The check and the rates -----------------------------------------------------------------------------------------


def test_the_check_finds_what_does_not_fit_and_forgets_it_when_it_does(world):
    row = world.forwarded(world.demand(world.round(ListKind.DEMAND)), world.market)
    world.closed(world.drugs, Half.NOT_OPEN)
    world.closed(world.food, Half.NOT_SHARED)
    late = AT + timedelta(days=20)

    checking.check_now(at=late)
    found = set(models.Finding.objects.values_list("kind", "entry_no", "resource_code"))
    procedures.act(
        row.answer_case, "refuse", by=world.market_steward, at=late, data={"ground": "no_data", "reason": "没有"}
    )
    checking.check_now(at=late)

    listed = {number for (number,) in models.Exclusion.objects.values_list("exclusion_no")}
    assert ("demand_unanswered", row.demand_no, "") in found
    assert {kind for kind, entry, _code in found if entry in listed} == {"listed_but_open", "listed_but_shared"}
    assert not models.Finding.objects.filter(kind="demand_unanswered").exists()
    assert models.Finding.objects.count() == len(found) - 1


def test_rates_have_denominators_and_a_department_sees_its_own(world):
    row = world.forwarded(world.demand(world.round(ListKind.DEMAND), world.food), world.market)
    procedures.act(row.answer_case, "accept", by=world.market_steward, at=AT, data={})
    catalogue.note_mounted(world.food, at=AT)

    rates = {
        (rate.organisation, rate.kind.value): (rate.done, rate.whole) for rate in queries.rates(world.reviewer, at=AT)
    }
    own = {rate.organisation for rate in queries.rates(world.market_steward, at=AT)}

    assert rates["", "demand"] == rates[world.market, "demand"] == (1, 1)
    assert rates["", "mount"] == (1, 3)
    assert rates["", "open"] == (1, 3)
    assert rates["", "responsibility"] == (0, 0)
    behind = queries.told_met(queries.demands(world.reviewer), "demand_no", at=AT)
    assert [each.demand_no for each in behind.filter(met="1")] == [row.demand_no]
    catalogue.note_unmounted(world.food)
    assert not queries.told_met(queries.demands(world.reviewer), "demand_no", at=AT).filter(met="1").exists()
    assert own == {"", world.market}
