"""The kinds of things rooms decide about: how random ones are made in the real database, and how rooms are asked.

One class a kind. `make` writes rows and returns each with the plain facts the oracle is told; `facts` and `listed` ask
the room itself. A kind whose room is not installed is left out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password

from jutong.kernel.policy import Action, Facts, Post, Relation, Subject

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BY = {"kind": "platform", "id": "platform", "post": "", "organisation": ""}
Thing = dict[str, Any]


@dataclass
class World:
    """Organisations and people of chance. The bureau and the centre are not special: rights follow posts."""

    chance: Random
    organisations: list[str]
    people: list[str]
    rows: int

    @classmethod
    def of(cls, seed: int, organisations: int = 5, people: int = 8, rows: int = 16) -> "World":
        chance = Random(seed)
        codes = [f"11{chance.randrange(10**6):06d}MB{n:05d}{chance.randrange(10):d}XY" for n in range(organisations)]
        return cls(chance, codes, [f"P9{n:05d}" for n in range(people)], rows)

    def subjects(self) -> list[Subject]:
        """Every post in every organisation, somebody who acts for none, and the public."""
        found = [
            Subject(self.chance.choice(self.people), post, organisation)
            for post in Post
            if post is not Post.PUBLIC
            for organisation in [*self.organisations, ""]
        ]
        return [*found, *self.deputies_on_standby(), Subject("", Post.PUBLIC, "")]

    def deputies_on_standby(self) -> list[Subject]:
        """In every post somebody of one organisation whose principal is there."""
        organisation = self.organisations[0]
        return [
            Subject(self.chance.choice(self.people), post, organisation, standby=True)
            for post in Post
            if post is not Post.PUBLIC
        ]

    def organisation(self) -> str:
        return self.chance.choice(self.organisations)

    def person(self) -> str:
        return self.chance.choice(self.people)

    def flip(self) -> bool:
        return self.chance.random() < 0.5

    def times(self) -> range:
        return range(self.rows)


@dataclass
class Kind:
    """A kind of thing, and the room's own answers about it."""

    name: str
    room: str
    make: Callable[[World], list[tuple[Any, Thing]]]
    # A list where a thing is seen through any of several.
    facts: Callable[[Any, Subject], Facts | list[Facts]]
    # The rows a subject may act on so, by the room's own query; None where the room has no list.
    listed: Callable[[Subject, Action], Iterable[Any]] | None = None
    # Whether the facts themselves depend on who asks.
    personal: bool = False
    # Which things the room's list leaves out for everybody, such as removed ones.
    shown: Callable[[Thing], bool] = lambda thing: True


KINDS: dict[str, Kind] = {}


def is_installed(label: str) -> bool:
    """Is the room of this name part of the platform?"""
    return any(config.label == label for config in apps.get_app_configs())


def kind(name: str, room: str) -> Callable[[type], type]:
    """Register a class with `make`, `facts` and perhaps `listed` and `shown` as the answers of a kind."""

    def register(cls: type) -> type:
        if not room or is_installed(room.rpartition(".")[2]):
            optional = {part: getattr(cls, part) for part in ("listed", "shown", "personal") if hasattr(cls, part)}
            KINDS[name] = Kind(name, room, cls.make, cls.facts, **optional)
        return cls

    return register


# --- No object, or a place for one -----------------------------------------------------------------------------------
@kind("nothing", "")
class Nothing:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [(None, {})]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts()


@kind("place", "")
class Place:
    """An organisation for which something is to be made: all roles point to it."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        roles = ("organisation", "provider", "consumer")
        return [(code, dict.fromkeys(roles, code)) for code in [*world.organisations, "", None]]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts(dict.fromkeys((Relation.OWNER, Relation.PROVIDER, Relation.CONSUMER), row))


# --- Accounts --------------------------------------------------------------------------------------------------------
def the_people(world: World) -> dict[str, Any]:
    from jutong.registry.accounts.models import Person

    found = {row.person_no: row for row in Person.objects.filter(person_no__in=world.people)}
    missing = [
        Person(
            person_no=number,
            login_name=number.lower(),
            display_name=number,
            password=make_password(None),
            created_at=AT,
        )
        for number in world.people
        if number not in found
    ]
    Person.objects.bulk_create(missing)
    return found | {row.person_no: row for row in missing}


def the_appointments(world: World) -> list[Any]:
    from jutong.registry.accounts.domain import ADMINISTRATORS
    from jutong.registry.accounts.models import Appointment

    found = list(Appointment.objects.filter(person__person_no__in=world.people).select_related("person"))
    if found:
        return found
    people = the_people(world)
    rows, taken = [], set()
    for _ in world.times():
        number, organisation = world.person(), world.organisation()
        post = world.chance.choice([post for post in Post if post not in {Post.PUBLIC, Post.CONTRACTOR}])
        ended = world.flip()
        once = (number, "administrator") if post in ADMINISTRATORS else (number, post, organisation)
        if not ended and once in taken:
            continue
        if not ended:
            taken.add(once)
        rows.append(
            Appointment(
                person=people[number],
                post=post.value,
                organisation=organisation,
                starts_on=date(2026, 1, 1),
                ended_at=AT if ended else None,
                appointed_by=BY,
                appointed_at=AT,
            )
        )
    return Appointment.objects.bulk_create(rows)


@kind("person", "registry.accounts")
class PersonKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        administer = {
            row.person.person_no
            for row in the_appointments(world)
            if row.ended_at is None and row.post in {"system_admin", "security_admin", "audit_admin"}
        }
        return [
            (row, {"person": number, "administrator": number in administer})
            for number, row in the_people(world).items()
        ]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.registry.accounts import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import Person

        return Person.objects.filter(queries.scope(subject, action))


@kind("appointment", "registry.accounts")
class AppointmentKind:
    facts = PersonKind.facts

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [
            (row, {"person": row.person.person_no, "organisation": row.organisation}) for row in the_appointments(world)
        ]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import Appointment

        return Appointment.objects.filter(queries.scope(subject, action))


def the_clients(world: World) -> list[Any]:
    from jutong.registry.accounts.models import Client

    found = list(Client.objects.filter(organisation__in=world.organisations))
    if found:
        return found
    people = the_people(world)
    return Client.objects.bulk_create(
        Client(
            client_no=f"C8{n:04d}",
            name=f"client {n}",
            organisation=world.organisation(),
            responsible=people[world.person()],
            created_by=BY,
            created_at=AT,
        )
        for n in world.times()
    )


@kind("client", "registry.accounts")
class ClientKind:
    facts = PersonKind.facts

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [(row, {"organisation": row.organisation}) for row in the_clients(world)]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import Client

        return Client.objects.filter(queries.scope(subject, action))


@kind("key", "registry.accounts")
class KeyKind:
    facts = PersonKind.facts

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.registry.accounts.models import ClientKey

        rows = ClientKey.objects.bulk_create(
            ClientKey(
                key_id=f"K{n:024x}",
                client=client,
                organisation=client.organisation,
                algorithm="HMAC-SM3",
                sealed_secret=b"sealed",
                not_before=AT,
                expires_at=AT + timedelta(days=1),
            )
            for n, client in enumerate(the_clients(world))
        )
        return [(row, {"organisation": row.organisation}) for row in rows]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import ClientKey

        return ClientKey.objects.filter(queries.scope(subject, action))


@kind("token", "registry.accounts")
class TokenKind:
    facts = PersonKind.facts

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.registry.accounts.models import ApiToken

        rows = ApiToken.objects.bulk_create(
            ApiToken(
                token_no=f"T8{n:05d}",
                appointment=appointment,
                name="x",
                digest=f"{n:064x}",
                issued_at=AT,
                expires_at=AT + timedelta(days=1),
            )
            for n, appointment in enumerate(the_appointments(world))
        )
        return [(row, {"person": row.appointment.person.person_no}) for row in rows]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import ApiToken

        return ApiToken.objects.filter(queries.scope(subject, action))


@kind("absence", "registry.accounts")
class AbsenceKind:
    """An absence is seen through the organisations in which the absent holds a post."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.registry.accounts.models import Absence

        places: dict[str, list[str]] = {number: [] for number in world.people}
        for held in the_appointments(world):
            if held.ended_at is None:
                places[held.person.person_no].append(held.organisation)
        rows = Absence.objects.bulk_create(
            Absence(
                person=person,
                kind="leave",
                first_on=date(2099, 1, 1),
                last_on=date(2099, 1, 9),
                declared_by=BY,
                declared_at=AT,
            )
            for person in the_people(world).values()
        )
        return [(row, {"person": row.person.person_no, "organisations": places[row.person.person_no]}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> list[Facts]:
        from jutong.registry.accounts import queries

        return queries.facts_of_absent(row.person.person_no)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import Absence

        return Absence.objects.filter(queries.scope_of_absences(subject, action))


@kind("handover", "registry.accounts")
class HandoverKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.registry.accounts.models import Handover

        people, rows = the_people(world), []
        for n in world.times():
            # Every open sheet is of another giver and post: the database has one at a time.
            giver = world.people[n % len(world.people)]
            taker = world.chance.choice([number for number in world.people if number != giver])
            named, over = world.flip(), n % 3 == 0
            rows.append(
                Handover(
                    handover_no=f"H8{n:05d}",
                    person=people[giver],
                    successor=people[taker] if named else None,
                    organisation=world.organisation(),
                    post=list(Post)[n % 13].value,
                    opened_by=BY,
                    opened_at=AT,
                    cancelled_at=AT if over else None,
                )
            )
        Handover.objects.bulk_create(rows)
        return [
            (
                row,
                {
                    "person": row.person.person_no,
                    "successor": row.successor.person_no if row.successor else None,
                    "organisation": row.organisation,
                    "open": row.cancelled_at is None,
                },
            )
            for row in rows
        ]

    @staticmethod
    def facts(row: Any, subject: Subject) -> list[Facts]:
        from jutong.registry.accounts import queries

        return queries.facts_of_handover(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.accounts import queries
        from jutong.registry.accounts.models import Handover

        return Handover.objects.filter(queries.scope_of_handovers(subject, action))


@kind("leaving", "registry.accounts")
class Leaving:
    """Somebody of an organisation who is to give over what he holds there."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        things = [{"person": world.person(), "organisation": world.organisation()} for _ in world.times()]
        return [(thing, thing) for thing in things]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts({Relation.SELF: row["person"], Relation.OWNER: row["organisation"]})


# --- Register --------------------------------------------------------------------------------------------------------
@kind("organisation", "registry.organisations")
class OrganisationKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.registry.organisations.models import Organisation, OrganisationVersion, Region

        region, _ = Region.objects.get_or_create(code="450000", defaults={"name": "x", "level": 1, "parent_code": ""})
        if known := list(Organisation.objects.filter(uscc__in=world.organisations)):
            return [(row, {"organisation": row.uscc}) for row in known]
        rows = Organisation.objects.bulk_create(
            Organisation(uscc=code, slug=f"org{n}", kind="department", region=region, created_by=BY, created_at=AT)
            for n, code in enumerate(world.organisations)
        )
        OrganisationVersion.objects.bulk_create(
            OrganisationVersion(
                organisation=row,
                name=f"organisation {row.uscc}",
                short_name=row.uscc,
                valid_from=date(2020, 1, 1),
                is_first=True,
                recorded_by=BY,
                recorded_at=AT,
            )
            for row in rows
        )
        return [(row, {"organisation": row.uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.registry.organisations import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.organisations import queries
        from jutong.registry.organisations.models import Organisation

        return Organisation.objects.filter(queries.scope(subject, action))


@kind("plan", "registry.organisations")
class PlanKind:
    """A plan of organisation reform is seen through its sides."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.registry.organisations.models import Organisation, ReformPlan, ReformSide

        bodies = {row.uscc: row for row in Organisation.objects.filter(uscc__in=world.organisations)}
        if not bodies:
            bodies = {row.uscc: row for row, _ in OrganisationKind.make(world)}
        plans = ReformPlan.objects.bulk_create(
            ReformPlan(
                plan_no=f"FA8{n:07d}",
                kind="merge",
                title="x",
                document_no="x",
                effective_on=date(2099, 1, 1),
                state="draft",
                created_by=BY,
                created_at=AT,
                changed_by=BY,
                changed_at=AT,
            )
            for n in world.times()
        )
        named = {plan.pk: two_organisations(world) for plan in plans}
        ReformSide.objects.bulk_create(
            ReformSide(plan=plan, organisation=bodies[code], role=role, position=0)
            for plan in plans
            for role, code in zip(("source", "target"), named[plan.pk], strict=True)
        )
        return [(plan, {"parties": list(named[plan.pk])}) for plan in plans]

    @staticmethod
    def facts(row: Any, subject: Subject) -> list[Facts]:
        from jutong.registry.organisations import queries

        return [queries.facts_of_plan(side) for side in row.sides.select_related("organisation")]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.registry.organisations import queries
        from jutong.registry.organisations.models import ReformPlan

        return ReformPlan.objects.filter(queries.plan_scope(subject, action))


# --- Foundation ------------------------------------------------------------------------------------------------------
@kind("entry", "foundation.audit")
class EntryKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.audit.models import Entry

        rows = Entry.objects.bulk_create(
            Entry(
                action="x.y.z",
                at=AT,
                actor_kind="person",
                actor_id=world.person(),
                actor_organisation=world.chance.choice([*world.organisations, ""]),
                object_kind="x",
                object_code=str(n),
            )
            for n in world.times()
        )
        return [(row, {"organisation": row.actor_organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.audit import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.audit import queries
        from jutong.foundation.audit.models import Entry

        return Entry.objects.filter(queries.scope(subject, action))


@kind("stop", "foundation.secrecy")
class StopKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.secrecy.models import Stop

        rows = Stop.objects.bulk_create(
            Stop(
                stop_no=f"BM20260302{n:06d}",
                day=AT.date(),
                at=AT,
                last_at=AT,
                person_no=world.person(),
                organisation=world.chance.choice([*world.organisations, ""]),
                sent_by=BY,
                route="POST /x",
                channel="text",
                sign="grade_starred",
                rules="x",
                fingerprint=f"{n:064x}",
            )
            for n in world.times()
        )
        return [(row, {"person": row.person_no, "organisation": row.organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.secrecy import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.secrecy import queries
        from jutong.foundation.secrecy.models import Stop

        return Stop.objects.filter(queries.scope(subject, action))


@kind("file", "foundation.files")
class FileKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.files.models import Content, File

        content = Content.objects.create(digest="0" * 64, size_bytes=1, stored_at=AT)
        rows = File.objects.bulk_create(
            File(
                file_no=f"8{n:019x}",
                content=content,
                name="x",
                media_type="text/plain",
                person_no=world.chance.choice([*world.people, ""]),
                kept_by=BY,
                kept_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.files import queries

        return queries.facts(row)


@kind("notice", "foundation.notices")
class NoticeKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.notices.models import Notice

        rows = Notice.objects.bulk_create(
            Notice(person_no=world.person(), kind="x.y", title="x", at=AT) for _ in world.times()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.notices import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.notices import queries
        from jutong.foundation.notices.models import Notice

        return Notice.objects.filter(queries.scope(subject, action))


@kind("contact", "foundation.notices")
class ContactKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.notices.models import ContactPoint

        rows = ContactPoint.objects.bulk_create(
            ContactPoint(person_no=person, channel=channel, sealed_address=b"sealed", masked="x", created_at=AT)
            for person in world.people
            for channel in ("mail", "sms", "webhook")
            if world.flip()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.notices import queries

        return queries.contact_facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.notices import queries
        from jutong.foundation.notices.models import ContactPoint

        return ContactPoint.objects.filter(queries.contact_scope(subject, action))


@kind("hook", "foundation.notices")
class HookKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.notices.models import Hook

        rows = Hook.objects.bulk_create(
            Hook(
                hook_no=f"{n:012x}", organisation=world.organisation(), name=f"x{n}", groups=["tasks"],
                sealed_address=b"sealed", sealed_secret=b"sealed", masked="x", created_by=BY, created_at=AT,
            )
            for n in world.times()
        )  # fmt: skip
        return [(row, {"organisation": row.organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.notices import queries

        return queries.hook_facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.notices import queries
        from jutong.foundation.notices.models import Hook

        return Hook.objects.filter(queries.hook_scope(subject, action))


# --- Catalogue -------------------------------------------------------------------------------------------------------
@kind("saved search", "supply.catalogue")
class SavedSearchKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.catalogue.models import SavedSearch

        rows = SavedSearch.objects.bulk_create(
            SavedSearch(person_no=person, title="x", question=f"q=x{n}", created_at=AT, told_until=AT)
            for person in world.people
            for n in range(2)
            if world.flip()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.catalogue import queries

        return queries.facts_of_saved_search(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.catalogue import queries
        from jutong.supply.catalogue.models import SavedSearch

        return SavedSearch.objects.filter(queries.saved_search_scope(subject, action))


def the_resources(world: World) -> list[Any]:
    from jutong.supply.catalogue.models import Classification, Resource

    found = list(Resource.objects.filter(provider_uscc__in=world.organisations))
    if found:
        return found
    first, _ = Classification.objects.get_or_create(code="3", defaults={"grade": 1, "name": "x"})
    second, _ = Classification.objects.get_or_create(code="399", defaults={"grade": 2, "name": "x", "parent": first})
    third, _ = Classification.objects.get_or_create(code="399999", defaults={"grade": 3, "name": "x", "parent": second})
    rows = []
    for n in world.times():
        state, is_open = world.chance.choice(["approved", "published", "withdrawn"]), world.flip()
        published = None if state == "approved" else AT
        rows.append(
            Resource(
                classification=third,
                code=f"399999/{n + 1}",
                sequence_no=n + 1,
                title=f"resource {n}",
                provider_uscc=world.organisation(),
                formats=[],
                format_groups=[],
                sharing_type=1,
                use_purposes=["work_reference"],
                sharing_methods=[],
                open=is_open,
                open_condition="x" if is_open else "",
                update_cycle=1,
                level="regional",
                state=state,
                version=0 if published is None else 1,
                approved_at=AT,
                published_at=published,
                published_on=published and published.date(),
            )
        )
    return Resource.objects.bulk_create(rows)


def resource_thing(row: Any) -> Thing:
    return {"provider": row.provider_uscc, "state": row.state, "open": row.open}


@kind("resource", "supply.catalogue")
class ResourceKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [(row, resource_thing(row)) for row in the_resources(world)]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.catalogue import queries

        return queries.facts_of_resource(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.catalogue import queries
        from jutong.supply.catalogue.models import Resource

        return Resource.objects.filter(queries.resource_scope(subject, action))


@kind("draft", "supply.catalogue")
class DraftKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.catalogue.models import Draft
        from jutong.supply.catalogue.values import Content

        rows = []
        for n, resource in enumerate(the_resources(world)):
            state = ["draft", "submitted", "returned", "approved", "published", "discarded"][n % 6]
            place = world.organisation()
            rows.append(
                Draft(
                    draft_no=f"CG2099{n:04d}",
                    state=state,
                    provider_uscc=place,
                    content=Content(title=f"draft {n}", provider_uscc=place).to_json(),
                    resource=resource if state in {"approved", "published"} else None,
                    created_by=BY,
                    created_at=AT,
                    changed_by=BY,
                    changed_at=AT,
                )
            )
        Draft.objects.bulk_create(rows)
        return [(row, {"provider": row.provider_uscc, "state": row.state}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.catalogue import queries

        return queries.facts_of_draft(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.catalogue import queries
        from jutong.supply.catalogue.models import Draft

        return Draft.objects.filter(queries.draft_scope(subject, action))


# --- Mounting --------------------------------------------------------------------------------------------------------
@kind("source", "supply.mounting")
class SourceKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.mounting.models import DataSource
        from jutong.supply.mounting.values import ConnectionReport

        report = ConnectionReport(server="x", database="d", account="a", tables=1).to_json()
        rows = DataSource.objects.bulk_create(
            DataSource(
                source_no=f"SJY8{n:05d}",
                organisation=world.organisation(),
                name=f"source {n}",
                kind="postgresql",
                host="h",
                port=1,
                database="d",
                account="a",
                sealed_password=b"sealed",
                tls="off",
                removed_at=AT if world.flip() else None,
                tested_at=AT,
                report=report,
                created_by=BY,
                created_at=AT,
                changed_by=BY,
                changed_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"organisation": row.organisation, "removed": row.removed_at is not None}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.mounting import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.mounting import queries

        return queries.sources(subject, action)

    @staticmethod
    def shown(thing: Thing) -> bool:
        return not thing["removed"]


@kind("upload", "supply.mounting")
class UploadKind:
    facts = SourceKind.facts

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.mounting.models import UploadedFile

        rows = UploadedFile.objects.bulk_create(
            UploadedFile(
                file_no=f"WJ8{n:05d}",
                organisation=world.organisation(),
                digest="0" * 64,
                name="x.csv",
                size_bytes=1,
                format="csv",
                rows=1,
                columns=[],
                uploaded_by=BY,
                uploaded_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"organisation": row.organisation}) for row in rows]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.mounting import queries

        return queries.files(subject, action)


@kind("network", "supply.mounting")
class NetworkKind:
    facts = SourceKind.facts

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.mounting.models import AllowedNetwork

        rows = AllowedNetwork.objects.bulk_create(
            AllowedNetwork(
                organisation=world.organisation(),
                cidr=f"10.0.{n}.0/24",
                port_from=1,
                port_to=9,
                reason="x",
                created_by=BY,
                created_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"organisation": row.organisation}) for row in rows]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.mounting import queries

        return queries.networks(subject, action)


@kind("mount", "supply.mounting")
class MountKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.mounting.models import DataSource, Mount
        from jutong.supply.mounting.values import TablePlace, TableRef

        source = DataSource.objects.first()
        place = TablePlace(source.source_no, TableRef("public", "t"))
        rows = Mount.objects.bulk_create(
            Mount(
                resource_code=f"399998/{n + 1}",
                provider_uscc=world.organisation(),
                kind="table",
                state="active",
                source=source,
                resource_version=1,
                columns=[],
                place=place.to_json(),
                mounted_by=BY,
                mounted_at=AT,
                changed_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.mounting import queries

        return queries.facts_of_mount(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.mounting import queries

        return queries.mounts(subject, action)


# --- Exchange --------------------------------------------------------------------------------------------------------
@kind("pair", "supply.duplicates")
class PairKind:
    """Two resources that look like the same data; the bureau's queue."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.duplicates.models import Pair

        likeness = dict.fromkeys(
            ("covered", "covered_both", "matched", "matched_both", "mass", "title", "title_within", "basis"), 0.5
        )
        rows = Pair.objects.bulk_create(
            Pair(
                pair_no=f"CF2099{n:06d}",
                first_code=f"303999/{2 * n + 1}",
                second_code=f"304999/{2 * n + 2}",
                score=0.5,
                evidence={"likeness": {**likeness, "contained": 0.0, "compared": 0}, "items": []},
                digests={},
                judgement="open",
                found_at=AT,
            )
            for n in world.times()
        )
        return [(row, {}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts()

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.duplicates import queries

        return queries.pairs(subject, action)


@kind("negotiation", "supply.duplicates")
class NegotiationKind:
    """A negotiation is seen through the departments that take part."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.duplicates.models import Negotiation, Participant

        rows = Negotiation.objects.bulk_create(
            Negotiation(case_no=f"SY2099{n:04d}", state="stating", title="x", opened_by=BY, opened_at=AT)
            for n in world.times()
        )
        named = {row.pk: two_organisations(world) for row in rows}
        Participant.objects.bulk_create(
            Participant(
                negotiation=row,
                resource_code=f"30{side}999/{row.pk}",
                provider_uscc=code,
                case_no=f"CS{side}{row.case_no}",
            )
            for row in rows
            for side, code in zip((3, 4), named[row.pk], strict=True)
        )
        return [(row, {"parties": list(named[row.pk])}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> list[Facts]:
        from jutong.supply.duplicates import queries

        return queries.facts_of(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.duplicates import queries

        return queries.negotiations(subject)


@kind("run", "supply.exchange")
class RunKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.exchange.models import Plan, Run

        rows = Run.objects.bulk_create(
            Run(
                run_no=f"YX2099{n:06d}",
                resource_code=f"399997/{n + 1}",
                provider_uscc=world.organisation(),
                kind="full",
                trigger="manual",
                state="succeeded",
                requested_by=BY,
                requested_at=AT,
                finished_at=AT,
            )
            for n in world.times()
        )
        Plan.objects.bulk_create(
            Plan(resource_code=row.resource_code, provider_uscc=row.provider_uscc, trigger="schedule") for row in rows
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.exchange import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.exchange import queries

        return queries.runs(subject, action)


class OfExchange:
    """Inquiries and alarms: rows of a provider, seen as its runs are."""

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.exchange import queries

        return queries.facts(row)


@kind("inquiry", "supply.exchange")
class InquiryKind(OfExchange):
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.exchange.models import Inquiry

        rows = Inquiry.objects.bulk_create(
            Inquiry(
                inquiry_no=f"XW2099{n:06d}",
                kind="drift",
                resource_code=f"399997/{n + 1}",
                provider_uscc=world.organisation(),
                asked_at=AT,
                due_on="2099-01-01",
            )
            for n in world.times()
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.exchange import queries

        return queries.inquiries(subject, action)


@kind("alarm", "supply.exchange")
class AlarmKind(OfExchange):
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.exchange.models import Alarm

        rows = Alarm.objects.bulk_create(
            Alarm(
                alarm_no=f"GJ2099{n:06d}",
                kind="failing",
                resource_code=f"399997/{n + 1}",
                provider_uscc=world.organisation(),
                run_no=f"YX2099{n:06d}",
                raised_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.exchange import queries

        return queries.alarms(subject, action)


# --- Sharing ---------------------------------------------------------------------------------------------------------
def two_organisations(world: World) -> tuple[str, str]:
    provider, consumer = world.chance.sample(world.organisations, 2)
    return provider, consumer


WISH = {
    "client_no": "C80001",
    "columns": ["x"],
    "purpose_kind": "work_reference",
    "purpose": "x",
    "legal_basis": "x",
    "until": "2099-01-01",
    "quota": {"per_second": 1, "per_day": 1},
    "condition": None,
    "matter": "",
}


def the_requests(world: World) -> list[Any]:
    from jutong.delivery.sharing.models import DataRequest

    found = list(DataRequest.objects.filter(provider_uscc__in=world.organisations))
    if found:
        return found
    states = [
        "preparing",
        "reviewing",
        "completing",
        "answering",
        "pushing",
        "granted",
        "refused",
        "rejected",
        "withdrawn",
    ]
    rows = []
    for n in world.times():
        provider, consumer = two_organisations(world)
        state = states[n % len(states)]
        rows.append(
            DataRequest(
                request_no=f"XQ2099{n:04d}",
                resource_code=f"399996/{n + 1}",
                resource_version=1,
                resource_title="x",
                provider_uscc=provider,
                consumer_uscc=consumer,
                client_no="C80001",
                route="procedure",
                wish=WISH,
                answer={} if state == "refused" else None,
                state=state,
                submitted_by=BY,
                submitted_at=AT,
                decided_at=AT if state == "refused" else None,
                closed_at=None if state in states[:5] else AT,
            )
        )
    return DataRequest.objects.bulk_create(rows)


@kind("request", "delivery.sharing")
class RequestKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [
            (
                row,
                {
                    "provider": row.provider_uscc,
                    "consumer": row.consumer_uscc,
                    "open": row.closed_at is None,
                    "handed_in": row.state != "preparing",
                },
            )
            for row in the_requests(world)
        ]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.delivery.sharing import queries

        return queries.facts_of_request(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.delivery.sharing import queries
        from jutong.delivery.sharing.models import DataRequest

        return DataRequest.objects.filter(queries.request_scope(subject, action))


@kind("dispute", "delivery.sharing")
class DisputeKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.delivery.sharing.models import Dispute

        rows = Dispute.objects.bulk_create(
            Dispute(
                dispute_no=f"ZY2099{n:04d}",
                case_no=f"ZY2099{n:04d}",
                request=request,
                provider_uscc=request.provider_uscc,
                consumer_uscc=request.consumer_uscc,
                kind="refused",
                reason="x",
                wished="x",
                state="coordinating",
                raised_by=BY,
                raised_at=AT,
            )
            for n, request in enumerate(the_requests(world))
        )
        return [(row, {"provider": row.provider_uscc, "consumer": row.consumer_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.delivery.sharing import queries

        return queries.facts_of_dispute(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.delivery.sharing import queries
        from jutong.delivery.sharing.models import Dispute

        return Dispute.objects.filter(queries.dispute_scope(subject, action))


@kind("grant", "delivery.sharing")
class GrantKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.delivery.sharing.models import Grant

        rows = Grant.objects.bulk_create(
            Grant(
                grant_no=f"SQ2099{n:04d}",
                request=request,
                resource_code=request.resource_code,
                resource_version=1,
                provider_uscc=request.provider_uscc,
                consumer_uscc=request.consumer_uscc,
                client_no="C80001",
                terms=WISH | {"masks": {}},
                decider="platform",
                decided_by=BY,
                granted_at=AT,
                starts_at=AT,
                expires_at=AT + timedelta(days=1),
                ended_at=AT if world.flip() else None,
            )
            for n, request in enumerate(the_requests(world))
        )
        return [
            (row, {"provider": row.provider_uscc, "consumer": row.consumer_uscc, "live": row.ended_at is None})
            for row in rows
        ]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.delivery.sharing import queries

        return queries.facts_of_grant(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.delivery.sharing import queries
        from jutong.delivery.sharing.models import Grant

        return Grant.objects.filter(queries.grant_scope(subject, action))


# --- Gateway ---------------------------------------------------------------------------------------------------------
@kind("call", "delivery.gateway")
class CallKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.delivery.gateway.models import Call

        rows = []
        for n in world.times():
            # Strangers' calls belong to nobody.
            provider, consumer = two_organisations(world) if n % 4 else ("", "")
            rows.append(
                Call(
                    gateway="g88888888",
                    segment=1,
                    number=n + 1,
                    crc="0",
                    at=AT,
                    duration_us=1,
                    outcome="answered",
                    status=200,
                    provider=provider,
                    consumer=consumer,
                )
            )
        Call.objects.bulk_create(rows)
        return [(row, {"provider": row.provider, "consumer": row.consumer}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.delivery.gateway import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.delivery.gateway import queries
        from jutong.delivery.gateway.models import Call

        return Call.objects.filter(queries.scope(subject, action))


# --- Procedures ------------------------------------------------------------------------------------------------------
@kind("case", "foundation.procedures")
class CaseKind:
    """A case is seen through its parties."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.procedures.models import Case, CaseParty
        from jutong.foundation.procedures.values.procedure import every_procedure

        declared = every_procedure()[0]
        rows = Case.objects.bulk_create(
            Case(
                case_no=f"BJ2099{n:04d}",
                procedure=declared.name,
                version=declared.version,
                subject_code="x",
                title="x",
                state=next(iter(declared.all_states())).key,
                opened_at=AT,
                opened_by=BY,
                opened_by_no=world.chance.choice([*world.people, ""]),
                entered_at=AT,
            )
            for n in world.times()
        )
        parties = {
            row.pk: {party: world.organisation() for party in declared.parties}
            | dict(zip(("provider", "consumer"), two_organisations(world), strict=True))
            for row in rows
        }
        CaseParty.objects.bulk_create(
            CaseParty(case=row, party=party, organisation=code)
            for row in rows
            for party, code in parties[row.pk].items()
        )
        things = [
            {
                "parties": list(parties[row.pk].values()),
                "person": row.opened_by_no,
                "applicant": parties[row.pk][declared.applicant],
                "open": True,
            }
            for row in rows
        ]
        return list(zip(rows, things, strict=True))

    @staticmethod
    def facts(row: Any, subject: Subject) -> list[Facts]:
        from jutong.foundation.procedures import queries
        from jutong.foundation.procedures.models import CaseParty

        return [queries.facts(party) for party in CaseParty.objects.filter(case=row).select_related("case")]

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.procedures import queries
        from jutong.foundation.procedures.models import Case

        return Case.objects.filter(queries.scope(subject, action))


@kind("open case", "foundation.procedures")
class OpenCaseKind:
    """A case as something one may urge: its applicant's, and open or not."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.procedures.models import Case
        from jutong.foundation.procedures.values.procedure import every_procedure

        declared = every_procedure()[0]
        rows = []
        for n in world.times():
            closed = world.flip()
            rows.append(
                Case(
                    case_no=f"CB8{n:05d}",
                    procedure=declared.name,
                    version=declared.version,
                    subject_code="x",
                    title="x",
                    state=next(iter(declared.all_states())).key,
                    opened_at=AT,
                    opened_by=BY,
                    opened_by_no="",
                    entered_at=AT,
                    closed_at=AT if closed else None,
                    outcome="done" if closed else "",
                )
            )
        Case.objects.bulk_create(rows)
        things = []
        for row in rows:
            row.applicant = world.organisation()
            things.append((row, {"applicant": row.applicant, "open": row.closed_at is None}))
        return things

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.procedures import queries

        procedure = queries.procedure_of(row)
        return queries.urge_facts(row, procedure, {procedure.applicant: row.applicant})


@kind("inner run", "foundation.procedures")
class InnerRunKind:
    """What goes round a department."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.procedures.models import Case, InnerRun

        case = Case.objects.create(
            case_no="DB800000",
            procedure="x.x",
            version=1,
            subject_code="x",
            title="x",
            state="x",
            opened_at=AT,
            opened_by=BY,
            opened_by_no="",
            entered_at=AT,
        )
        rows = InnerRun.objects.bulk_create(
            InnerRun(
                case=case,
                state="x",
                entered_at=AT,
                transition="x",
                organisation=world.organisation(),
                proposed_by=BY,
                proposed_by_no="",
                proposed_at=AT,
                result="agreed",
                ended_at=AT,
            )
            for _ in world.times()
        )
        return [(row, {"organisation": row.organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.procedures import queries

        return queries.run_facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.foundation.procedures import queries
        from jutong.foundation.procedures.models import InnerRun

        return InnerRun.objects.filter(queries.inner_scope(subject, action))


@kind("scheme", "foundation.procedures")
class SchemeKind:
    """What a department laid down for its own people."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.foundation.procedures.models import InnerScheme

        rows = InnerScheme.objects.bulk_create(
            InnerScheme(
                organisation=world.organisation(),
                kind="sharing.answer",
                valid_from=date(2026, 1, 1) + timedelta(days=n),
                steps=[],
                changed_by=BY,
                changed_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"organisation": row.organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.foundation.procedures import queries

        return queries.scheme_facts(row.organisation)


# --- Quality ---------------------------------------------------------------------------------------------------------
@kind("score", "oversight.quality")
class ScoreKind:
    personal = True

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.oversight.quality.models import ScoreRow

        resources = the_resources(world)
        rows = ScoreRow.objects.bulk_create(
            ScoreRow(
                resource_code=resource.code,
                provider_uscc=resource.provider_uscc,
                measured_at=AT,
                stars=1,
                row_count=1,
                dimensions=[],
                measures=[],
            )
            for resource in resources
        )
        things = [{"provider": resource.provider_uscc, "resource": resource_thing(resource)} for resource in resources]
        return list(zip(rows, things, strict=True))

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.oversight.quality import queries
        from jutong.supply.catalogue import api as catalogue

        return queries.facts(row, visible=catalogue.visible(subject).filter(code=row.resource_code).exists())

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.oversight.quality import queries
        from jutong.oversight.quality.models import ScoreRow

        return ScoreRow.objects.filter(queries.scope(subject, action))


# --- Changes of the catalogue ----------------------------------------------------------------------------------------
# Last, so that the objects of the other kinds stay those they were.
@kind("change", "supply.catalogue")
class ChangeKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.catalogue.models import ChangeRecord

        rows = ChangeRecord.objects.bulk_create(
            ChangeRecord(
                change_no=f"BG2099{n:04d}",
                kind="amended",
                title=f"law {n}",
                title_key=f"law{n}",
                happened_on=AT.date(),
                provider_uscc=world.organisation() if n % 2 else "",
                recorded_by=BY,
                recorded_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.catalogue import queries

        return queries.facts_of_change(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.catalogue import queries
        from jutong.supply.catalogue.models import ChangeRecord

        return ChangeRecord.objects.filter(queries.change_scope(subject, action))


# --- Catalogue files -------------------------------------------------------------------------------------------------
@kind("import", "supply.interchange")
class ImportKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.interchange.models import Import

        rows = Import.objects.bulk_create(
            Import(
                import_no=f"DR2099{n:06d}",
                provider_uscc=world.organisation(),
                state="ready",
                file_no="0" * 20,
                digest="0" * 64,
                name="x.xlsx",
                size_bytes=1,
                format="xlsx",
                entries=1,
                new=1,
                requested_by=BY,
                requested_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.interchange import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.interchange import queries

        return queries.imports(subject, action)


# --- Readers ---------------------------------------------------------------------------------------------------------
@kind("follow", "supply.readers")
class FollowKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.readers.models import Follow

        rows = Follow.objects.bulk_create(
            Follow(person_no=person, classification="303", created_at=AT) for person in world.people if world.flip()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.readers import queries

        return queries.facts_of_follow(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.readers import queries

        return queries.follows(subject, action)


@kind("rating", "supply.readers")
class RatingKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.readers.models import Rating

        rows = Rating.objects.bulk_create(
            Rating(person_no=person, resource_code="303999/1", points=3, at=AT)
            for person in world.people
            if world.flip()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.readers import queries

        return queries.facts_of_rating(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.readers import queries

        return queries.ratings(subject, action)


@kind("remark", "supply.readers")
class RemarkKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.readers.models import Remark

        resources = the_resources(world)
        open_ones = [row for row in resources if row.open and row.state == "published"]
        made = []
        for n in world.times():
            # Every case is there, whatever chance says: on open resources too, of which there are few.
            resource = world.chance.choice(open_ones if n % 2 and open_ones else resources)
            answered, hidden = bool(n // 2 % 2), bool(n // 4 % 2)
            row = Remark(
                remark_no=f"PL2099{n:06d}",
                resource_code=resource.code,
                provider_uscc=resource.provider_uscc,
                kind="comment",
                text="x",
                person_no=world.person(),
                by=BY,
                at=AT,
                answer="x" if answered else "",
                answered_by=BY if answered else None,
                answered_at=AT if answered else None,
                hidden_reason="x" if hidden else "",
                hidden_by=BY if hidden else None,
                hidden_at=AT if hidden else None,
            )
            row.state = row.settled()
            row.save()
            thing = {
                "provider": row.provider_uscc,
                "person": row.person_no,
                "answered": answered,
                "hidden": hidden,
                "public": resource.open and resource.state == "published",
            }
            made.append((row, thing))
        return made

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.readers import queries

        return queries.facts_of_remark(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.readers import queries

        return queries.remarks(subject, action)


@kind("book", "supply.readers")
class BookKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.readers.models import Book

        rows = Book.objects.bulk_create(
            Book(
                book_no=f"HB2099{n:06d}",
                person_no=world.person(),
                scope="region",
                title="x",
                state="failed",
                requested_by=BY,
                requested_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"person": row.person_no}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.readers import queries

        return queries.facts_of_book(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.readers import queries

        return queries.books(subject, action)


# --- Harvesting ------------------------------------------------------------------------------------------------------
@kind("feed", "supply.harvest")
class FeedKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        rows = [_feed(world, n, removed=world.flip()) for n in world.times()]
        return [(row, {"provider": row.provider_uscc, "removed": row.removed_at is not None}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.harvest import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.harvest import queries

        return queries.feeds(subject, action)

    @staticmethod
    def shown(thing: Thing) -> bool:
        return not thing["removed"]


@kind("harvest", "supply.harvest")
class HarvestKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.harvest.models import Harvest

        rows = Harvest.objects.bulk_create(
            Harvest(
                harvest_no=f"CJ2099{n:06d}",
                feed=(feed := _feed(world, 500 + n)),
                provider_uscc=feed.provider_uscc,
                state="ready",
                requested_by=BY,
                requested_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.provider_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.harvest import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.harvest import queries

        return queries.harvests(subject, action)


def _feed(world: World, n: int, *, removed: bool = False) -> Any:
    from jutong.supply.harvest.models import Feed

    return Feed.objects.create(
        feed_no=f"LY2099{n:06d}",
        provider_uscc=world.organisation(),
        name=f"feed {n}",
        kind="ckan",
        address="http://x.example/",
        records_max=1,
        page_megabytes=1,
        request_seconds=1,
        removed_at=AT if removed else None,
        created_by=BY,
        created_at=AT,
        changed_by=BY,
        changed_at=AT,
    )


# --- The three lists -------------------------------------------------------------------------------------------------
def a_round(kind: str, n: int = 1) -> Any:
    """A round of a list that is being compiled."""
    from jutong.supply.lists.models import Round

    number = f"PC2098{n:06d}" if n > 1 else f"PC2097{('demand', 'responsibility', 'negative').index(kind):06d}"
    row, _made = Round.objects.get_or_create(
        round_no=number,
        defaults={
            "kind": kind,
            "title": "x",
            "opens_on": AT.date(),
            "closes_on": date(2099, 12, 31),
            "state": "open",
            "opened_by": BY,
            "opened_at": AT,
        },
    )
    return row


@kind("list round", "supply.lists")
class ListRoundKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [(a_round("demand" if n % 2 else "negative", n + 2), {}) for n in world.times()]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts()

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.lists import queries

        return queries.rounds(subject, action)


@kind("listed demand", "supply.lists")
class ListedDemandKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.lists.models import Demand

        rows = Demand.objects.bulk_create(
            Demand(
                demand_no=f"QX2099{n:04d}",
                round=a_round("demand"),
                demander_uscc=world.organisation(),
                responsible_uscc=world.organisation() if n % 3 else "",
                title="x",
                purpose="x",
                legal_basis="x",
                wanted_by=AT.date(),
                state="answering" if n % 3 else "submitted",
                entered_by=BY,
                entered_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"consumer": row.demander_uscc, "provider": row.responsible_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.lists import queries

        return queries.facts_of_demand(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.lists import queries

        return queries.demands(subject, action)


@kind("responsibility", "supply.lists")
class ResponsibilityKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.lists.models import Responsibility

        rows = Responsibility.objects.bulk_create(
            Responsibility(
                responsibility_no=f"ZR2099{n:06d}",
                round=a_round("responsibility"),
                responsible_uscc=world.organisation(),
                title="x",
                kinds=["supply"],
                contact_post="data_steward",
                state="proposed",
                made_at=AT,
                changed_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.responsible_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.lists import queries

        return queries.facts_of_responsibility(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.lists import queries

        return queries.responsibilities(subject, action)


@kind("exclusion", "supply.lists")
class ExclusionKind:
    """Entries of the negative list: what binds is known to all, what is proposed to its department."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.lists.models import Exclusion

        rows = Exclusion.objects.bulk_create(
            Exclusion(
                exclusion_no=f"FM2099{n:06d}",
                round=a_round("negative"),
                half="not_shared",
                provider_uscc=world.organisation(),
                title="x",
                reason="x",
                basis={"kind": "law", "title": "x", "article": "x"},
                state=state,
                proposed_by=BY,
                proposed_at=AT,
                in_force_from=AT if state == "in_force" else None,
            )
            for n, state in ((n, world.chance.choice(["proposed", "in_force"])) for n in world.times())
        )
        return [(row, {"provider": row.provider_uscc, "binding": row.state == "in_force"}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.lists import queries

        return queries.facts_of_exclusion(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.lists import queries

        return queries.exclusions(subject, action)


@kind("edition", "supply.lists")
class EditionKind:
    """Published lists; society reads the responsibility and the negative list."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.lists.models import Edition

        kinds = ("demand", "responsibility", "negative")
        rows = Edition.objects.bulk_create(
            Edition(
                kind=kinds[n % 3],
                number=n + 1,
                round=a_round(kinds[n % 3], 1000 + n),
                entries_count=0,
                added=0,
                changed=0,
                removed=0,
                digest="0" * 64,
                published_by=BY,
                published_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"public": row.kind != "demand"}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.lists import queries

        return queries.facts_of_edition(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.lists import queries

        return queries.editions(subject, action)


@kind("finding", "supply.lists")
class FindingKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.lists.models import Finding

        rows = Finding.objects.bulk_create(
            Finding(
                kind="duty_not_mounted",
                list_kind="responsibility",
                entry_no=f"ZR2099{n:06d}",
                title="x",
                organisation=world.organisation(),
                found_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.lists import queries

        return queries.facts_of_finding(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.lists import queries

        return queries.findings(subject, action)


# --- Rounds of compilation -------------------------------------------------------------------------------------------
def some_round(n: int) -> Any:
    """A round of chance."""
    from jutong.supply.rounds.models import Round

    return Round.objects.create(
        round_no=f"LC2099{n:04d}",
        name=f"x{n}",
        year=2099,
        state="open",
        categories=[1, 2, 3],
        opened_by=BY,
        opened_at=AT,
    )


@kind("round", "supply.rounds")
class RoundKind:
    """A round is common to all departments."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        return [(some_round(n), {}) for n in range(2)]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts()

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.rounds import queries

        return queries.rounds(subject, action)


@kind("planned entry", "supply.rounds")
class PlannedEntryKind:
    """An entry of a round; where its data lie is its department's affair."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.rounds.models import Entry

        parent = some_round(10)
        rows = Entry.objects.bulk_create(
            Entry(
                entry_no=f"LC20990010-{n:04d}",
                round=parent,
                category=3,
                title=f"x{n}",
                origin="typed",
                stage="claimed",
                department_uscc=world.organisation(),
                changed_at=AT,
            )
            for n in world.times()
        )
        return [(row, {"provider": row.department_uscc}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.rounds import queries

        return queries.facts_of_owned(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.rounds import queries

        return queries.surveyed_entries(subject, action)


@kind("submission", "supply.rounds")
class SubmissionKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.rounds.models import Submission

        parent = some_round(20)
        rows = Submission.objects.bulk_create(
            Submission(
                round=parent,
                department_uscc=world.organisation(),
                file_no="0" * 20,
                entry_nos=[],
                submitted_by=BY,
                submitted_at=AT,
            )
            for _ in world.times()
        )
        return [(row, {"provider": row.department_uscc}) for row in rows]

    facts = PlannedEntryKind.facts

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.rounds import queries

        return queries.submissions(subject, action)


@kind("duty", "supply.rounds")
class DutyKind:
    """A line of the registers that planning rests on."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.rounds.models import Duty

        rows = Duty.objects.bulk_create(
            Duty(department_uscc=world.organisation(), duty_no=f"QZ{n}", name="x", changed_by=BY, changed_at=AT)
            for n in world.times()
        )
        return [(row, {"provider": row.department_uscc}) for row in rows]

    facts = PlannedEntryKind.facts

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.rounds import queries

        return queries.duties(subject, action)


@kind("public notice", "supply.rounds")
class PublicNoticeKind:
    """A notice that runs, is over, or is closed."""

    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.rounds.models import Notice

        found = []
        for n in range(6):
            closed, over = n % 3 == 2, n % 3 == 1
            row = Notice.objects.create(
                notice_no=f"GS2099{n:04d}",
                round=some_round(30 + n),
                begins_on=date(2026, 1, 5),
                ends_on=date(2026, 1, 9) if over or closed else date(2099, 1, 9),
                opened_by=BY,
                opened_at=AT,
                closed_at=AT if closed else None,
            )
            found.append((row, {"running": not over and not closed}))
        return found

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.rounds import queries

        return queries.facts_of_notice(row, on=date(2026, 3, 2))


@kind("objection", "supply.rounds")
class ObjectionKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.rounds.models import Notice, Objection

        parent = Notice.objects.create(
            notice_no="GS20990099",
            round=some_round(50),
            begins_on=date(2026, 1, 5),
            ends_on=date(2026, 1, 9),
            opened_by=BY,
            opened_at=AT,
        )
        rows = Objection.objects.bulk_create(
            Objection(
                objection_no=f"GS20990099-{n:03d}", notice=parent, kind="other", text="x", raised_by=BY, raised_at=AT
            )
            for n in range(2)
        )
        return [(row, {}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        return Facts()

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.rounds import queries

        return queries.objections(subject, action)


# --- Nodes -----------------------------------------------------------------------------------------------------------
@kind("node", "supply.nodes")
class NodeKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        rows = [_node(world, n, removed=world.flip()) for n in world.times()]
        return [(row, {"organisation": row.zone.organisation, "removed": row.removed_at is not None}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.nodes import queries

        return queries.facts(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.nodes import queries

        return queries.nodes(subject, action)

    @staticmethod
    def shown(thing: Thing) -> bool:
        return not thing["removed"]


def _node(world: World, n: int, *, removed: bool = False) -> Any:
    from jutong.supply.nodes.models import Node, Zone

    return Node.objects.create(
        node_no=f"QZ99{n:06d}",
        zone=Zone.objects.create(organisation=world.organisation(), name=f"zone {n}"),
        name=f"node {n}",
        removed_at=AT if removed else None,
        created_by=BY,
        created_at=AT,
    )


# --- Contributions ---------------------------------------------------------------------------------------------------
@kind("contribution", "supply.exchange")
class ContributionKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.exchange.models import Contribution

        rows = []
        for n in world.times():
            lead, contributor = two_organisations(world)
            rows.append(
                Contribution(
                    contribution_no=f"HJ2099{n:06d}",
                    resource_code=f"399997/{n + 1}",
                    provider_uscc=lead,
                    organisation=contributor,
                    mark="450100",
                    state="invited",
                    invited_by=BY,
                    invited_at=AT,
                )
            )
        Contribution.objects.bulk_create(rows)
        return [(row, {"provider": row.provider_uscc, "contributor": row.organisation}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.exchange import queries

        return queries.facts_of_contribution(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.exchange import queries

        return queries.contributions(subject, action)


# --- Direct links ----------------------------------------------------------------------------------------------------
@kind("direct link", "supply.exchange")
class DirectLinkKind:
    @staticmethod
    def make(world: World) -> list[tuple[Any, Thing]]:
        from jutong.supply.exchange.models import DirectLink

        rows = []
        for n in world.times():
            one, other = two_organisations(world)
            rows.append(
                DirectLink(
                    link_no=f"ZL2099{n:06d}",
                    kind="direct",
                    organisation=one,
                    system="x",
                    other=other,
                    other_system="x",
                    data="x",
                    since=AT.date(),
                    reported_by=BY,
                    reported_at=AT,
                )
            )
        DirectLink.objects.bulk_create(rows)
        return [(row, {"organisation": row.organisation, "other": row.other}) for row in rows]

    @staticmethod
    def facts(row: Any, subject: Subject) -> Facts:
        from jutong.supply.exchange import queries

        return queries.facts_of_link(row)

    @staticmethod
    def listed(subject: Subject, action: Action) -> Iterable[Any]:
        from jutong.supply.exchange import queries

        return queries.links(subject, action)
