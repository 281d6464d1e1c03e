"""People made in one go for given posts, each with a password and a token of chance, for who sets a platform up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction

from jutong.kernel.actors import PLATFORM
from jutong.kernel.policy import POST_NAMES, Post
from jutong.registry.accounts import domain, services
from jutong.registry.accounts.values import StartPerson
from jutong.registry.organisations import api as organisations

TOKEN_DAYS = 365


@dataclass(frozen=True, slots=True)
class Credential:
    """A password of chance and what is stored of it."""

    password: str
    encoded: str


@dataclass(frozen=True, slots=True)
class Posting:
    """A post to be filled with a new person. `responsible` is the login of another of them, named before this one."""

    login_name: str
    post: Post
    organisation: str
    starts_on: date
    ends_on: date | None = None
    deputy: bool = False
    project: str = ""
    responsible: str = ""


class _LightHasher(Argon2PasswordHasher):
    """Argon2id with little work, for passwords that nobody can guess anyway: ours hold 96 random bits.

    A hash of full work costs a tenth of a second, which a hundred people would wait for at the first start. The sign-in
    knows these for light ones and replaces each by a full one when its password is first used.
    """

    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1


def new_credentials(count: int) -> list[Credential]:
    """Passwords of chance with their hashes."""
    hasher = _LightHasher()
    passwords = [domain.new_password() for _ in range(count)]
    return [Credential(password, hasher.encode(password, hasher.salt())) for password in passwords]


@transaction.atomic
def fill_posts(
    postings: Sequence[Posting], *, credentials: Sequence[Credential], name_of_tokens: str, at: datetime
) -> list[StartPerson]:
    """A new person for each post. Whoever calls keeps the answer where only the operator reads it, before committing.

    Raises LoginNameTaken, PostsExclusive, OrganisationUnknown.
    """
    usccs = {posting.organisation for posting in postings}
    titles, short = organisations.titles(usccs), organisations.titles(usccs, short=True)
    numbers: dict[str, str] = {}
    filled = []
    for posting, credential in zip(postings, credentials, strict=True):
        display_name = f"{short[posting.organisation]}{POST_NAMES[posting.post]}{'（B角）' if posting.deputy else ''}"
        person = services.add_person(
            login_name=posting.login_name,
            display_name=display_name,
            encoded=credential.encoded,
            by=PLATFORM,
            at=at,
            must_change=False,
        )
        numbers[posting.login_name] = person.person_no
        appointment = services.add_appointment(
            person_no=person.person_no,
            post=posting.post,
            organisation=posting.organisation,
            starts_on=posting.starts_on,
            ends_on=posting.ends_on,
            deputy=posting.deputy,
            project=posting.project,
            responsible=numbers[posting.responsible] if posting.responsible else "",
            by=PLATFORM,
            at=at,
        )
        token = services.add_token(
            appointment=appointment,
            name=name_of_tokens,
            expires_at=domain.expiry(at, TOKEN_DAYS, domain.TOKEN_MAX_DAYS),
            by=PLATFORM,
            at=at,
        )
        filled.append(
            StartPerson(
                login_name=posting.login_name,
                display_name=display_name,
                post=posting.post,
                organisation=posting.organisation,
                organisation_name=titles[posting.organisation],
                password=credential.password,
                token=token.token.reveal_text(),
            )
        )
    return filled
