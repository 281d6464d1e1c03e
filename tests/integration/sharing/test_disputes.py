"""Disputes: raised, heard, settled by both or decided on paper, and what follows (O4, Art. 39)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from jutong.delivery.sharing import domain, models, services
from jutong.delivery.sharing.sheet import sheet_of_dispute
from jutong.delivery.sharing.values import Consent, DisputeKind, DisputeState, Refusal, RequestState, Ruling
from jutong.foundation.audit.models import Entry
from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.services import timekeeping
from jutong.kernel.errors import JutongError, NotPermitted
from jutong.kernel.policy import Post
from tests.integration.sharing.conftest import AT, settle, uscc_of
from tests.support.posts import Holder

DAY = timedelta(days=1)
REFUSAL = Refusal("beyond_minimum", "超出办理事项的最小必要范围", "《中华人民共和国个人信息保护法》第六条")
ANEW = Ruling("提供姓名一项，其余改为核验。", True, ("xm",))


@dataclass
class Table:
    """Those who sit at it besides the town's people."""

    coordinator: Holder
    refused: str


def refuse(town, code: str, *columns: str) -> str:
    number = town.ask(code, *columns)
    services.forward(request_no=number, by=town.reviewer.subject, at=AT)
    services.refuse(request_no=number, refusal=REFUSAL, by=town.provider.subject, at=AT)
    services.push(request_no=number, by=town.reviewer.subject, at=AT)
    return number


@pytest.fixture
def table(town, residents) -> Table:
    return Table(
        coordinator=settle(Post.DATA_COORDINATOR, uscc_of("scjgj"), "coordinator"),
        refused=refuse(town, residents, "gmsfhm", "xm"),
    )


def dispute(town, request_no: str, kind: DisputeKind = DisputeKind.REFUSED, at=AT) -> str:
    return services.raise_dispute(
        request_no=request_no, kind=kind, reason="办理婚姻登记确需核对。", wished="请提供所申请的数据项。",
        by=town.consumer.subject, at=at,
    )  # fmt: skip


def heard(town, table: Table) -> str:
    number = dispute(town, table.refused)
    for holder, words in ((town.provider, "该项超出最小必要。"), (town.consumer, "法规要求核对本人信息。")):
        services.state_in_dispute(dispute_no=number, statement=words, by=holder.subject, at=AT)
    return number


def row_of(number: str) -> models.Dispute:
    return models.Dispute.objects.get(dispute_no=number)


class TestTheWay:
    @pytest.mark.source("Art. 39")
    def test_both_sides_are_heard_and_what_both_confirm_begins_a_new_request(self, town, table):
        number = heard(town, table)
        services.settle_dispute(dispute_no=number, settlement=ANEW, by=table.coordinator.subject, at=AT)
        services.confirm_settlement(dispute_no=number, agreed=True, by=town.consumer.subject, at=AT)
        assert models.DataRequest.objects.count() == 1, "one side's word is not both sides'"

        services.confirm_settlement(dispute_no=number, agreed=True, by=town.provider.subject, at=AT)

        row, anew = row_of(number), models.DataRequest.objects.latest("id")
        assert [said["side"] for said in row.statements] == ["provider", "consumer"]
        assert (row.state, anew.dispute, anew.state) == (DisputeState.SETTLED, row, RequestState.ANSWERING)
        assert anew.wish["columns"] == ["xm"], "about what the settlement names"
        steps = [event.to_state for event in procedures.history(anew.case_no)]
        assert steps[-1] == "answer", "the formal review was passed the first time"
        assert [step.case_no for step in _open_steps(town, at=AT)] == [anew.case_no], "a clock of its own runs"

    @pytest.mark.source("Art. 39")
    def test_the_working_group_decides_where_a_side_does_not_agree(self, town, table):
        number = heard(town, table)
        services.settle_dispute(dispute_no=number, settlement=ANEW, by=table.coordinator.subject, at=AT)
        services.confirm_settlement(
            dispute_no=number, agreed=False, remark="仍需证件号码。", by=town.consumer.subject, at=AT
        )
        stands = Ruling("提供部门答复有据，维持。", False, document_no="桂数调〔2026〕3号")

        services.decide_dispute(dispute_no=number, decision=stands, by=town.reviewer.subject, at=AT)

        row = row_of(number)
        assert (row.state, row.decision["document_no"]) == (DisputeState.DISMISSED, "桂数调〔2026〕3号")
        assert models.DataRequest.objects.count() == 1
        told = Notice.objects.filter(kind="sharing.dispute", link__endswith=f"{number}/")
        assert town.provider.subject.person_no in {notice.person_no for notice in told}
        assert {entry.action for entry in Entry.objects.filter(object_code=number)} >= {
            "sharing.dispute.raised", "sharing.dispute.stated", "sharing.dispute.proposed",
            "sharing.dispute.referred", "sharing.dispute.decided",
        }  # fmt: skip

    def test_a_reopened_request_that_is_agreed_to_takes_the_old_grants_place(self, town, residents, table):
        number = town.ask(residents, "gmsfhm", "hjdz")
        services.forward(request_no=number, by=town.reviewer.subject, at=AT)
        services.consent(request_no=number, consent=Consent(("gmsfhm",)), by=town.provider.subject, at=AT)
        services.push(request_no=number, by=town.reviewer.subject, at=AT)
        disputed = dispute(town, number, DisputeKind.PARTLY)
        services.state_in_dispute(
            dispute_no=disputed, statement="户籍地址可由号码得出。", by=town.provider.subject, at=AT
        )
        services.state_in_dispute(dispute_no=disputed, statement="号码已作脱敏处理。", by=town.consumer.subject, at=AT)
        services.refer_dispute(dispute_no=disputed, remark="双方各执一词。", by=table.coordinator.subject, at=AT)
        decision = Ruling("应当提供户籍地址。", True, ("hjdz",), "桂数调〔2026〕4号")
        services.decide_dispute(dispute_no=disputed, decision=decision, by=town.reviewer.subject, at=AT)
        anew = models.DataRequest.objects.latest("id").request_no
        assert models.DataRequest.objects.get(request_no=anew).wish["columns"] == ["gmsfhm", "hjdz"]

        services.consent(request_no=anew, consent=Consent(("gmsfhm", "hjdz")), by=town.provider.subject, at=AT + DAY)
        services.push(request_no=anew, by=town.reviewer.subject, at=AT + DAY)

        old, new = models.Grant.objects.order_by("id")
        assert (old.ended_at, new.ended_at, new.terms["columns"]) == (AT + DAY, None, ["gmsfhm", "hjdz"])

    def test_silence_forgoes_a_statement_and_agrees_to_nothing(self, town, table):
        number = dispute(town, table.refused)

        timekeeping.keep_time(at=AT + 3 * DAY)
        assert row_of(number).state == DisputeState.STATING, "its last day is not over"
        timekeeping.keep_time(at=AT + 4 * DAY)

        row = row_of(number)
        assert (row.state, row.statements[0]["words"]) == (DisputeState.COORDINATING, "")
        services.settle_dispute(dispute_no=number, settlement=ANEW, by=table.coordinator.subject, at=AT + 4 * DAY)
        timekeeping.keep_time(at=AT + 60 * DAY)
        assert row_of(number).state == DisputeState.CONSUMER_CONFIRMING, "an unanswered settlement binds nobody"

    def test_an_unanswered_request_is_disputed_once_it_is_late_and_gets_no_new_days(self, town, residents, table):
        number = town.ask(residents, "xm", "hjdz")
        services.forward(request_no=number, by=town.reviewer.subject, at=AT)
        with pytest.raises(domain.NotDisputable):
            dispute(town, number, DisputeKind.OVERDUE)
        timekeeping.keep_time(at=AT + 8 * DAY)
        outbox.carry(at=AT + 8 * DAY)

        disputed = dispute(town, number, DisputeKind.OVERDUE, at=AT + 8 * DAY)

        timekeeping.keep_time(at=AT + 12 * DAY)
        services.refer_dispute(
            dispute_no=disputed, remark="提供部门未陈述。", by=table.coordinator.subject, at=AT + 12 * DAY
        )
        order = Ruling("责成提供部门立即答复。", True, (), "桂数调〔2026〕5号")
        services.decide_dispute(dispute_no=disputed, decision=order, by=town.reviewer.subject, at=AT + 12 * DAY)
        assert row_of(disputed).state == DisputeState.REOPENED
        assert models.DataRequest.objects.get(request_no=number).state == RequestState.ANSWERING
        services.refuse(request_no=number, refusal=REFUSAL, by=town.provider.subject, at=AT + 13 * DAY)
        outbox.carry(at=AT + 13 * DAY)
        assert models.DataRequest.objects.get(request_no=number).answer_in_time is False


class TestWhatIsRefused:
    def test_who_may_do_what(self, town, table):
        with pytest.raises(NotPermitted):
            services.raise_dispute(
                request_no=table.refused, kind=DisputeKind.REFUSED, reason="不服该答复", wished="请重新答复",
                by=town.provider.subject, at=AT,
            )  # fmt: skip
        with pytest.raises(domain.NoSuchRequest):
            services.raise_dispute(
                request_no=table.refused, kind=DisputeKind.REFUSED, reason="不服该答复", wished="请重新答复",
                by=town.stranger.subject, at=AT,
            )  # fmt: skip
        number = heard(town, table)
        with pytest.raises(procedures.NotYourStep):
            services.settle_dispute(dispute_no=number, settlement=ANEW, by=town.provider.subject, at=AT)
        with pytest.raises(domain.NoSuchDispute):
            services.withdraw_dispute(dispute_no=number, by=town.stranger.subject, at=AT)

    def test_one_dispute_at_a_time_with_words_and_within_what_was_asked(self, town, table):
        with pytest.raises(domain.SeveralFaults):
            services.raise_dispute(
                request_no=table.refused, kind=DisputeKind.REFUSED, reason="不服", wished="",
                by=town.consumer.subject, at=AT,
            )  # fmt: skip
        number = heard(town, table)
        with pytest.raises(domain.AlreadyDisputed):
            dispute(town, table.refused)
        wide = Ruling("另外提供户籍地址。", True, ("hjdz",))
        with pytest.raises(JutongError):
            services.settle_dispute(dispute_no=number, settlement=wide, by=table.coordinator.subject, at=AT)
        services.withdraw_dispute(dispute_no=number, by=town.consumer.subject, at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Dispute.objects.filter(dispute_no=number).update(state="coordinating", closed_at=None)
        assert dispute(town, table.refused) != number


def _open_steps(town, at):
    return procedures.open_steps(town.reviewer.subject, at=at, due_until=(at + 30 * DAY).date())


class TestFaces:
    def test_a_dispute_is_raised_and_followed_on_pages_and_by_the_api(self, town, table):
        page = town.consumer.browser.get(f"/sharing/requests/{table.refused}/")
        assert "提请协调" in page.text
        address = f"/sharing/requests/{table.refused}/dispute/"
        asked = {"kind": "refused", "reason": "办理婚姻登记确需核对。", "wished": "请提供姓名。"}
        assert town.consumer.browser.post(address, {**asked, "reason": "短"}).status_code == 422

        done = town.consumer.browser.post(address, asked)

        number = models.Dispute.objects.get().dispute_no
        assert done.headers["Location"] == f"/sharing/disputes/{number}/"
        api = f"/api/v1/sharing/disputes/{number}"
        said = town.provider.caller.post(f"{api}/statement", {"statement": "超出最小必要范围。"}, "application/json")
        assert (said.status_code, said.json()["state"]) == (200, "replying")
        listed = town.reviewer.caller.get("/api/v1/sharing/disputes").json()
        assert [item["dispute_no"] for item in listed["items"]] == [number]
        for browser in (town.consumer.browser, town.provider.browser, town.reviewer.browser):
            shown = browser.get(f"/sharing/disputes/{number}/")
            assert "超出最小必要范围。" in shown.text
            assert browser.get(f"/sharing/disputes/{number}/content/").status_code == 200
        assert number in town.consumer.browser.get("/sharing/disputes/").text
        assert number in town.consumer.browser.get(f"/sharing/requests/{table.refused}/").text
        assert town.stranger.browser.get(f"/sharing/disputes/{number}/").status_code == 404
        assert town.reviewer.browser.get(f"/procedures/cases/{number}/").status_code == 200
        case = procedures.visible_case(number, by=town.consumer.subject)
        assert dict(sheet_of_dispute(case, town.consumer.subject))["提供部门陈述"] == "超出最小必要范围。"
