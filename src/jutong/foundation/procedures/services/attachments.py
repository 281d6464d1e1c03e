"""Who may fetch what was attached to a case, and that it is recorded."""

from datetime import datetime

from jutong.foundation.audit import api as audit
from jutong.foundation.files.values import FileRef
from jutong.foundation.procedures import queries
from jutong.foundation.procedures.models import Case
from jutong.kernel.policy import Subject


class CaseFiles:
    """The files of cases: whoever sees the case may have them. A code reads `XQ20260001/3`, case and event."""

    def may_fetch(self, code: str, by: Subject) -> bool:
        row = Case.objects.filter(case_no=_case_no(code)).first()
        return row is not None and queries.may_see(row, by)

    def note_fetched(self, code: str, file: FileRef, *, by: Subject, at: datetime) -> None:
        audit.record(
            action="procedures.attachment.fetched",
            by=by.actor,
            at=at,
            object_kind="case",
            object_code=_case_no(code),
            case=_case_no(code),
            details={"file": file.no, "digest": file.digest},
        )


def _case_no(code: str) -> str:
    return code.partition("/")[0]
