"""What people hold that accounts itself knows of: claimed and waiting steps, clients with their keys, contractors."""

from collections.abc import Sequence
from datetime import datetime

from jutong.foundation.procedures import api as procedures
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import POST_NAMES, Post
from jutong.kernel.text import N_, Term
from jutong.registry.accounts import domain, plugs, queries
from jutong.registry.accounts.models import Appointment, Client
from jutong.registry.accounts.values import Holding, PersonRef


class ClaimedSteps:
    """Steps of open cases that the person has claimed: the claim goes to the successor."""

    kind = "claim"
    title = N_("已认领的办件")

    def held(self, person_no: str, *, at: datetime) -> Sequence[Holding]:
        return [
            Holding(
                self.kind,
                step.case_no,
                f"{step.case_title}（{step.step_title}）",
                step.organisation,
                step.post,
                N_("转由接收人办理"),
                step.url,
            )
            for step in procedures.claimed_by(person_no)
        ]

    def move(self, holding: Holding, *, to: PersonRef, by: ActorRef, at: datetime) -> None:
        _require_post(holding, to, at)
        procedures.pass_claim(holding.code, to_no=to.person_no, to_name=to.display_name, by=by, at=at)


class WaitingSteps:
    """Open steps that wait for a post which only this person holds: they need a successor in that very post."""

    kind = "waiting"
    title = N_("等待本岗位办理的办件")

    def held(self, person_no: str, *, at: datetime) -> Sequence[Holding]:
        claimed = {step.case_no for step in procedures.claimed_by(person_no)}
        found = []
        posts = {(row.post, row.organisation) for row in queries.live_appointments(person_no, at)}
        for post, organisation in sorted(posts):
            if {ref.person_no for ref, _ in queries.holders(post, organisation, at)} != {person_no}:
                continue
            found += [
                Holding(
                    self.kind,
                    step.case_no,
                    f"{step.case_title}（{step.step_title}）",
                    organisation,
                    post,
                    N_("由接任该岗位的人员办理"),
                    step.url,
                )
                for step in procedures.waiting_for(post, organisation)
                if step.case_no not in claimed
            ]
        return found

    def move(self, holding: Holding, *, to: PersonRef, by: ActorRef, at: datetime) -> None:
        _require_post(holding, to, at)


class Clients:
    """Clients for which the person answers, with their keys: the successor answers for them."""

    kind = "client"
    title = N_("负责的应用")

    def held(self, person_no: str, *, at: datetime) -> Sequence[Holding]:
        rows = Client.objects.filter(responsible__person_no=person_no).order_by("client_no")
        return [Holding(self.kind, row.client_no, row.name, row.organisation, "", N_("改由接收人负责")) for row in rows]

    def move(self, holding: Holding, *, to: PersonRef, by: ActorRef, at: datetime) -> None:
        Client.objects.filter(client_no=holding.code).update(responsible=queries.get_person(to.person_no))


class Keys:
    """Keys in force of those clients: the successor takes them, and is told to rotate them."""

    kind = "key"
    title = N_("掌握的密钥")

    def held(self, person_no: str, *, at: datetime) -> Sequence[Holding]:
        rows = queries.live_keys(at).filter(client__responsible__person_no=person_no)
        return [
            Holding(self.kind, row.key_id, row.client.name, row.organisation, "", N_("随应用移交，请接收人尽快轮换"))
            for row in rows.select_related("client").order_by("key_id")
        ]

    def move(self, holding: Holding, *, to: PersonRef, by: ActorRef, at: datetime) -> None:
        """A key goes with its client; only the department can take it from the one who knows it, by rotation."""


class Contractors:
    """Contractors for whom the person answers: the successor answers for them."""

    kind = "contractor"
    title = N_("负责的承建运维人员")

    def held(self, person_no: str, *, at: datetime) -> Sequence[Holding]:
        rows = Appointment.objects.live(at).filter(responsible__person_no=person_no, post=Post.CONTRACTOR.value)
        return [
            Holding(
                self.kind,
                str(row.pk),
                f"{row.person.display_name}（{row.project}）",
                row.organisation,
                "",
                N_("改由接收人负责"),
            )
            for row in rows.select_related("person").order_by("pk")
        ]

    def move(self, holding: Holding, *, to: PersonRef, by: ActorRef, at: datetime) -> None:
        Appointment.objects.filter(pk=int(holding.code)).update(responsible=queries.get_person(to.person_no))


def plug_own() -> None:
    """Have hand-overs know what accounts itself knows."""
    for keeper in (ClaimedSteps(), WaitingSteps(), Clients(), Keys(), Contractors()):
        plugs.plug_holdings(keeper)


def holdings(person_no: str, *, at: datetime, organisation: str = "", post: str = "") -> list[Holding]:
    """What a person holds: all of it, that in an organisation, or that which would be left behind with a post of it.

    What hangs on no post of his stays with him as long as he keeps another post in that organisation.
    """
    found = [holding for keeper in plugs.keepers() for holding in keeper.held(person_no, at=at)]
    if organisation:
        found = [holding for holding in found if holding.organisation == organisation]
    if post:
        held = queries.live_appointments(person_no, at)
        stays = any(row.organisation == organisation and row.post != post for row in held)
        found = [holding for holding in found if holding.post == post or (not holding.post and not stays)]
    return found


def _require_post(holding: Holding, to: PersonRef, at: datetime) -> None:
    if to.person_no not in {ref.person_no for ref, _ in queries.holders(holding.post, holding.organisation, at)}:
        raise domain.SuccessorLacksPost(post=Term(POST_NAMES[Post(holding.post)]))
