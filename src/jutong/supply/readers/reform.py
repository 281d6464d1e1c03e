"""What a reform of organisations does: remarks go with the resource, follows with the department."""

from collections.abc import Sequence

from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.readers.models import Follow, Remark
from jutong.supply.readers.services.common import record


class Remarks(Mover):
    """Remarks on a department's resources (留言); whoever has the resource answers them."""

    kind = "readers.remark"
    title = N_("目录留言")
    order = 59
    covers = ("readers.Remark.provider_uscc",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Remark.objects.filter(provider_uscc=organisation).order_by("remark_no")
        return [Thing(row.remark_no, str(row), ("catalogue.resource", row.resource_code)) for row in rows]

    def move(self, move: Move) -> None:
        rows = Remark.objects.filter(remark_no=move.code, provider_uscc=move.source)
        if rows.update(provider_uscc=move.target):
            _record("remark.moved", "remark", move)


class Follows(Mover):
    """Who follows a department's catalogue (关注部门目录) follows its successor's."""

    kind = "readers.follow"
    title = N_("对部门目录的关注")
    order = 60
    covers = ("readers.Follow.provider_uscc",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        count = Follow.objects.filter(provider_uscc=organisation).count()
        return [Thing(organisation, N_("对该部门目录的关注"))] if count else []

    def move(self, move: Move) -> None:
        rows = Follow.objects.filter(provider_uscc=move.source)
        there = Follow.objects.filter(provider_uscc=move.target).values("person_no")
        # Who follows both already keeps one.
        rows.filter(person_no__in=list(there.values_list("person_no", flat=True))).delete()
        rows.update(provider_uscc=move.target)
        _record("follow.moved", "follow", move)


def _record(action: str, kind: str, move: Move) -> None:
    record(
        action,
        by=move.by,
        at=move.at,
        kind=kind,
        code=move.code,
        **{"from": move.source, "to": move.target, "plan": move.plan_no},
    )


def plug_in() -> None:
    """Have reforms move what this room holds."""
    organisations.plug_mover(Remarks())
    organisations.plug_mover(Follows())
