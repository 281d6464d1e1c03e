"""Plugs sharing into Django and into the rooms below."""

from datetime import datetime
from typing import Final

from django.apps import AppConfig

from jutong.kernel.text import N_

_ANSWERED: Final = ("pushing", "telling")
"""Where a case of a request stands once the provider has answered."""


class SharingConfig(AppConfig):
    """Sharing (共享交换)."""

    name = "jutong.delivery.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.delivery.sharing import lineage, policy, procedures, queries, reform, services
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.foundation.outbox import api as outbox
        from jutong.foundation.procedures.events import CaseMoved, StepOverdue
        from jutong.supply.catalogue import api as catalogue
        from jutong.supply.catalogue.events import ResourcePublished, ResourceWithdrawn
        from jutong.supply.exchange.events import RunFinished
        from jutong.supply.mounting.events import MountStopped, ResourceMounted
        from jutong.ui import navigation, slots

        assert procedures.DataRequest.name == services.DATA_REQUEST
        assert procedures.Dispute.name == services.DISPUTE
        assert procedures.REQUEST.key == services.INNER_KIND

        def published(event: ResourcePublished, *, at: datetime) -> None:
            services.tell_users(resource_code=event.code, kind=event.told_as, version=event.version, at=at)
            services.recompile(resource_code=event.code, at=at)

        def withdrawn(event: ResourceWithdrawn, *, at: datetime) -> None:
            kind = "catalogue.resource_withdrawn"
            services.tell_users(resource_code=event.code, kind=kind, replaced_by=event.replaced_by, at=at)
            services.recompile(resource_code=event.code, at=at)

        def moved(event: ResourceMounted | MountStopped | RunFinished, *, at: datetime) -> None:
            services.recompile(resource_code=event.resource_code, at=at)

        def answered(event: CaseMoved, *, at: datetime) -> None:
            if (
                event.procedure == services.DATA_REQUEST
                and event.from_state == "answer"
                and event.to_state in _ANSWERED
            ):
                services.note_answer(request_no=event.case_no, in_time=not event.late)

        def unanswered(event: StepOverdue, *, at: datetime) -> None:
            if event.procedure == services.DATA_REQUEST and event.step == "answer":
                services.note_answer(request_no=event.case_no, in_time=False)

        of_grant = ("grant_no", "resource_code", "client_no", "expires_on")
        notices.declare_kinds(
            NoticeKind("sharing.grant_given", N_("授权已生效"), Group.DATA, for_systems=True, says=of_grant),
            NoticeKind("sharing.grant_expiring", N_("授权即将到期"), Group.DATA, for_systems=True, says=of_grant),
            NoticeKind("sharing.grant_revoked", N_("授权已终止"), Group.DATA, for_systems=True, says=of_grant),
            NoticeKind("sharing.grant_expired", N_("授权已到期"), Group.DATA, for_systems=True, says=of_grant),
            NoticeKind("sharing.grant", N_("授权变动提醒"), Group.RESULTS),
            NoticeKind("sharing.dispute", N_("供需争议提醒"), Group.RESULTS),
        )
        outbox.subscribe(CaseMoved, answered, name="sharing.note_answer")
        outbox.subscribe(StepOverdue, unanswered, name="sharing.note_answer")
        outbox.subscribe(ResourcePublished, published, name="sharing.recompile")
        outbox.subscribe(ResourceWithdrawn, withdrawn, name="sharing.recompile")
        catalogue.plug_users(queries.Users())
        outbox.subscribe(ResourceMounted, moved, name="sharing.recompile")
        outbox.subscribe(MountStopped, moved, name="sharing.recompile")
        outbox.subscribe(RunFinished, moved, name="sharing.recompile")

        reform.plug_in()
        lineage.plug_in()
        navigation.register(
            navigation.SHARING,
            title=N_("数据申请"),
            url_name="sharing:requests",
            order=10,
            visible=lambda subject: subject.post in policy.SEES_REQUESTS,
            icon="send",
        )
        navigation.register(
            navigation.SHARING,
            title=N_("授权管理"),
            url_name="sharing:grants",
            order=20,
            visible=lambda subject: subject.post in policy.SEES_GRANTS,
            icon="key",
        )
        navigation.register(
            navigation.SUPPLY_DEMAND,
            title=N_("供需台账"),
            url_name="sharing:matching",
            order=10,
            visible=lambda subject: subject.post in policy.SEES_REQUESTS,
            icon="heart-handshake",
        )
        navigation.register(
            navigation.SUPPLY_DEMAND,
            title=N_("供需争议"),
            url_name="sharing:disputes",
            order=20,
            visible=lambda subject: subject.post in policy.SEES_DISPUTES,
            icon="scale",
        )
        slots.register(
            "resource",
            "top",
            "sharing:outlook_panel",
            title=N_("申请使用"),
            order=10,
            visible=navigation.signed_in,
        )
        slots.register(
            "resource",
            "aside",
            "sharing:subscribers_panel",
            title=N_("使用部门"),
            order=60,
            visible=navigation.signed_in,
        )
