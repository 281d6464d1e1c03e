"""What accounts hands over when an organisation is reformed: appointments, what is being given over, clients."""

from collections.abc import Sequence

from django.db.models import QuerySet

from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.notices.values import Channel
from jutong.foundation.outbox import api as outbox
from jutong.kernel.clock import local_day
from jutong.kernel.policy import POST_NAMES, Post
from jutong.kernel.text import N_
from jutong.registry.accounts import events
from jutong.registry.accounts.models import Appointment, Client, ClientKey, Handover, Person
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing


class Appointments(Mover):
    """Appointments (任职): the old one ends, a new one of the same post begins, and the person is told.

    Tokens end with the appointment they stand for: a program must not come to act under a right its owner did not
    choose. He is told to issue new ones.
    """

    kind = "accounts.appointment"
    title = N_("任职")
    order = 10
    covers = ("accounts.Appointment.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Appointment.objects.filter(organisation=organisation, ended_at=None).select_related("person")
        return [
            Thing(str(row.pk), f"{row.person.display_name} {POST_NAMES[Post(row.post)]}")
            for row in rows.order_by("post", "deputy", "pk")
        ]

    def move(self, move: Move) -> None:
        rows = Appointment.objects.select_for_update(of=("self",)).select_related("person", "responsible")
        row = rows.filter(pk=int(move.code), organisation=move.source, ended_at=None).first()
        if row is None:
            return
        row.ended_at = move.at
        row.save(update_fields=["ended_at"])
        details = {"person": row.person.person_no, "post": row.post, "organisation": move.source}
        _record("accounts.appointment.ended", move, "appointment", move.code, details)
        outbox.publish(events.AppointmentEnded(row.person.person_no, row.post, move.source), at=move.at)
        lapsed = row.ends_on is not None and row.ends_on < move.effective_on
        held = Appointment.objects.filter(
            person=row.person, post=row.post, organisation=move.target, office=row.office, ended_at=None
        )
        if lapsed or not row.person.is_active or held.exists():
            return
        self._begin(row, move)

    def _begin(self, row: Appointment, move: Move) -> None:
        person_no = row.person.person_no
        begun = Appointment.objects.create(
            person=row.person,
            post=row.post,
            organisation=move.target,
            office=row.office,
            deputy=row.deputy,
            project=row.project,
            responsible=row.responsible,
            # Nobody acts for a body before the day; a plan that is carried out late does not reach back.
            starts_on=max(row.starts_on, min(move.effective_on, local_day(move.at))),
            ends_on=row.ends_on,
            appointed_by=move.by.to_json(),
            appointed_at=move.at,
        )
        details = {"person": person_no, "post": row.post, "organisation": move.target, "former": move.code}
        _record("accounts.appointment.made", move, "appointment", str(begun.pk), details)
        outbox.publish(events.PersonAppointed(person_no, row.post, move.target), at=move.at)
        names = organisations.titles([move.source, move.target], on=move.effective_on)
        notices.notify(
            [person_no],
            kind="accounts.appointment",
            title=N_("您的任职已随机构调整转至{target}"),
            body=N_("原在{source}的岗位（{post}）已终止，请切换到新岗位办理；原岗位的接口令牌已失效，请重新签发。"),
            link="/accounts/me/",
            at=move.at,
            parameters={
                "source": names.get(move.source, move.source),
                "target": names.get(move.target, move.target),
                "post": POST_NAMES[Post(row.post)],
            },
        )


class Handovers(Mover):
    """Open hand-over sheets (工作交接单) go with the post of the one who gives; done and cancelled ones are history."""

    kind = "accounts.handover"
    title = N_("工作交接单")
    order = 12
    covers = ("accounts.Handover.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = _open_sheets().filter(organisation=organisation).select_related("person").order_by("handover_no")
        return [
            Thing(
                row.handover_no,
                f"{row.handover_no} {row.person.display_name}",
                _post_of(row.person.person_no, organisation, row.post),
            )
            for row in rows
        ]

    def move(self, move: Move) -> None:
        rows = _open_sheets().select_for_update(of=("self",))
        row = rows.filter(handover_no=move.code, organisation=move.source).first()
        if row is None:
            return
        if _open_sheets().filter(person_id=row.person_id, organisation=move.target, post=row.post).exists():
            # He gives the same over there already, and one sheet lists it all.
            row.cancelled_at = move.at
        else:
            row.organisation = move.target
        row.save(update_fields=["organisation", "cancelled_at"])
        verb = "cancelled" if row.cancelled_at else "moved"
        details = {"from": move.source, "to": move.target}
        _record(f"accounts.handover.{verb}", move, "handover", move.code, details)


class Contacts(Mover):
    """Contact points (联系方式) go with the post in which they were given: webhooks may lie where its list permits."""

    kind = "accounts.contact"
    title = N_("联系方式")
    order = 14
    covers = ("notices.ContactPoint.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        given = notices.contacts_given_in(organisation)
        names = dict(
            Person.objects.filter(person_no__in={number for number, _ in given}).values_list(
                "person_no", "display_name"
            )
        )
        return [
            Thing(
                f"{number}/{channel.value}",
                f"{names.get(number, number)} {channel.label}",
                _post_of(number, organisation),
            )
            for number, channel in given
        ]

    def move(self, move: Move) -> None:
        person_no, _, channel = move.code.partition("/")
        if notices.move_contact(person_no, Channel(channel), source=move.source, target=move.target):
            _record("accounts.contact.moved", move, "contact", move.code, {"from": move.source, "to": move.target})


class Hooks(Mover):
    """Systems that are told (单位通知接口); the target's list says from that day on where they may lie."""

    kind = "accounts.hook"
    title = N_("单位通知接口")
    order = 32
    covers = ("notices.Hook.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        return [Thing(hook_no, name) for hook_no, name in notices.hooks_of(organisation)]

    def move(self, move: Move) -> None:
        notices.move_hook(move.code, source=move.source, target=move.target, by=move.by, at=move.at)


def _open_sheets() -> QuerySet[Handover]:
    return Handover.objects.filter(done_at=None, cancelled_at=None)


def _post_of(person_no: str, organisation: str, post: str = "") -> tuple[str, str] | None:
    """The line of the appointment that a person's thing follows; nothing where he holds none there any more."""
    rows = Appointment.objects.filter(person__person_no=person_no, organisation=organisation, ended_at=None)
    if post:
        rows = rows.filter(post=post)
    held = rows.order_by("deputy", "pk").values_list("pk", flat=True).first()
    return (Appointments.kind, str(held)) if held is not None else None


class Clients(Mover):
    """Clients (应用) with their keys (密钥), which stay in force: gateways learn of the new owner with the commit."""

    kind = "accounts.client"
    title = N_("应用和密钥")
    order = 30
    covers = ("accounts.Client.organisation", "accounts.ClientKey.organisation")

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Client.objects.filter(organisation=organisation).order_by("client_no")
        return [Thing(row.client_no, f"{row.client_no} {row.name}") for row in rows]

    def move(self, move: Move) -> None:
        row = Client.objects.select_for_update().filter(client_no=move.code, organisation=move.source).first()
        if row is None:
            return
        row.name = self._free_name(row, move)
        row.organisation = move.target
        row.save(update_fields=["name", "organisation"])
        # Keys that are over move too, so that the client's page shows them; only the owner changes in them.
        keys = ClientKey.objects.filter(client=row).update(organisation=move.target)
        details: dict[str, str] = {"from": move.source, "to": move.target, "keys": str(keys)}
        _record("accounts.client.moved", move, "client", move.code, details)

    @staticmethod
    def _free_name(row: Client, move: Move) -> str:
        """Its name, with the number behind it where the target has a client of this name already."""
        if not Client.objects.filter(organisation=move.target, name=row.name).exists():
            return row.name
        suffix = f"（{row.client_no}）"
        return row.name[: 120 - len(suffix)] + suffix


def _record(action: str, move: Move, kind: str, code: str, details: dict[str, str]) -> None:
    audit.record(
        action=action,
        by=move.by,
        at=move.at,
        object_kind=kind,
        object_code=code,
        details={**details, "plan": move.plan_no},
    )
