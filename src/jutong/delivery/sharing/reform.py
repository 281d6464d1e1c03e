"""What sharing hands over when an organisation is reformed: open requests and disputes with
their cases, and grants in force."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Q

from jutong.delivery.sharing import models, services
from jutong.delivery.sharing.values import RequestState
from jutong.foundation.audit import api as audit
from jutong.foundation.procedures import api as procedures
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing

_RESOURCE, _CLIENT = "catalogue.resource", "accounts.client"
_BECAME_ONE = N_("供需双方经机构调整并为一个单位，申请由平台办结。")

_NO_DISPUTE_LEFT = N_("供需双方经机构调整并为一个单位，争议由平台办结。")


def _holding(organisation: str) -> Q:
    return Q(provider_uscc=organisation) | Q(consumer_uscc=organisation)


def _leader(row: models.DataRequest | models.Grant, organisation: str) -> tuple[str, str]:
    """What decides where a request or grant goes: the resource for its provider, the client for its consumer."""
    return (_RESOURCE, row.resource_code) if row.provider_uscc == organisation else (_CLIENT, row.client_no)


class Requests(Mover):
    """Open requests (在办的数据需求申请) with their cases; clocks run on.

    Where both sides become one body there is nothing left to decide: an answered request is pushed while they are two,
    one without answer is taken back.
    """

    kind = "sharing.request"
    title = N_("在办的数据申请")
    # Before the resources: what is pushed here is still between two.
    order = 40
    covers = ("sharing.DataRequest.provider_uscc", "sharing.DataRequest.consumer_uscc")
    case_parties: ClassVar = {services.DATA_REQUEST: ("consumer", "provider")}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.DataRequest.objects.filter(_holding(organisation), state__in=models.OPEN_STATES)
        return [
            Thing(row.request_no, f"{row.request_no} {row.resource_title}", _leader(row, organisation))
            for row in rows.order_by("request_no")
        ]

    def move(self, move: Move) -> None:
        rows = models.DataRequest.objects.select_for_update().filter(
            _holding(move.source), request_no=move.code, state__in=models.OPEN_STATES
        )
        row = rows.first()
        if row is None:
            return
        moved = {
            "provider_uscc": move.target if row.provider_uscc == move.source else row.provider_uscc,
            "consumer_uscc": move.target if row.consumer_uscc == move.source else row.consumer_uscc,
        }
        if moved["provider_uscc"] == moved["consumer_uscc"]:
            self._close(row, move)
            return
        models.DataRequest.objects.filter(pk=row.pk).update(**moved)
        procedures.change_party(
            row.case_no,
            source=move.source,
            target=move.target,
            remark=move.document_no,
            data={"plan": move.plan_no},
            by=move.by,
            at=move.at,
        )
        _record("sharing.request.moved", move, "request", row)

    @staticmethod
    def _close(row: models.DataRequest, move: Move) -> None:
        way = "withdraw"
        if row.state == RequestState.PUSHING:
            way = "tell_refusal" if "ground" in (row.answer or {}) else "push"
        procedures.take_by_platform(row.case_no, way, at=move.at, remark=_BECAME_ONE)


class Disputes(Mover):
    """Open disputes (协调中的供需争议) with their cases; clocks run on. One body has none with itself."""

    kind = "sharing.dispute"
    title = N_("协调中的供需争议")
    order = 41
    covers = ("sharing.Dispute.provider_uscc", "sharing.Dispute.consumer_uscc")
    case_parties: ClassVar = {services.DISPUTE: ("consumer", "provider")}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.Dispute.objects.filter(_holding(organisation), state__in=models.OPEN_DISPUTES)
        return [
            Thing(
                row.dispute_no,
                f"{row.dispute_no} {row.request.resource_title}",
                (_RESOURCE, row.request.resource_code)
                if row.provider_uscc == organisation
                else (_CLIENT, row.request.client_no),
            )
            for row in rows.select_related("request").order_by("dispute_no")
        ]

    def move(self, move: Move) -> None:
        rows = models.Dispute.objects.select_for_update(of=("self",)).select_related("request")
        row = rows.filter(_holding(move.source), dispute_no=move.code, state__in=models.OPEN_DISPUTES).first()
        if row is None:
            return
        moved = {
            "provider_uscc": move.target if row.provider_uscc == move.source else row.provider_uscc,
            "consumer_uscc": move.target if row.consumer_uscc == move.source else row.consumer_uscc,
        }
        if moved["provider_uscc"] == moved["consumer_uscc"]:
            procedures.take_by_platform(row.case_no, "withdraw", at=move.at, remark=_NO_DISPUTE_LEFT)
            return
        models.Dispute.objects.filter(pk=row.pk).update(**moved)
        procedures.change_party(
            row.case_no,
            source=move.source,
            target=move.target,
            remark=move.document_no,
            data={"plan": move.plan_no},
            by=move.by,
            at=move.at,
        )
        _record("sharing.dispute.moved", move, "dispute", row.request)


class Grants(Mover):
    """Grants in force (生效授权): number and decision stay, what the gateway reads names the new organisation.

    A grant between two bodies that become one goes on to its end, so that no call is refused.
    """

    kind = "sharing.grant"
    title = N_("生效中的授权")
    order = 85
    covers = ("sharing.Grant.provider_uscc", "sharing.Grant.consumer_uscc")

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.Grant.objects.filter(_holding(organisation), ended_at=None).order_by("grant_no")
        return [
            Thing(row.grant_no, f"{row.grant_no} {row.resource_code} {row.client_no}", _leader(row, organisation))
            for row in rows
        ]

    def move(self, move: Move) -> None:
        rows = models.Grant.objects.select_for_update().filter(_holding(move.source), grant_no=move.code, ended_at=None)
        row = rows.first()
        if row is None:
            return
        live = models.LiveGrant.objects.select_for_update().filter(grant_no=row.grant_no).first()
        for side in ("provider", "consumer"):
            if getattr(row, f"{side}_uscc") == move.source:
                setattr(row, f"{side}_uscc", move.target)
                if live is not None:
                    live.policy[side] = move.target
        row.save(update_fields=["provider_uscc", "consumer_uscc"])
        if live is not None:
            # Only who holds it changes: compiling it anew, which the resource's new version brings about, may end it.
            live.save(update_fields=["policy"])
        _record("sharing.grant.moved", move, "grant", row)


HISTORY = {
    "sharing.Grant.decided_provider_uscc": N_("授权决定如实保留作出时的提供部门。"),
    "sharing.Grant.decided_consumer_uscc": N_("授权决定如实保留作出时的使用部门。"),
}
"""Columns of this room that no reform touches. Closed requests and ended grants keep their organisations too."""


def _record(action: str, move: Move, kind: str, row: models.DataRequest | models.Grant) -> None:
    audit.record(
        action=action,
        by=move.by,
        at=move.at,
        object_kind=kind,
        object_code=move.code,
        resource=row.resource_code,
        details={"from": move.source, "to": move.target, "plan": move.plan_no},
    )


def plug_in() -> None:
    """Have reforms move what sharing holds."""
    organisations.plug_mover(Requests())
    organisations.plug_mover(Disputes())
    organisations.plug_mover(Grants())
    organisations.declare_history(HISTORY)
