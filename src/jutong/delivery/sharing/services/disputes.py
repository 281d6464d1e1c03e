"""Disputes: raised, heard, settled or decided, and what follows. One action, one transaction. Art. 39."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.delivery.sharing import domain, events, models, policy, queries
from jutong.delivery.sharing.services.grants import people_of
from jutong.delivery.sharing.services.requests import DATA_REQUEST
from jutong.delivery.sharing.values import DisputeKind, DisputeState, OutlookKind, RequestState, Ruling
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue

DISPUTE: Final = "sharing.dispute"
"""The procedure of `procedures.py`, by name: it calls us, so we do not import it."""

# --- What people do --------------------------------------------------------------------------------------------------


@transaction.atomic
def raise_dispute(*, request_no: str, kind: DisputeKind, reason: str, wished: str, by: Subject, at: datetime) -> str:
    """Bring a request to coordination (提请协调); gives the dispute's number. For the consumer's steward.

    The other side is whoever provides the resource today: the request may be older than a reform.

    Raises NoSuchRequest, NotPermitted, NotDisputable, AlreadyDisputed, OwnResource, DisputeFault or SeveralFaults.
    """
    queries.view_request_row(request_no, by)
    row = queries.lock_request(request_no)
    require(by, policy.RAISE_DISPUTE, queries.facts_of_request(row))
    domain.check_dispute(reason, wished)
    if kind not in queries.disputable(row):
        raise domain.NotDisputable(request=request_no, state=RequestState(row.state), dispute_kind=kind, field="kind")
    if other := row.disputes.filter(closed_at=None).first():
        raise domain.AlreadyDisputed(request=request_no, dispute=other.dispute_no)
    provider = catalogue.get_resource(row.resource_code).provider_uscc
    if provider == row.consumer_uscc:
        raise domain.OwnResource(resource=row.resource_code)
    case = procedures.open_case(
        DISPUTE,
        subject_code=row.request_no,
        title=row.resource_title,
        parties={"consumer": row.consumer_uscc, "bureau": organisations.bureau(), "provider": provider},
        data={
            "request": row.request_no,
            "kind": kind.value,
            "reason": reason.strip(),
            "wished": wished.strip(),
            "items": queries.titled_items(row),
        },
        by=by,
        at=at,
    )
    return case.case_no


@transaction.atomic
def state_in_dispute(*, dispute_no: str, statement: str, by: Subject, at: datetime) -> None:
    """Say what one's department thinks (陈述意见): the provider first, then the consumer."""
    row = queries.view_dispute_row(dispute_no, by)
    way = "reply" if row.state == DisputeState.REPLYING else "state_view"
    procedures.act(row.case_no, way, by=by, at=at, data={"statement": statement})


@transaction.atomic
def settle_dispute(*, dispute_no: str, settlement: Ruling, by: Subject, at: datetime) -> None:
    """Propose a settlement to both sides (提出协调意见). For the provider's coordinator, who approves nothing."""
    row = queries.view_dispute_row(dispute_no, by)
    data = {
        "settlement": settlement.words,
        "settlement_anew": settlement.anew,
        "settlement_columns": list(settlement.columns),
    }
    procedures.act(row.case_no, "settle", by=by, at=at, data=data)


@transaction.atomic
def confirm_settlement(*, dispute_no: str, agreed: bool, remark: str = "", by: Subject, at: datetime) -> None:
    """Agree to the settlement or not (确认协调意见); who does not has the working group decide."""
    row = queries.view_dispute_row(dispute_no, by)
    if not agreed:
        procedures.act(row.case_no, "disagree", by=by, at=at, remark=remark)
        return
    way = "provider_agrees" if row.state == DisputeState.PROVIDER_CONFIRMING else "consumer_agrees"
    procedures.act(row.case_no, way, by=by, at=at, remark=remark)


@transaction.atomic
def refer_dispute(*, dispute_no: str, remark: str, by: Subject, at: datetime) -> None:
    """Pass the dispute to the bureau's working group (提请工作小组决定). For the provider's coordinator."""
    row = queries.view_dispute_row(dispute_no, by)
    way = "refer" if row.state == DisputeState.COORDINATING else "refer_unconfirmed"
    procedures.act(row.case_no, way, by=by, at=at, remark=remark)


@transaction.atomic
def decide_dispute(*, dispute_no: str, decision: Ruling, by: Subject, at: datetime) -> None:
    """Enter what the working group has decided on paper (工作小组决定). For the bureau's reviewers."""
    row = queries.view_dispute_row(dispute_no, by)
    data: dict[str, Any] = {"decision": decision.words, "document_no": decision.document_no}
    if decision.anew:
        data["decision_columns"] = list(decision.columns)
    procedures.act(row.case_no, "reopen" if decision.anew else "dismiss", by=by, at=at, data=data)


@transaction.atomic
def withdraw_dispute(*, dispute_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """The consumer takes the dispute back (撤回争议)."""
    row = queries.view_dispute_row(dispute_no, by)
    procedures.act(row.case_no, "withdraw", by=by, at=at, remark=remark)


# --- Steps of the procedure ------------------------------------------------------------------------------------------


def take_dispute(case: CaseValue, *, at: datetime) -> None:
    """The dispute exists from the moment its case is opened; its number is the case's."""
    row = models.Dispute.objects.create(
        dispute_no=case.case_no,
        case_no=case.case_no,
        request=queries.lock_request(case.data["request"]),
        provider_uscc=case.parties["provider"],
        consumer_uscc=case.parties["consumer"],
        kind=case.data["kind"],
        reason=case.data["reason"],
        wished=case.data["wished"],
        state=DisputeState.STATING,
        raised_by=case.opened_by.to_json(),
        raised_at=at,
    )
    _record("sharing.dispute.raised", row, case.opened_by, at, request=row.request.request_no, kind=row.kind)
    outbox.publish(
        events.DisputeRaised(
            dispute_no=row.dispute_no,
            request_no=row.request.request_no,
            resource_code=row.request.resource_code,
            provider_uscc=row.provider_uscc,
            consumer_uscc=row.consumer_uscc,
            kind=row.kind,
        ),
        at=at,
    )
    # The provider's steward finds a task; those who coordinate and watch are told.
    told = {
        *people_of(row.provider_uscc, at, Post.DATA_COORDINATOR),
        *people_of(organisations.bureau(), at, Post.DATA_MONITOR),
    }
    _tell(row, told, N_("供需争议 {dispute} 已提请协调"), N_("申请 {request}（{resource}）的供需双方意见不一致。"), at)


def take_statement(case: CaseValue, *, side: str, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """A side is heard; the other one, or the coordinator, comes next."""
    row = _lock(case)
    words = domain.check_words(data["statement"], "statement")
    row.statements = [*row.statements, {"side": side, "words": words, "at": at.isoformat()}]
    _move(row, DisputeState.REPLYING if side == "provider" else DisputeState.COORDINATING, at)
    _record("sharing.dispute.stated", row, by, at, side=side)


def take_silence(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """A side let its days pass: that it was silent is kept, and agrees to nothing."""
    row = _lock(case)
    side = "provider" if row.state == DisputeState.STATING else "consumer"
    row.statements = [*row.statements, {"side": side, "words": "", "at": at.isoformat()}]
    _move(row, DisputeState.COORDINATING, at)
    _record("sharing.dispute.silent", row, by, at, side=side)


def take_settlement(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The settlement is written down; nothing follows from it before both sides have agreed."""
    row = _lock(case)
    settlement = Ruling(
        data["settlement"].strip(), bool(data["settlement_anew"]), tuple(data.get("settlement_columns") or ())
    )
    domain.check_ruling(settlement, queries.wish_of(row.request))
    row.settlement = settlement.to_json()
    _move(row, DisputeState.CONSUMER_CONFIRMING, at)
    _record("sharing.dispute.proposed", row, by, at, anew=settlement.anew, columns=list(settlement.columns))


def take_consumers_word(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """The consumer agrees to the settlement; the provider is asked."""
    row = _lock(case)
    _move(row, DisputeState.PROVIDER_CONFIRMING, at)
    _record("sharing.dispute.confirmed", row, by, at, side="consumer")


def take_agreement(case: CaseValue, *, by: ActorRef, at: datetime) -> Mapping[str, Any]:
    """Both sides agree: the dispute ends, and where the settlement says so the provider answers anew."""
    row = _lock(case)
    assert row.settlement is not None
    settlement = Ruling.from_json(row.settlement)
    follows = _begin_anew(row, settlement, at) if settlement.anew else {}
    _close(row, DisputeState.SETTLED, by, at, "sharing.dispute.settled", **follows)
    return follows


def take_referral(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """The sides do not come together: the working group decides."""
    row = _lock(case)
    _move(row, DisputeState.DECIDING, at)
    _record("sharing.dispute.referred", row, by, at)


def take_decision(
    case: CaseValue, *, anew: bool, by: ActorRef, at: datetime, data: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The working group's decision: the provider answers anew, or its answer stands."""
    row = _lock(case)
    decision = Ruling(
        data["decision"].strip(), anew, tuple(data.get("decision_columns") or ()), data["document_no"].strip()
    )
    domain.check_ruling(decision, queries.wish_of(row.request))
    row.decision = decision.to_json()
    follows = _begin_anew(row, decision, at) if anew else {}
    state = DisputeState.REOPENED if anew else DisputeState.DISMISSED
    _close(row, state, by, at, "sharing.dispute.decided", document=decision.document_no, **follows)
    return follows


def take_dispute_withdrawal(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    """The consumer, or a reform that made one body of both, takes the dispute back."""
    _close(_lock(case), DisputeState.WITHDRAWN, by, at, "sharing.dispute.withdrawn")


def _begin_anew(row: models.Dispute, ruling: Ruling, at: datetime) -> dict[str, Any]:
    """Open a new request that the provider answers by a clock of its own; gives its number.

    A request that was never answered stays as it is: a ruling gives nobody who is late new days, his clock runs on.

    Raises CannotBeRequested, AlreadyRequested.
    """
    first = queries.lock_request(row.request.request_no)
    if RequestState(first.state).open:
        return {}
    resource = catalogue.get_resource(first.resource_code)
    queries.check_requestable(resource, row.consumer_uscc)
    if other := queries.open_request_of([first.client_no], resource.code):
        raise domain.AlreadyRequested(client=first.client_no, request=other.request_no)
    today = local_day(at)
    wish = domain.asked_anew(
        queries.wish_of(first),
        ruling.columns,
        given=queries.columns_given(first.client_no, resource.code, at),
        on=today,
        until=queries.default_until(today),
    )
    case = procedures.open_case(
        DATA_REQUEST,
        subject_code=resource.code,
        title=resource.title,
        parties={"consumer": row.consumer_uscc, "bureau": organisations.bureau(), "provider": row.provider_uscc},
        data={
            "resource": resource.code,
            "resource_title": resource.title,
            "route": OutlookKind.PROCEDURE.value,
            "inside": False,
            "wish": wish.to_json(),
            "items": [[item.column_name, item.title] for item in resource.items if item.column_name in wish.columns],
            "dispute": row.dispute_no,
        },
        by=ActorRef(**row.raised_by),
        at=at,
    )
    return {"new_request": case.case_no}


def _lock(case: CaseValue) -> models.Dispute:
    return models.Dispute.objects.select_for_update(of=("self",)).select_related("request").get(case_no=case.case_no)


def _move(row: models.Dispute, state: DisputeState, at: datetime) -> None:
    row.state = state
    if not state.open:
        row.closed_at = at
    row.save()


def _close(row: models.Dispute, state: DisputeState, by: ActorRef, at: datetime, action: str, **details: Any) -> None:
    _move(row, state, at)
    _record(action, row, by, at, state=state.value, **details)
    outbox.publish(
        events.DisputeClosed(
            dispute_no=row.dispute_no,
            request_no=row.request.request_no,
            resource_code=row.request.resource_code,
            state=state.value,
        ),
        at=at,
    )
    sides = (row.provider_uscc, row.consumer_uscc)
    people = {
        person
        for side in sides
        for person in people_of(side, at, Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF)
    }
    _tell(
        row,
        people - {by.id},
        N_("供需争议 {dispute} 已办结：{state}"),
        N_("申请 {request}（{resource}）的供需争议已办结，请查看处理结果。"),
        at,
        state=state.label,
    )


def _record(action: str, row: models.Dispute, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=action,
        by=by,
        at=at,
        object_kind="dispute",
        object_code=row.dispute_no,
        resource=row.request.resource_code,
        case=row.case_no,
        details=details,
    )


def _tell(row: models.Dispute, people: set[str], title: str, body: str, at: datetime, **more: str) -> None:
    if not people:
        return
    notices.notify(
        sorted(people),
        kind="sharing.dispute",
        title=title,
        body=body,
        link=f"/sharing/disputes/{row.dispute_no}/",
        at=at,
        parameters={
            "dispute": row.dispute_no,
            "request": row.request.request_no,
            "resource": row.request.resource_title,
            **more,
        },
    )
