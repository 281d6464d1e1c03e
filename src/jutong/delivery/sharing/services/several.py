"""Handling several requests with one decision: each by itself, with its own transaction, audit entry and reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from jutong.delivery.sharing import domain, queries
from jutong.delivery.sharing.services import requests
from jutong.delivery.sharing.values import Consent, Refusal, RequestState, Way
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import api as catalogue


@dataclass(frozen=True, slots=True)
class OneForAll:
    """The decision that fits several requests: the way they go, its remark, and for a refusal ground and basis.

    Consent gives all that was asked for, masked as its grade wants by default; whoever wants less answers one by one.
    """

    way: Way
    remark: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one request: done, sent round the department first, or not done and why."""

    request_no: str
    title: str
    sent_round: bool = False
    error: JutongError | None = None


def handle_several(*, request_nos: Sequence[str], decision: OneForAll, by: Subject, at: datetime) -> Iterator[Handled]:
    """Take each request the same way (批量办理); one that cannot go it does not hold up the others."""
    for request_no in dict.fromkeys(request_nos):
        title = ""
        try:
            title = queries.view_request_row(request_no, by).resource_title
            sent_round = _handle(request_no, decision, by, at)
        except JutongError as error:
            yield Handled(request_no, title, error=error)
        else:
            yield Handled(request_no, title, sent_round=sent_round)


def _handle(request_no: str, decision: OneForAll, by: Subject, at: datetime) -> bool:
    """Take one request its way; tells whether it went round the department first."""
    match decision.way:
        case Way.FORWARD:
            requests.forward(request_no=request_no, remark=decision.remark, by=by, at=at)
        case Way.REJECT:
            requests.reject(request_no=request_no, remark=decision.remark, by=by, at=at)
        case Way.PUSH:
            requests.push(request_no=request_no, remark=decision.remark, by=by, at=at)
        case Way.AGREE:
            requests.consent(request_no=request_no, consent=_all_of_it(request_no, by, decision.remark), by=by, at=at)
        case Way.REFUSE:
            if decision.refusal is None:
                raise domain.RefusalBasisMissing(field="legal_basis")
            requests.refuse(request_no=request_no, refusal=decision.refusal, by=by, at=at)
    answered = decision.way in (Way.AGREE, Way.REFUSE)
    return answered and queries.view_request_row(request_no, by).state == RequestState.ANSWERING


def _all_of_it(request_no: str, by: Subject, remark: str) -> Consent:
    row = queries.view_request_row(request_no, by)
    columns = queries.wish_of(row).columns
    return Consent(columns, domain.default_masks(catalogue.get_resource(row.resource_code), columns), None, remark)
