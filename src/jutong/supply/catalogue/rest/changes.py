"""Changes of laws and duties, withdrawals, and declared stops."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.policy import decide
from jutong.supply.catalogue import domain, models, policy, queries, services
from jutong.supply.catalogue.rest.base import Day, InClassification, InSequence, Line, Short, Text, Title, router
from jutong.supply.catalogue.values import ChangeKind, UpdateState

InChange = Annotated[str, InPath(pattern=r"^BG[0-9]{8,16}$", examples=["BG20260001"])]


class ChangeIn(StrictSchema):
    """A change of a law or of duties. `happened_on` is the day of the event: the limit counts from it."""

    kind: Literal["amended", "repealed", "duty"]
    title: Title
    document_no: Short = ""
    happened_on: Day
    note: Text = ""
    provider_uscc: Annotated[str, StringConstraints(pattern=r"^([0-9A-Z]{18})?$")] = ""


class ChangeRow(Schema):
    """A change in a list."""

    change_no: str
    kind: ChangeKind
    title: str
    document_no: str
    happened_on: date
    provider_uscc: str
    recorded_at: datetime


class ChangePage(Schema):
    """A page of changes."""

    total: int
    items: list[ChangeRow]


class UpdateDutyOut(Schema):
    """A resource that a change touches, and where its update stands."""

    code: str
    title: str
    provider_uscc: str
    state: UpdateState
    due_on: date
    born_overdue: bool
    case_no: str
    settled_at: datetime | None


class TouchedOut(Schema):
    """A resource that a change may touch, with the bases that name it."""

    code: str
    title: str
    provider_uscc: str
    why: str


class ChangeOut(ChangeRow):
    """A change with the updates it called for and the resources it may touch besides."""

    note: str
    duties: list[UpdateDutyOut]
    proposed: list[TouchedOut]


class CallIn(StrictSchema):
    """The resources whose update is called for."""

    codes: list[Short] = Field(min_length=1, max_length=500)


@router.get("/changes", response={200: ChangePage, **problems()}, summary="Changes of laws and duties")
def changes(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Those of all departments and one's own, for the bureau all; the newest first."""
    return page_of(queries.changes(request.subject), query, present=_change_row)


@router.post("/changes", response={201: ChangeOut, **problems(404)}, summary="Record a change")
def record_change(request: SubjectRequest, body: ChangeIn) -> Any:
    """The bureau for all departments, a department's steward for its own. `proposed` names what it may touch."""
    row = services.record_change(
        **body.model_dump() | {"kind": ChangeKind(body.kind)}, by=request.subject, at=clock.now()
    )
    return Status(201, _change_out(row, request))


@router.get("/changes/{change_no}", response={200: ChangeOut, **problems(404)}, summary="One change")
def change(request: SubjectRequest, change_no: InChange) -> dict[str, Any]:
    """With the updates it called for; what it may touch besides is told to those who may call for updates."""
    return _change_out(queries.view_change_row(change_no, request.subject), request)


@router.post(
    "/changes/{change_no}/updates",
    response={200: list[UpdateDutyOut], **problems(404, 409)},
    summary="Have resources updated after a change",
)
def call_for_updates(request: SubjectRequest, change_no: InChange, body: CallIn) -> Any:
    """Opens a case for each; the limit of 15 working days counts from the day of the event. Guide 6.2.10."""
    called = services.call_for_updates(change_no=change_no, codes=body.codes, by=request.subject, at=clock.now())
    return _duties(called)


def _change_row(row: models.ChangeRecord) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ChangeRow.model_fields}


def _change_out(row: models.ChangeRecord, request: SubjectRequest) -> dict[str, Any]:
    may_call = decide(request.subject, policy.RECORD_CHANGE, queries.facts_of_change(row)).allowed
    proposed = queries.touched_by(row) if may_call else []
    return {
        **_change_row(row),
        "note": row.note,
        "duties": _duties(queries.duties_of(row)),
        "proposed": [{name: getattr(each, name) for name in TouchedOut.model_fields} for each in proposed],
    }


def _duties(rows: Iterable[models.UpdateDuty]) -> list[dict[str, Any]]:
    return [
        {
            "code": row.resource.code,
            "title": row.resource.title,
            "provider_uscc": row.resource.provider_uscc,
            "state": row.state,
            "due_on": row.due_on,
            "born_overdue": row.due_on < clock.local_day(row.opened_at),
            "case_no": row.case_no,
            "settled_at": row.settled_at,
        }
        for row in rows
    ]


# --- Withdrawal ------------------------------------------------------------------------------------------------------


class WithdrawalIn(StrictSchema):
    """Why a resource is to leave the catalogue, and what replaces it."""

    reason: Text
    replaced_by: Short = ""


class WithdrawalOpinionOut(Schema):
    """What a department that uses the resource says; nothing while it is silent."""

    organisation: str
    agrees: bool | None
    remark: str
    at: datetime | None


class WithdrawalOut(Schema):
    """A withdrawal with what the users of the resource say. `outcome` is empty while it is under way."""

    code: str
    case_no: str
    reason: str
    replaced_by: str
    notice_ends_on: date
    asked_at: datetime
    ended_at: datetime | None
    outcome: str
    opinions: list[WithdrawalOpinionOut]


class WithdrawalOpinionIn(StrictSchema):
    """A department's word on a withdrawal; an objection says why."""

    agrees: bool
    remark: Text = ""


@router.get(
    "/resources/{classification}/{sequence}/withdrawals",
    response={200: list[WithdrawalOut], **problems(404)},
    summary="Withdrawals of a resource",
)
def withdrawals(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """The newest first; at most one is under way."""
    row = queries.view_resource_row(f"{classification}/{sequence}", request.subject)
    return [_withdrawal(made) for made in row.withdrawals.prefetch_related("opinions").select_related("resource")]


@router.post(
    "/resources/{classification}/{sequence}/withdrawals",
    response={201: WithdrawalOut, **problems(404, 409)},
    summary="Ask that a resource leave the catalogue",
)
def ask_withdrawal(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: WithdrawalIn
) -> Any:
    """Its users are heard until the notice ends, then the bureau decides. The code stays."""
    made = services.ask_withdrawal(
        code=f"{classification}/{sequence}", **body.model_dump(), by=request.subject, at=clock.now()
    )
    return Status(201, _withdrawal(made))


@router.put(
    "/resources/{classification}/{sequence}/withdrawals/opinion",
    response={200: WithdrawalOut, **problems(404, 409)},
    summary="Say what one's department thinks of a withdrawal",
)
def say_of_withdrawal(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: WithdrawalOpinionIn
) -> Any:
    """For the steward or coordinator of a department that uses the resource; the last word counts."""
    code = f"{classification}/{sequence}"
    services.say_of_withdrawal(code=code, **body.model_dump(), by=request.subject, at=clock.now())
    made = queries.open_withdrawal(queries.view_resource_row(code, request.subject))
    if made is None:
        raise domain.NoWithdrawal(resource=code)
    return _withdrawal(made)


def _withdrawal(made: models.Withdrawal) -> dict[str, Any]:
    names = set(WithdrawalOut.model_fields) - {"code", "opinions"}
    return {
        **{name: getattr(made, name) for name in names},
        "code": made.resource.code,
        "opinions": [
            {name: getattr(each, name) for name in WithdrawalOpinionOut.model_fields} for each in made.opinions.all()
        ],
    }


# --- Declared stops --------------------------------------------------------------------------------------------------


class UpdateStopIn(StrictSchema):
    """Since when, until when if that is known, and why a resource is not updated."""

    from_day: Day
    until_day: Day | None = None
    reason: Line


class UpdateStopOut(Schema):
    """A time in which a resource is declared not to be updated."""

    from_day: date
    until_day: date | None
    reason: str


@router.get(
    "/resources/{classification}/{sequence}/stops",
    response={200: list[UpdateStopOut], **problems(404)},
    summary="Declared stops of a resource's updates",
)
def stops(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """The newest first."""
    return list(queries.view_resource_row(f"{classification}/{sequence}", request.subject).stops.all())


@router.post(
    "/resources/{classification}/{sequence}/stops",
    response={201: UpdateStopOut, **problems(404, 409)},
    summary="Declare that a resource is not updated",
)
def declare_stop(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: UpdateStopIn
) -> Any:
    """For the provider's steward."""
    code = f"{classification}/{sequence}"
    return Status(201, services.declare_stop(code=code, **body.model_dump(), by=request.subject, at=clock.now()))


@router.delete(
    "/resources/{classification}/{sequence}/stops",
    response={200: UpdateStopOut, **problems(404, 409)},
    summary="Declare that a resource is updated again",
)
def end_stop(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """The stop that holds today ends with yesterday."""
    return services.end_stop(code=f"{classification}/{sequence}", by=request.subject, at=clock.now())
