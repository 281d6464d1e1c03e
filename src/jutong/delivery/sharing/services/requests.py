"""Requests: asked, acted on, and what each step of the procedure does. One action, one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from jutong.base.access import require
from jutong.delivery.sharing import domain, events, models, policy, queries
from jutong.delivery.sharing.services import grants, rows
from jutong.delivery.sharing.values import (
    Consent,
    Decider,
    Refusal,
    RequestState,
    Wish,
)
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource

DATA_REQUEST: Final = "sharing.data_request"
"""The procedure of `procedures.py`, by name: it calls us, so we do not import it."""

INNER_KIND: Final = "sharing.request"
"""What a department may send round its own people before it is asked, by the procedure's name for it."""


# --- Asking ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_resource(*, resource_code: str, wish: Wish, by: Subject, at: datetime) -> str:
    """Ask for data (数据需求申请); gives the request's number. Art. 22(1).

    Type 1 without controlled parameters is granted before this returns; all others wait for the bureau's review. Where
    the department or a rule has inner steps before a request, it goes round the department first, and `hand_in` passes
    it to the bureau.

    Raises NotPermitted, NoSuchResource, CannotBeRequested, WishFault or SeveralFaults, AlreadyGranted,
    AlreadyRequested.
    """
    require(by, policy.REQUEST, Facts({Relation.CONSUMER: by.organisation}))
    resource = catalogue.view_resource(resource_code, by=by)
    queries.check_requestable(resource, by.organisation)
    place = queries.find_place(resource.code)
    outlook = domain.outlook(resource, by.organisation, mounted=place is not None)
    if not outlook.possible:
        raise domain.NotMounted(resource=resource.code)
    wish = _checked(wish, resource, by, at)
    _refuse_second(wish.client_no, resource.code, at)
    inside = procedures.inner_steps_needed(INNER_KIND, organisation=by.organisation, at=at)
    case = procedures.open_case(
        DATA_REQUEST,
        subject_code=resource.code,
        title=resource.title,
        parties={
            "consumer": by.organisation,
            "bureau": organisations.bureau(),
            "provider": resource.provider_uscc,
        },
        data={
            "resource": resource.code,
            "resource_title": resource.title,
            "route": outlook.kind.value,
            "inside": inside,
            "wish": wish.to_json(),
            "items": [[item.column_name, item.title] for item in resource.items if item.column_name in wish.columns],
        },
        by=by,
        at=at,
    )
    if case.state == "preparing":
        procedures.propose(case.case_no, "hand_in", by=by, at=at)
    return case.case_no


def _checked(wish: Wish, resource: Resource, by: Subject, at: datetime) -> Wish:
    today = local_day(at)
    faults: list[domain.SharingError] = list(domain.find_faults(wish, resource, on=today, bounds=queries.bounds(today)))
    if wish.client_no and wish.client_no not in queries.own_clients(by):
        faults.insert(0, domain.ClientOfAnother(field="client_no", client=wish.client_no))
    domain.raise_all(faults)
    return domain.tidied(wish, resource)


def _refuse_second(client_no: str, resource_code: str, at: datetime) -> None:
    """A client has one open request and one live grant for a resource. Expired grants make room now."""
    grants.note_ended(models.Grant.objects.filter(client_no=client_no, resource_code=resource_code), at)
    held = models.Grant.objects.filter(client_no=client_no, resource_code=resource_code, ended_at=None).first()
    if held is not None:
        raise domain.AlreadyGranted(client=client_no, grant=held.grant_no)
    if open_one := queries.open_request_of([client_no], resource_code):
        raise domain.AlreadyRequested(client=client_no, request=open_one.request_no)


# --- Acting on requests: what people do ------------------------------------------------------------------------------


@transaction.atomic
def forward(*, request_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """The formal review is passed (规范性审查通过): the provider is asked. Art. 22(2)."""
    row = queries.view_request_row(request_no, by)
    procedures.act(row.case_no, "forward", by=by, at=at, remark=remark)


@transaction.atomic
def reject(*, request_no: str, remark: str, by: Subject, at: datetime) -> None:
    """The formal review is not passed (审查不通过), with the reason."""
    row = queries.view_request_row(request_no, by)
    procedures.act(row.case_no, "reject", by=by, at=at, remark=remark)


@transaction.atomic
def consent(*, request_no: str, consent: Consent, by: Subject, at: datetime) -> None:
    """The provider agrees, wholly or in part (同意提供). Art. 22(3).

    Where the provider has inner steps before its answers, items and masks go round it first; the same call answers when
    all have agreed.

    Raises NoSuchRequest, AnswerFault or SeveralFaults, and what the procedure refuses.
    """
    row = queries.view_request_row(request_no, by)
    domain.check_consent(consent, queries.wish_of(row), catalogue.get_resource(row.resource_code))
    ticked = {"columns": list(consent.columns), "masked": list(consent.masks)}
    case = procedures.hand_on(row.case_no, "agree", by=by, at=at, remark=consent.remark, data=ticked)
    if case.state == "answer":
        return
    # The case's form knows only which items are masked; the exact masks and rows are put in its place.
    _write_consent(queries.lock_request(request_no), consent)


@transaction.atomic
def refuse(*, request_no: str, refusal: Refusal, by: Subject, at: datetime) -> None:
    """The provider refuses, with ground, reason and legal basis (不予提供), after its inner steps. Art. 22(3)."""
    row = queries.view_request_row(request_no, by)
    procedures.hand_on(row.case_no, "refuse", by=by, at=at, data=refusal.to_json())


@transaction.atomic
def push(*, request_no: str, remark: str = "", by: Subject, at: datetime) -> str:
    """The bureau pushes the answer to the consumer (结果推送); gives the grant's number, or nothing. Art. 22(4)."""
    row = queries.view_request_row(request_no, by)
    refused = isinstance(queries.answer_of(row), Refusal)
    procedures.act(row.case_no, "tell_refusal" if refused else "push", by=by, at=at, remark=remark)
    found = models.Grant.objects.filter(request__request_no=request_no).first()
    return found.grant_no if found else ""


@transaction.atomic
def withdraw(*, request_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """The consumer takes its request back before the decision (撤回)."""
    row = queries.view_request_row(request_no, by)
    require(by, policy.WITHDRAW_REQUEST, queries.facts_of_request(row))
    procedures.act(row.case_no, "withdraw", by=by, at=at, remark=remark)


@transaction.atomic
def send_back(*, request_no: str, gaps: Sequence[str], remark: str, by: Subject, at: datetime) -> None:
    """The bureau, or the provider, has the request completed (退回补正), with all that is missing in one note.

    The office's clock stands still meanwhile. The second time a second person of the office must agree first; the same
    call goes through then.
    """
    row = queries.view_request_row(request_no, by)
    way = "ask_completion" if row.state == RequestState.ANSWERING else "send_back"
    procedures.hand_on(row.case_no, way, by=by, at=at, remark=remark, data={"gaps": list(gaps)})


@transaction.atomic
def complete(
    *, request_no: str, remark: str, purpose: str = "", legal_basis: str = "", by: Subject, at: datetime
) -> None:
    """The consumer completes its request (补正); the office's clock goes on with what is left, at least a day."""
    row = queries.view_request_row(request_no, by)
    state = procedures.case(row.case_no).state
    way = "complete_answer" if state == "completing_answer" else "complete_review"
    data = {"purpose": purpose, "legal_basis": legal_basis}
    procedures.act(row.case_no, way, by=by, at=at, remark=remark, data=data)


@transaction.atomic
def hand_in(*, request_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """Pass a request that the department's own people have agreed to on to the bureau; before that, send it round."""
    row = queries.view_request_row(request_no, by)
    procedures.hand_on(row.case_no, "hand_in", by=by, at=at, remark=remark)


# --- Steps of the procedure ------------------------------------------------------------------------------------------


def take_request(case: CaseValue, *, at: datetime) -> models.DataRequest:
    """The request exists from the moment its case is opened; its number is the case's."""
    row = _write_request(case, RequestState.REVIEWING, at)
    _announce_request(row, case.opened_by, at)
    return row


def take_beginning_anew(case: CaseValue, *, at: datetime) -> None:
    """A dispute's ruling asks the provider again; the formal review was passed the first time. Art. 39."""
    row = _write_request(case, RequestState.ANSWERING, at)
    row.dispute = models.Dispute.objects.get(dispute_no=case.data["dispute"])
    row.save(update_fields=["dispute"])
    _announce_request(row, case.opened_by, at)


def take_preparation(case: CaseValue, *, at: datetime) -> None:
    """The request is written and goes round its own department; nobody else knows of it yet."""
    row = _write_request(case, RequestState.PREPARING, at)
    rows.record("sharing.request.prepared", row, case.opened_by, at, client=row.client_no)


def take_handing_in(case: CaseValue, *, at: datetime) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.PREPARING)
    queries.check_requestable(catalogue.get_resource(row.resource_code), row.consumer_uscc)
    rows.set_state(row, RequestState.REVIEWING, at)
    _announce_request(row, case.opened_by, at)


def _write_request(case: CaseValue, state: RequestState, at: datetime) -> models.DataRequest:
    wish = Wish.from_json(case.data["wish"])
    resource = catalogue.get_resource(case.data["resource"])
    return models.DataRequest.objects.create(
        request_no=case.case_no,
        case_no=case.case_no,
        resource_code=resource.code,
        resource_version=resource.version,
        resource_title=resource.title,
        provider_uscc=resource.provider_uscc,
        consumer_uscc=case.parties["consumer"],
        client_no=wish.client_no,
        route=case.data["route"],
        wish=wish.to_json(),
        state=state,
        submitted_by=case.opened_by.to_json(),
        submitted_at=at,
    )


def note_answer(*, request_no: str, in_time: bool) -> None:
    """Keep whether the provider answered in time; once it was late it stays so, whatever comes after."""
    unanswered = models.DataRequest.objects.filter(request_no=request_no)
    unanswered.exclude(answer_in_time=False).update(answer_in_time=in_time)


def _announce_request(row: models.DataRequest, by: ActorRef, at: datetime) -> None:
    wish = queries.wish_of(row)
    rows.record(
        "sharing.request.submitted",
        row,
        by,
        at,
        client=wish.client_no,
        columns=list(wish.columns),
        filtered=wish.condition is not None,
    )
    outbox.publish(
        events.RequestSubmitted(
            request_no=row.request_no,
            resource_code=row.resource_code,
            provider_uscc=row.provider_uscc,
            consumer_uscc=row.consumer_uscc,
            client_no=row.client_no,
        ),
        at=at,
    )


def take_grant_at_once(case: CaseValue, *, at: datetime) -> Mapping[str, Any]:
    """The platform grants by itself what needs no decision (平台直接提供). Art. 22, first sentence."""
    row = take_request(case, at=at)
    resource = catalogue.get_resource(row.resource_code)
    if domain.needs_procedure(resource):
        raise domain.NotPublished(resource=resource.code)
    terms = domain.terms_at_once(queries.wish_of(row), resource)
    grant_no = grants.give(row, resource, terms, decider=Decider.PLATFORM, by=PLATFORM, at=at)
    return {"grant": grant_no}


def take_forward(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.REVIEWING)
    rows.set_state(row, RequestState.ANSWERING, at)
    rows.record("sharing.request.forwarded", row, by, at)


def take_rejection(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.REVIEWING)
    row.decided_at = at
    rows.set_state(row, RequestState.REJECTED, at)
    rows.record("sharing.request.rejected", row, by, at)


def take_return(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.REVIEWING, RequestState.ANSWERING)
    rows.set_state(row, RequestState.COMPLETING, at)
    rows.record("sharing.request.returned", row, by, at, gaps=list(data["gaps"]))


def take_completion(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """What was missing is told: purpose and basis anew where they were wanting, for grant and answer alike."""
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.COMPLETING)
    given = {name: (data.get(name) or "").strip() for name in ("purpose", "legal_basis")}
    row.supplements = [*row.supplements, {**given, "at": at.isoformat()}]
    resource, today = catalogue.get_resource(row.resource_code), local_day(at)
    domain.raise_all(
        [
            fault
            for fault in domain.find_faults(queries.wish_of(row), resource, on=today, bounds=queries.bounds(today))
            if fault.field in given
        ]
    )
    back = RequestState.ANSWERING if case.state == "completing_answer" else RequestState.REVIEWING
    rows.set_state(row, back, at)
    rows.record("sharing.request.completed", row, by, at, changed=[name for name, text in given.items() if text])


def take_consent(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    """The provider's consent from the case's own form: ticked items, and those to be masked by their kind."""
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.ANSWERING)
    resource = catalogue.get_resource(row.resource_code)
    columns = tuple(data["columns"])
    masks = {
        item.column_name: domain.default_mask(item) or domain.plain_mask(item)
        for item in resource.items
        if item.column_name in data.get("masked", ())
    }
    row.decided_at = at
    _write_consent(row, Consent(columns, masks))
    rows.set_state(row, RequestState.PUSHING, at)
    rows.record("sharing.request.agreed", row, by, at, columns=list(columns), masked=sorted(masks))


def _write_consent(row: models.DataRequest, answer: Consent) -> None:
    domain.check_consent(answer, queries.wish_of(row), catalogue.get_resource(row.resource_code))
    row.answer = answer.to_json()
    row.save(update_fields=["answer"])


def take_refusal(case: CaseValue, *, by: ActorRef, at: datetime, data: Mapping[str, Any]) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.ANSWERING)
    refusal = Refusal(data["ground"], data["reason"].strip(), data["legal_basis"].strip())
    domain.check_refusal(refusal, queries.refusal_grounds(local_day(at)).codes)
    row.answer, row.decided_at = refusal.to_json(), at
    rows.set_state(row, RequestState.PUSHING, at)
    rows.record("sharing.request.declined", row, by, at, ground=refusal.ground)


def take_push(case: CaseValue, *, by: ActorRef, at: datetime) -> Mapping[str, Any]:
    """The consent reaches the consumer: from now on its client may call. Art. 22(4)."""
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.PUSHING)
    answer = queries.answer_of(row)
    assert isinstance(answer, Consent)
    resource = catalogue.get_resource(row.resource_code)
    queries.check_requestable(resource, row.consumer_uscc)
    wish = queries.wish_of(row)
    domain.check_consent(answer, wish, resource)
    terms = domain.terms_by_consent(wish, answer, resource)
    return {"grant": grants.give(row, resource, terms, decider=Decider.PROVIDER, by=by, at=at)}


def take_refusal_told(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.PUSHING)
    rows.set_state(row, RequestState.REFUSED, at)
    rows.record("sharing.request.refused", row, by, at)


def take_withdrawal(case: CaseValue, *, by: ActorRef, at: datetime) -> None:
    row = queries.lock_request(case.case_no)
    rows.expect(row, RequestState.PREPARING, RequestState.REVIEWING, RequestState.COMPLETING, RequestState.ANSWERING)
    rows.set_state(row, RequestState.WITHDRAWN, at)
    rows.record("sharing.request.withdrawn", row, by, at)
