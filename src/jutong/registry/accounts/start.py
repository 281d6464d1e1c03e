"""The first people: one for each post of the bureau, the centre and the departments, with passwords of chance.

Nothing here knows a password before it is made. What was made is written once, to a file that only the platform's
operator may read; a second start finds the people there and leaves them and the file as they are.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from jutong.kernel.actors import PLATFORM
from jutong.kernel.clock import local_day
from jutong.kernel.policy import POST_NAMES, Post
from jutong.registry.accounts import domain, services
from jutong.registry.accounts.models import Person
from jutong.registry.accounts.values import StartPerson
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import OrganisationKind

TOKEN_DAYS = 365


@dataclass(frozen=True, slots=True)
class _Place:
    """A post of the start data, and how its holder is called."""

    login_name: str
    post: Post
    organisation: str


def ensure_start_data(*, at: datetime) -> None:
    """Create the first people of every installation where they are missing, and leave their way in to the operator."""
    ensure_demo_people(at=at)


@transaction.atomic
def ensure_demo_people(*, at: datetime) -> list[StartPerson]:
    """People named by their posts: bureau, centre, the three administrators, an auditor, two for each department.

    Each gets a password and an API token of chance. They are written to the people file (0600 in the data folder)
    before the transaction ends, so that nobody is created whose way in is lost. Returns whom this call created.
    """
    places = _places()
    known = set(
        Person.objects.filter(login_name__in=[p.login_name for p in places]).values_list("login_name", flat=True)
    )
    missing = [place for place in places if place.login_name not in known]
    if not missing:
        return []
    usccs = {place.organisation for place in missing}
    titles, short = organisations.titles(usccs), organisations.titles(usccs, short=True)
    passwords = [domain.new_password() for _ in missing]
    # Hashing takes a tenth of a second each and leaves the interpreter free: several at a time.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = list(pool.map(make_password, passwords))
    created = [
        _create(place, titles[place.organisation], short[place.organisation], password, encoded, at)
        for place, password, encoded in zip(missing, passwords, hashes, strict=True)
    ]
    merged = {person.login_name: person for person in [*read_people(), *created]}
    _write(merged.values())
    return created


def read_people() -> list[StartPerson]:
    """The people of the people file; empty when there is none."""
    try:
        rows = json.loads(people_file().read_text("utf-8"))
    except FileNotFoundError:
        return []
    return [StartPerson(**{**row, "post": Post(row["post"])}) for row in rows]


def people_file() -> Path:
    """Where the way in of the start people is kept."""
    return Path(settings.JUTONG_DATA_DIR) / "people.json"


def _places() -> list[_Place]:
    bureau, centre = organisations.bureau(), organisations.centre()
    places = [
        _Place("reviewer", Post.BUREAU_REVIEWER, bureau),
        _Place("monitor", Post.DATA_MONITOR, bureau),
        _Place("auditor", Post.AUDITOR, bureau),
        _Place("system.admin", Post.SYSTEM_ADMIN, bureau),
        _Place("security.admin", Post.SECURITY_ADMIN, bureau),
        _Place("audit.admin", Post.AUDIT_ADMIN, bureau),
        _Place("engineer", Post.CENTRE_ENGINEER, centre),
        _Place("developer", Post.CLIENT_DEVELOPER, centre),
    ]
    for department in organisations.choices(kind=OrganisationKind.DEPARTMENT):
        places += [
            _Place(f"steward.{department.slug}", Post.DATA_STEWARD, department.uscc),
            _Place(f"developer.{department.slug}", Post.CLIENT_DEVELOPER, department.uscc),
        ]
    return places


def _create(
    place: _Place, organisation_name: str, short_name: str, password: str, encoded: str, at: datetime
) -> StartPerson:
    display_name = f"{short_name}{POST_NAMES[place.post]}"
    person = services.add_person(
        login_name=place.login_name,
        display_name=display_name,
        encoded=encoded,
        by=PLATFORM,
        at=at,
        must_change=False,
    )
    appointment = services.add_appointment(
        person_no=person.person_no,
        post=place.post,
        organisation=place.organisation,
        starts_on=local_day(at),
        by=PLATFORM,
        at=at,
    )
    token = services.add_token(
        appointment=appointment,
        name="start data",
        expires_at=domain.expiry(at, TOKEN_DAYS, domain.TOKEN_MAX_DAYS),
        by=PLATFORM,
        at=at,
    )
    return StartPerson(
        login_name=place.login_name,
        display_name=display_name,
        post=place.post,
        organisation=place.organisation,
        organisation_name=organisation_name,
        password=password,
        token=token.token.reveal_text(),
    )


def _write(people: Iterable[StartPerson]) -> None:
    """Replace the people file: complete or not at all, durable, readable by its owner alone."""
    path = people_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump([asdict(person) for person in people], stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    Path(unfinished).replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
