"""What a reform of organisations does with imports: they go with the department, whose drafts they made."""

from collections.abc import Sequence
from typing import Any

from jutong.foundation.audit import api as audit
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.interchange.models import Import


class Imports(Mover):
    """Imports of catalogue files (目录导入)."""

    kind = "interchange.import"
    title = N_("目录导入")
    order = 58
    covers = ("interchange.Import.provider_uscc",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Import.objects.filter(provider_uscc=organisation).order_by("import_no")
        return [Thing(row.import_no, str(row)) for row in rows]

    def move(self, move: Move) -> None:
        rows = Import.objects.filter(import_no=move.code, provider_uscc=move.source)
        if rows.update(provider_uscc=move.target):
            _record(move)


def _record(move: Move, **details: Any) -> None:
    audit.record(
        action="interchange.import.moved",
        by=move.by,
        at=move.at,
        object_kind="import",
        object_code=move.code,
        details={"from": move.source, "to": move.target, "plan": move.plan_no, **details},
    )


def plug_in() -> None:
    """Have reforms move what this room holds."""
    organisations.plug_mover(Imports())
