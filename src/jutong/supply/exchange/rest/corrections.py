"""Refused rows: corrected one by one, many at once or in a file, left to the source, and replayed."""

from typing import Annotated, Any

from ninja import File, Schema, Status, UploadedFile
from ninja import Path as InPath
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain import KEPT_REJECTS
from jutong.supply.exchange.rest.base import InRun, router
from jutong.supply.exchange.rest.runs import RejectOut, RunOut
from jutong.supply.exchange.services import correction_files, corrections
from jutong.supply.exchange.services.corrections import LONGEST_VALUE

InNumber = Annotated[int, InPath(ge=1, le=1_000_000)]
ItemName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=60), Field(examples=["mc"])]
ItemValue = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=LONGEST_VALUE), Field(examples=["x"])]
OF_REJECT = "/runs/{run_no}/rejects/{number}"


class ItemValueIn(StrictSchema):
    """What a data item ought to be; null empties it."""

    item: ItemName
    value: ItemValue | None


class CorrectionIn(StrictSchema):
    """New values of data items; what is not named stays as it came."""

    values: list[ItemValueIn] = Field(min_length=1, max_length=500)

    def by_item(self) -> dict[str, str | None]:
        return {each.item: each.value for each in self.values}


class NumberedCorrectionIn(CorrectionIn):
    """The correction of one reject among many."""

    number: int = Field(ge=1, le=1_000_000)


class CorrectionsIn(StrictSchema):
    """Corrections of many rejects; all are taken, or none."""

    corrections: list[NumberedCorrectionIn] = Field(min_length=1, max_length=KEPT_REJECTS)


class CorrectionsOut(Schema):
    """How many rows were corrected. They wait to be replayed."""

    corrected: int


@router.get(OF_REJECT, response={200: RejectOut, **problems(404)}, summary="One refused row")
def get_reject(request: SubjectRequest, run_no: InRun, number: InNumber) -> Any:
    """Its place, its reason, its masked value, and what became of it."""
    return queries.get_reject(run_no, number, request.subject)


@router.put(f"{OF_REJECT}/correction", response={200: RejectOut, **problems(404, 409)}, summary="Correct a refused row")
def correct_reject(request: SubjectRequest, run_no: InRun, number: InNumber, body: CorrectionIn) -> Any:
    """Kept sealed until it is replayed."""
    corrections.correct(run_no=run_no, number=number, values=body.by_item(), by=request.subject, at=clock.now())
    return queries.get_reject(run_no, number, request.subject)


@router.post(
    f"{OF_REJECT}/at-source", response={200: RejectOut, **problems(404, 409)}, summary="Leave it to the source"
)
def leave_to_source(request: SubjectRequest, run_no: InRun, number: InNumber) -> Any:
    """The source is put right; the next run brings the row."""
    corrections.leave_to_source(run_no=run_no, number=number, by=request.subject, at=clock.now())
    return queries.get_reject(run_no, number, request.subject)


@router.post("/runs/{run_no}/corrections", response={200: CorrectionsOut, **problems(404, 409)}, summary="Correct many")
def correct_rejects(request: SubjectRequest, run_no: InRun, body: CorrectionsIn) -> Any:
    """All of them, or none."""
    wanted = [(each.number, each.by_item()) for each in body.corrections]
    count = corrections.correct_many(run_no=run_no, corrections=wanted, by=request.subject, at=clock.now())
    return {"corrected": count}


@router.post(
    "/runs/{run_no}/corrections/file", response={200: CorrectionsOut, **problems(404, 409)}, summary="Correct by a file"
)
def bring_corrections(request: SubjectRequest, run_no: InRun, file: File[UploadedFile]) -> Any:
    """The downloaded list of rejects, XLSX or CSV, with its last column filled in; all of it is taken, or nothing."""
    count = correction_files.bring(
        run_no=run_no,
        name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        by=request.subject,
        at=clock.now(),
    )
    return {"corrected": count}


@router.post("/runs/{run_no}/replay", response={201: RunOut, **problems(404, 409)}, summary="Replay corrected rows")
def replay(request: SubjectRequest, run_no: InRun) -> Any:
    """All corrected rows of the run, or none. Of a run that brought nothing another attempt is begun instead."""
    number = corrections.replay(run_no=run_no, by=request.subject, at=clock.now())
    return Status(201, queries.run_of(queries.get_run_row(number, request.subject)))
