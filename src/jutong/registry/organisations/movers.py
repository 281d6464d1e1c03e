"""What organisations itself hands over: inner offices, bodies below, and open cases that no higher room moves."""

from collections.abc import Sequence

from django.db.models import Max

from jutong.foundation.procedures import api as procedures
from jutong.kernel.text import N_
from jutong.registry.organisations import plugs
from jutong.registry.organisations.models import InnerOffice, Organisation
from jutong.registry.organisations.values import Move, Mover, Thing


class Offices(Mover):
    """Inner offices (内设机构): the target gets one of the same name, the old one is closed."""

    kind = "organisations.office"
    title = N_("内设机构")
    order = 20
    covers = ("organisations.InnerOffice.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = InnerOffice.objects.filter(organisation__uscc=organisation, closed_on=None).order_by("office_no")
        return [Thing(str(row.office_no), row.name) for row in rows]

    def move(self, move: Move) -> None:
        row = InnerOffice.objects.filter(
            organisation__uscc=move.source, office_no=int(move.code), closed_on=None
        ).first()
        if row is None:
            return
        target = Organisation.objects.select_for_update().get(uscc=move.target)
        there = InnerOffice.objects.filter(organisation=target)
        if not there.filter(name=row.name, closed_on=None).exists():
            last: int = there.aggregate(last=Max("office_no"))["last"] or 0
            InnerOffice.objects.create(
                organisation=target,
                office_no=last + 1,
                name=row.name,
                added_by=move.by.to_json(),
                added_at=move.at,
            )
        row.closed_on = move.effective_on
        row.save(update_fields=["closed_on"])


class BodiesBelow(Mover):
    """Bodies whose superior the organisation is (所属单位)."""

    kind = "organisations.body_below"
    title = N_("所属单位")
    order = 25
    covers = ("organisations.Organisation.superior",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Organisation.objects.filter(superior__uscc=organisation, closed_on=None).order_by("uscc")
        return [Thing(row.uscc, row.slug) for row in rows]

    def move(self, move: Move) -> None:
        target = Organisation.objects.get(uscc=move.target)
        rows = Organisation.objects.filter(uscc=move.code, superior__uscc=move.source).exclude(pk=target.pk)
        rows.update(superior=target)
        # A body that takes over its own superior stands below what stood above that.
        above = Organisation.objects.get(uscc=move.source).superior
        Organisation.objects.filter(pk=target.pk, superior__uscc=move.source).update(
            superior=above if above != target else None
        )


class Schemes(Mover):
    """What the organisation laid down for its own people (内部流转设置); what the target has itself goes before."""

    kind = "procedures.scheme"
    title = N_("内部流转设置")
    order = 28
    covers = ("procedures.InnerScheme.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        return [Thing(kind, title) for kind, title in procedures.kinds_laid_down(organisation)]

    def move(self, move: Move) -> None:
        procedures.move_scheme(
            move.code,
            source=move.source,
            target=move.target,
            on=move.effective_on,
            by=move.by,
            at=move.at,
            plan_no=move.plan_no,
        )


class Cases(Mover):
    """Open cases (在办办件) in which the organisation takes part, with what goes round it; their clocks run on."""

    kind = "procedures.case"
    title = N_("在办办件")
    order = 900
    covers = (
        "procedures.CaseParty.organisation",
        "procedures.Case.acting_organisation",
        "procedures.InnerRun.organisation",
        "procedures.InnerSeat.organisation",
    )

    def lines(self, organisation: str) -> Sequence[Thing]:
        found = procedures.open_cases_with(organisation, without=_moved_by_others())
        return [Thing(case.case_no, title) for case, title in found]

    def move(self, move: Move) -> None:
        procedures.change_party(
            move.code,
            source=move.source,
            target=move.target,
            without=_moved_by_others(),
            remark=move.document_no,
            data={"plan": move.plan_no},
            by=move.by,
            at=move.at,
        )


def _moved_by_others() -> dict[str, set[str]]:
    """Parties of procedures whose cases a higher room moves along with its own things."""
    claimed: dict[str, set[str]] = {}
    for mover in plugs.movers():
        for procedure, parties in mover.case_parties.items():
            claimed.setdefault(procedure, set()).update(parties)
    return claimed


HISTORY = {
    "audit.Entry.actor_organisation": N_("审计记录如实保留当时的单位。"),
    "procedures.CaseEvent.by_organisation": N_("办理记录保留办理时的单位名称。"),
    "secrecy.Stop.organisation": N_("拦截记录保留当时的单位。"),
    "secrecy.Release.organisation": N_("误报放行只对被拦截时的单位有效，不随之转移；新单位再被拦截时另行认定。"),
    "organisations.Organisation.uscc": N_("单位本身的代码，撤销后仍登记在册。"),
    "organisations.OrganisationVersion.organisation": N_("名称沿革属于当时的单位。"),
    "organisations.ReformSide.organisation": N_("方案记载当时的单位。"),
    "organisations.ReformLine.source": N_("方案记载当时的单位。"),
    "organisations.ReformLine.target": N_("方案记载当时的单位。"),
    "organisations.ReformPlan.default_target": N_("方案记载当时的单位。"),
}
"""Columns of this room and of those below it that no reform touches."""
