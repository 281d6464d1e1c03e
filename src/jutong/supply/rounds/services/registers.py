"""The registers that planning rests on: duties (权责清单) and information systems, brought as files. Guide 6.2.2."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from jutong.base.access import require
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.supply.interchange import api as interchange
from jutong.supply.rounds import domain, models, policy, queries
from jutong.supply.rounds.domain.errors import (
    LineDepartmentUnknown,
    LineNameMissing,
    LineNumberMissing,
    LineOfAnother,
    LineRepeated,
    LineTooLong,
    LineWrong,
)
from jutong.supply.rounds.services.common import record
from jutong.supply.rounds.services.planning import read_lines, refuse_faults


@transaction.atomic
def import_duties(*, file_name: str, content: BinaryIO, by: Subject, at: datetime) -> int:
    """Take in a list of duties from an Excel or CSV file; gives how many. Known numbers get their new text.

    The bureau brings them for all departments, a department's steward for his own. All of them, or none.

    Raises NotPermitted, a FileRefused, FileEmpty, FileHasFaults with every line that is wrong.
    """
    department, number, title, basis = domain.DUTY_HEADS
    lines, owners = _lines(content, file_name, domain.DUTY_HEADS, by, at)
    faults = _faults(lines, owners, by, key=number, title=title, more=basis)
    faults += [
        LineNumberMissing(line=line.number, value=line.cells[title][:40]) for line in lines if not line.cells[number]
    ]
    refuse_faults(faults)
    models.Duty.objects.bulk_create(
        [
            models.Duty(
                department_uscc=owners[line.cells[department]],
                duty_no=line.cells[number][:60],
                name=line.cells[title],
                basis=line.cells[basis],
                changed_by=by.actor.to_json(),
                changed_at=at,
            )
            for line in lines
        ],
        update_conflicts=True,
        unique_fields=["department_uscc", "duty_no"],
        update_fields=["name", "basis", "changed_by", "changed_at"],
    )
    record("duty.imported", file_name[-100:], by.actor, at, lines=len(lines))
    return len(lines)


@transaction.atomic
def import_systems(*, file_name: str, content: BinaryIO, by: Subject, at: datetime) -> int:
    """As `import_duties`, for information systems, known by their names."""
    department, title, note = domain.SYSTEM_HEADS
    lines, owners = _lines(content, file_name, domain.SYSTEM_HEADS, by, at)
    refuse_faults(_faults(lines, owners, by, key=title, title=title, more=note))
    models.System.objects.bulk_create(
        [
            models.System(
                department_uscc=owners[line.cells[department]],
                name=line.cells[title],
                note=line.cells[note],
                changed_by=by.actor.to_json(),
                changed_at=at,
            )
            for line in lines
        ],
        update_conflicts=True,
        unique_fields=["department_uscc", "name"],
        update_fields=["note", "changed_by", "changed_at"],
    )
    record("system.imported", file_name[-100:], by.actor, at, lines=len(lines))
    return len(lines)


def _lines(
    content: BinaryIO, file_name: str, heads: Sequence[str], by: Subject, at: datetime
) -> tuple[list[interchange.TableLine], dict[str, str]]:
    """The lines of a file, and whose each department name in it is; a steward may leave his own out."""
    own = Facts({Relation.PROVIDER: by.organisation})
    require(by, policy.KEEP_REGISTER, own)
    lines = read_lines(content, file_name, heads, at)
    owners = queries.code_of_name([line.cells[heads[0]] for line in lines])
    if not decide(by, policy.KEEP_REGISTER):
        owners[""] = by.organisation
    return lines, owners


def _faults(
    lines: Sequence[interchange.TableLine], owners: dict[str, str], by: Subject, *, key: str, title: str, more: str
) -> list[LineWrong]:
    everybody = decide(by, policy.KEEP_REGISTER).allowed
    department = domain.DUTY_HEADS[0]
    faults: list[LineWrong] = []
    seen: set[tuple[str, str]] = set()
    for line in lines:
        cells, owner = line.cells, owners.get(line.cells[department])
        if owner is None:
            faults.append(LineDepartmentUnknown(line=line.number, value=cells[department][:60]))
        elif not everybody and owner != by.organisation:
            faults.append(LineOfAnother(line=line.number, value=cells[department][:60]))
        if not cells[title]:
            faults.append(LineNameMissing(line=line.number))
        if max(len(cells[title]), len(cells[key])) > domain.MAX_TITLE or len(cells[more]) > domain.MAX_TEXT:
            faults.append(LineTooLong(line=line.number))
        if owner and (owner, cells[key]) in seen:
            faults.append(LineRepeated(line=line.number, value=cells[key][:60]))
        seen.add((owner or "", cells[key]))
    return faults
