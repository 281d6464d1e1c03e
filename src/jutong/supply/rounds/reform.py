"""What rounds hand over when an organisation is reformed: entries, parts in rounds with claims, duties, systems."""

from collections.abc import Callable, Sequence
from typing import Any

from jutong.foundation.audit import api as audit
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.rounds.models import Claim, Duty, Entry, Participant, System

HISTORY = {
    "rounds.Submission.department_uscc": N_("目录报送如实保留当时的部门。"),
}
"""Columns that keep the organisation of their day."""


def _audit(kind: str, code: str, move: Move) -> None:
    audit.record(
        action=f"rounds.{kind}.moved",
        by=move.by,
        at=move.at,
        object_kind=kind,
        object_code=code,
        details={"from": move.source, "to": move.target, "plan": move.plan_no},
    )


class Entries(Mover):
    """Entries that a department compiles, or leads (预编目录条目); they go one by one, as its resources do."""

    kind = "rounds.entry"
    title = N_("预编目录条目")
    order = 62
    covers = ("rounds.Entry.department_uscc", "rounds.Entry.lead_uscc")

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Entry.objects.filter(department_uscc=organisation) | Entry.objects.filter(lead_uscc=organisation)
        return [Thing(row.entry_no, str(row), _of(row, organisation)) for row in rows.order_by("entry_no")]

    def move(self, move: Move) -> None:
        row = Entry.objects.select_for_update().filter(entry_no=move.code).first()
        if row is None or move.source not in (row.department_uscc, row.lead_uscc):
            return
        row.department_uscc = move.target if row.department_uscc == move.source else row.department_uscc
        row.lead_uscc = move.target if row.lead_uscc == move.source else row.lead_uscc
        row.save(update_fields=["department_uscc", "lead_uscc"])
        _audit("entry", row.entry_no, move)


def _of(row: Entry, organisation: str) -> tuple[str, str] | None:
    """An entry goes where its draft or its resource goes; one that is only led goes by itself."""
    if row.department_uscc != organisation:
        return None
    if row.resource_code:
        return ("catalogue.resource", row.resource_code)
    return ("catalogue.draft", row.draft_no) if row.draft_no else None


class Participations(Mover):
    """A department's part in rounds, with what it said to their entries (责任部门与认领)."""

    kind = "rounds.participation"
    title = N_("参加的编制轮次")
    order = 64
    covers = ("rounds.Participant.department_uscc", "rounds.Claim.department_uscc")

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Participant.objects.filter(department_uscc=organisation).select_related("round").order_by("pk")
        return [Thing(row.round.round_no, str(row.round)) for row in rows]

    def move(self, move: Move) -> None:
        mine = Participant.objects.select_for_update().filter(round__round_no=move.code, department_uscc=move.source)
        row = mine.select_related("round").first()
        if row is None:
            return
        if Participant.objects.filter(round=row.round, department_uscc=move.target).exists():
            row.reminders.all().delete()
            row.delete()
        else:
            row.department_uscc = move.target
            row.save(update_fields=["department_uscc"])
        claims = Claim.objects.filter(entry__round=row.round, department_uscc=move.source)
        said = Claim.objects.filter(entry__round=row.round, department_uscc=move.target)
        # The one that takes over has spoken for itself where it was asked too.
        claims.filter(entry__in=list(said.values_list("entry_id", flat=True))).delete()
        claims.update(department_uscc=move.target)
        _audit("participant", f"{move.code}/{move.target}", move)


class _Register(Mover):
    """Lines of a register go with their department; one that the new department has already is merged into it."""

    model: type[Duty] | type[System]
    key: str

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows: Any = self.model.objects.filter(department_uscc=organisation).order_by("pk")
        return [Thing(str(row.pk), row.name) for row in rows]

    def move(self, move: Move) -> None:
        rows: Any = self.model.objects.select_for_update()
        row = rows.filter(pk=int(move.code), department_uscc=move.source).first()
        if row is None:
            return
        if rows.filter(department_uscc=move.target, **{self.key: getattr(row, self.key)}).exists():
            row.delete()
        else:
            row.department_uscc = move.target
            row.save(update_fields=["department_uscc"])
        _audit(self.kind.rpartition(".")[2], move.code, move)


class Duties(_Register):
    """A department's duties (权责清单事项)."""

    kind = "rounds.duty"
    title = N_("权责清单事项")
    order = 66
    covers = ("rounds.Duty.department_uscc",)
    model = Duty
    key = "duty_no"


class Systems(_Register):
    """A department's information systems (信息系统)."""

    kind = "rounds.system"
    title = N_("信息系统")
    order = 68
    covers = ("rounds.System.department_uscc",)
    model = System
    key = "name"


MOVERS: tuple[Callable[[], Mover], ...] = (Entries, Participations, Duties, Systems)


def plug_in() -> None:
    """Have reforms move what rounds hold."""
    for mover in MOVERS:
        organisations.plug_mover(mover())
    organisations.declare_history(HISTORY)
