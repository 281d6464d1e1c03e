"""A register with its bureau and departments, and people in posts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client as Browser

from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api, queries, services
from jutong.registry.accounts.models import Appointment, Person
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import OrganisationKind
from tests.support.declared_procedures import Loan
from tests.support.posts import home_of
from tests.support.register import lay_down_small_register

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "Kp7-uvm2-Wq9x-Zt"


@dataclass
class Somebody:
    """A person with one appointment, and ways to act."""

    person: Person
    appointment: Appointment

    @property
    def subject(self) -> Subject:
        return queries.subject_of(self.appointment)

    @property
    def no(self) -> str:
        return self.person.person_no

    def token(self, days: int = 30) -> str:
        return api.issue_token(name="test", days=days, by=self.subject, at=clock.now()).token.reveal_text()

    def caller(self) -> Browser:
        """A program with a token of this post."""
        return Browser(headers={"Authorization": f"Bearer {self.token()}"})


@pytest.fixture
def real_hashing():
    """Asks for the hashing of production, which is meant to be slow."""


@pytest.fixture(autouse=True)
def fast_hashing(settings, request):
    if "real_hashing" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def register(db):
    lay_down_small_register(AT)


@pytest.fixture
def departments(register) -> list[str]:
    """Credit codes of two departments."""
    return [found.uscc for found in organisations.departments(kind=OrganisationKind.DEPARTMENT)[:2]]


@pytest.fixture
def somebody(register):
    """Makes people: `somebody(Post.DATA_STEWARD, uscc)`."""
    made = 0

    @transaction.atomic
    def make(post: Post, organisation: str = "", login_name: str = "", **more) -> Somebody:
        nonlocal made
        made += 1
        person = services.add_person(
            login_name=login_name or f"{post.value}.{made}",
            display_name=f"{post.label}{made}",
            encoded=make_password(PASSWORD),
            by=PLATFORM,
            at=clock.now(),
            must_change=False,
        )
        appointment = services.add_appointment(
            person_no=person.person_no,
            post=post,
            organisation=organisation or home_of(post),
            starts_on=clock.local_day(clock.now()) - timedelta(days=10),
            by=PLATFORM,
            at=clock.now(),
            **more,
        )
        return Somebody(person, appointment)

    return make


@pytest.fixture
def security_admin(somebody) -> Somebody:
    return somebody(Post.SECURITY_ADMIN)


@pytest.fixture
def system_admin(somebody) -> Somebody:
    return somebody(Post.SYSTEM_ADMIN)


@pytest.fixture
def pair(somebody, departments):
    """The principal (A) and the deputy (B) of a department's steward."""
    return somebody(Post.DATA_STEWARD, departments[0]), somebody(Post.DATA_STEWARD, departments[0], deputy=True)


@pytest.fixture
def loan(pair, somebody, departments):
    """A case that waits for the department's steward."""
    rulebook.ensure_start_data(at=clock.now())
    applicant, reviewer = somebody(Post.DATA_STEWARD, departments[1]), somebody(Post.BUREAU_REVIEWER)
    parties = {"consumer": departments[1], "bureau": organisations.bureau(), "provider": departments[0]}
    ref = procedures.open_case(
        Loan, subject_code="303001/1", title="常住人口信息", parties=parties, data={"items": ["xm"]},
        by=applicant.subject, at=clock.now(),
    )  # fmt: skip
    procedures.act(ref.case_no, "forward", by=reviewer.subject, at=clock.now(), remark="规范")
    return ref.case_no
