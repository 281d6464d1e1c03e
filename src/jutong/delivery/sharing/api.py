"""The door of sharing: what other rooms may call. Values are in `values`, facts in `events`."""

from collections.abc import Sequence
from datetime import datetime

from jutong.delivery.sharing import queries, services
from jutong.delivery.sharing.domain import (
    AlreadyGranted,
    CannotBeRequested,
    GrantEnded,
    NoSuchGrant,
    NoSuchRequest,
    default_masks,
)
from jutong.delivery.sharing.values import (
    Answers,
    Consent,
    DisputeKind,
    Flow,
    Grant,
    GrantOutline,
    Outlook,
    Refusal,
    RequestCount,
    Ruling,
    Wish,
)
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import api as catalogue

__all__ = [
    "AlreadyGranted",
    "CannotBeRequested",
    "GrantEnded",
    "NoSuchGrant",
    "NoSuchRequest",
    "answers",
    "complete",
    "confirm_settlement",
    "consent",
    "decide_dispute",
    "default_masks",
    "find_live_grant",
    "flows",
    "forward",
    "get_grant",
    "grant_outlines",
    "live_grants",
    "outlook",
    "push",
    "raise_dispute",
    "recompile",
    "refer_dispute",
    "refuse",
    "reject",
    "request_counts",
    "request_resource",
    "revoke",
    "send_back",
    "settle_dispute",
    "state_in_dispute",
    "view_grant",
    "withdraw",
    "withdraw_dispute",
]


# --- Questions -------------------------------------------------------------------------------------------------------


def outlook(resource_code: str, *, consumer_uscc: str) -> Outlook:
    """What happens when this department asks for this resource now. Art. 22. Raises NoSuchResource."""
    return queries.outlook(catalogue.get_resource(resource_code), consumer_uscc)


def get_grant(grant_no: str) -> Grant:
    """A grant by its number, ended or not. Raises NoSuchGrant. Rights are the caller's affair."""
    return queries.get_grant(grant_no)


def view_grant(grant_no: str, *, by: Subject) -> Grant:
    """A grant, if this subject may know of it. Raises NoSuchGrant."""
    return queries.grant_of(queries.view_grant_row(grant_no, by))


def live_grants(*, at: datetime, resource_code: str = "", consumer_uscc: str = "") -> list[Grant]:
    """The grants that may be used at that moment, of one resource or one consumer where given."""
    return queries.live_grants(at, resource_code=resource_code, consumer_uscc=consumer_uscc)


def find_live_grant(*, client_no: str, resource_code: str, at: datetime) -> Grant | None:
    """The grant under which a client may call a resource now, or nothing."""
    found = queries.live_grants(at, resource_code=resource_code)
    return next((grant for grant in found if grant.client_no == client_no), None)


def flows(*, at: datetime) -> list[Flow]:
    """Live grants between departments, the most first, in one query."""
    return queries.flows(at)


def request_counts(*, since: datetime, until: datetime) -> list[RequestCount]:
    """Requests by the month they were filed and their present state, in one query."""
    return queries.request_counts(since, until)


def answers(*, since: datetime, until: datetime) -> dict[str, Answers]:
    """What each provider decided in that time, by credit code, in one query."""
    return queries.answers(since, until)


def grant_outlines(*, by: Subject, at: datetime) -> list[GrantOutline]:
    """The live grants that the subject may see, in outline, the oldest first, in one query."""
    return queries.grant_outlines(by, at)


# --- Actions ---------------------------------------------------------------------------------------------------------


def request_resource(*, resource_code: str, wish: Wish, by: Subject, at: datetime) -> str:
    """Ask for data (数据需求申请); gives the request's number. `services.request_resource` names the errors."""
    return services.request_resource(resource_code=resource_code, wish=wish, by=by, at=at)


def forward(*, request_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """The bureau's formal review is passed (规范性审查通过): the provider is asked."""
    services.forward(request_no=request_no, remark=remark, by=by, at=at)


def reject(*, request_no: str, remark: str, by: Subject, at: datetime) -> None:
    """The bureau's formal review is not passed (审查不通过), with the reason."""
    services.reject(request_no=request_no, remark=remark, by=by, at=at)


def withdraw(*, request_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """The consumer takes its request back before the decision (撤回)."""
    services.withdraw(request_no=request_no, remark=remark, by=by, at=at)


def consent(*, request_no: str, consent: Consent, by: Subject, at: datetime) -> None:
    """The provider agrees, wholly or in part (同意提供)."""
    services.consent(request_no=request_no, consent=consent, by=by, at=at)


def refuse(*, request_no: str, refusal: Refusal, by: Subject, at: datetime) -> None:
    """The provider refuses, with ground, reason and legal basis (不予提供)."""
    services.refuse(request_no=request_no, refusal=refusal, by=by, at=at)


def push(*, request_no: str, by: Subject, at: datetime) -> str:
    """The bureau pushes the answer (结果推送); gives the grant's number, or nothing after a refusal."""
    return services.push(request_no=request_no, by=by, at=at)


def send_back(*, request_no: str, gaps: Sequence[str], remark: str, by: Subject, at: datetime) -> None:
    """The bureau or the provider has the request completed (退回补正)."""
    services.send_back(request_no=request_no, gaps=gaps, remark=remark, by=by, at=at)


def complete(*, request_no: str, remark: str, legal_basis: str = "", by: Subject, at: datetime) -> None:
    """The consumer completes its request (补正)."""
    services.complete(request_no=request_no, remark=remark, legal_basis=legal_basis, by=by, at=at)


def raise_dispute(*, request_no: str, kind: DisputeKind, reason: str, wished: str, by: Subject, at: datetime) -> str:
    """Bring a request to coordination (提请协调); gives the dispute's number. Art. 39."""
    return services.raise_dispute(request_no=request_no, kind=kind, reason=reason, wished=wished, by=by, at=at)


def state_in_dispute(*, dispute_no: str, statement: str, by: Subject, at: datetime) -> None:
    """Say what one's department thinks (陈述意见)."""
    services.state_in_dispute(dispute_no=dispute_no, statement=statement, by=by, at=at)


def settle_dispute(*, dispute_no: str, settlement: Ruling, by: Subject, at: datetime) -> None:
    """The provider's coordinator proposes a settlement (协调意见)."""
    services.settle_dispute(dispute_no=dispute_no, settlement=settlement, by=by, at=at)


def confirm_settlement(*, dispute_no: str, agreed: bool, remark: str = "", by: Subject, at: datetime) -> None:
    """A side agrees to the settlement, or not (确认协调意见)."""
    services.confirm_settlement(dispute_no=dispute_no, agreed=agreed, remark=remark, by=by, at=at)


def refer_dispute(*, dispute_no: str, remark: str, by: Subject, at: datetime) -> None:
    """The coordinator passes the dispute to the working group."""
    services.refer_dispute(dispute_no=dispute_no, remark=remark, by=by, at=at)


def decide_dispute(*, dispute_no: str, decision: Ruling, by: Subject, at: datetime) -> None:
    """The bureau enters the working group's decision (工作小组决定)."""
    services.decide_dispute(dispute_no=dispute_no, decision=decision, by=by, at=at)


def withdraw_dispute(*, dispute_no: str, remark: str = "", by: Subject, at: datetime) -> None:
    """The consumer takes the dispute back (撤回争议)."""
    services.withdraw_dispute(dispute_no=dispute_no, remark=remark, by=by, at=at)


def revoke(*, grant_no: str, reason: str, by: Subject, at: datetime) -> Grant:
    """Withdraw a grant (收回授权). Raises NoSuchGrant, NotPermitted, ReasonMissing, GrantEnded."""
    return services.revoke(grant_no=grant_no, reason=reason, by=by, at=at)


def recompile(*, resource_code: str, at: datetime) -> int:
    """Bring live grants in line with the resource's present version and place; gives how many changed."""
    return services.recompile(resource_code=resource_code, at=at)
