"""What every change of a case needs: the locked row, who does it, and the event that tells of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from jutong.foundation.procedures import plugs, queries
from jutong.foundation.procedures.domain.moves import Standing
from jutong.foundation.procedures.models import Case, CaseEvent
from jutong.foundation.procedures.values.cases import EventKind
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Subject
from jutong.ui.formatting import moment_words


@dataclass(frozen=True)
class Doer:
    """Who does something: as the log names him, and as people do."""

    actor: ActorRef
    name: str = ""
    subject: Subject | None = None

    @property
    def person_no(self) -> str:
        return self.actor.id if self.actor.kind == "person" else ""

    @classmethod
    def of(cls, by: Subject | ActorRef) -> "Doer":
        return cls(by.actor, by.display, by) if isinstance(by, Subject) else cls(by)


BY_PLATFORM = Doer(PLATFORM)


@dataclass
class Held:
    """A case under its lock, with all that a change asks of it."""

    row: Case
    procedure: type[Procedure]
    parties: dict[str, str]
    taken: dict[str, int]

    @property
    def standing(self) -> Standing:
        return queries.standing_of(self.row, self.procedure, self.parties, self.taken)

    @property
    def url(self) -> str:
        return url_of(self.row)


def hold(case_no: str) -> Held:
    """The case, locked until the transaction ends.

    Raises NotFound, ProcedureUnknown.
    """
    row = Case.objects.select_for_update().filter(case_no=case_no).first()
    if row is None:
        raise NotFound()
    return Held(row, queries.procedure_of(row), queries.parties_of(row), queries.taken_in(row))


def hold_new(row: Case, procedure: type[Procedure], parties: Mapping[str, str]) -> Held:
    """A case that this transaction has just made."""
    return Held(row, procedure, dict(parties), {})


def url_of(row: Case) -> str:
    """The page of a case, as its procedure names it."""
    return reverse(queries.procedure_of(row).url_name, kwargs={"case_no": row.case_no})


def tell_event(
    held: Held,
    kind: EventKind,
    doer: Doer,
    at: datetime,
    *,
    transition: str = "",
    from_state: str = "",
    to_state: str = "",
    remark: str = "",
    data: Mapping[str, Any] | None = None,
    used: int | None = None,
    limit: int | None = None,
) -> CaseEvent:
    """Add an event to the case's history. The case's revision is its number; the caller saves the case."""
    held.row.revision += 1
    organisation = doer.actor.organisation
    return CaseEvent.objects.create(
        case=held.row,
        number=held.row.revision,
        kind=kind,
        transition=transition,
        from_state=from_state,
        to_state=to_state,
        by=doer.actor.to_json(),
        by_name=doer.name,
        by_organisation=plugs.titles([organisation])[organisation] if organisation else "",
        at=at,
        remark=remark.strip(),
        data=dict(data or {}),
        used=used,
        limit=limit,
    )


def others(person_nos: Iterable[str], doer: Doer) -> list[str]:
    """Everybody but the one who did it: nobody is told of his own doing."""
    return [number for number in person_nos if number and number != doer.person_no]


def moment_text(at: datetime) -> str:
    """A moment as error messages name it."""
    return moment_words(at)


def translated(text: str) -> str:
    return gettext(text) if text else ""
