"""Departments with people, a published and filled resource of each kind, and a client that asks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing import queries
from jutong.delivery.sharing.values import Quota, TablePlace, Wish
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.kernel.codes.sharing import UsePurpose
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts import services as people
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services as compilation
from tests.support.posts import Holder
from tests.support.register import lay_down_small_register
from tests.unit.supply.catalogue import samples

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SINCE = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def uscc_of(slug: str) -> str:
    return organisations.departments(text=slug)[0].uscc


@transaction.atomic
def settle(post: Post, organisation: str, name: str) -> Holder:
    """Somebody who has held a post since the beginning of the year."""
    person = people.add_person(
        login_name=f"{name}.test",
        display_name=name,
        encoded=make_password(None),
        by=PLATFORM,
        at=clock.now(),  # passwords age, also those of tests
        must_change=False,
    )
    appointment = people.add_appointment(
        person_no=person.person_no,
        post=post,
        organisation=organisation,
        starts_on=SINCE.date(),
        by=PLATFORM,
        at=SINCE,
    )
    subject = accounts.subject_of(appointment)
    token = accounts.issue_token(name="test", days=1, by=subject, at=clock.now()).token.reveal_text()
    browser = Client()
    browser.force_login(person)
    return Holder(subject, browser, Client(headers={"Authorization": f"Bearer {token}"}))


@dataclass
class Town:
    """Who lives here."""

    provider: Holder
    consumer: Holder
    stranger: Holder
    reviewer: Holder
    client_no: str

    def wish(self, *columns: str, **changes) -> Wish:
        fields = {
            "client_no": self.client_no,
            "columns": columns or ("uscc", "name"),
            "purpose_kind": UsePurpose.COLLABORATION,
            "purpose": "核验申请人登记信息",
            "legal_basis": "自治区“放管服”改革方案",
            "until": date(2027, 11, 22),
            "quota": Quota(10, 1000),
        }
        return Wish(**(fields | changes))

    def ask(self, code: str, *columns: str, at: datetime = AT, **changes) -> str:
        return sharing.request_resource(
            resource_code=code, wish=self.wish(*columns, **changes), by=self.consumer.subject, at=at
        )

    def publish(self, content, at: datetime = AT) -> str:
        by, reviewer = self.provider.subject, self.reviewer.subject
        content = content.changed(provider_uscc=by.organisation, classification="")
        draft_no = catalogue.create_draft(content=content, by=by, at=at)
        return self._carry(draft_no, by, reviewer, at)

    def republish(self, code: str, at: datetime, **changes) -> None:
        by, reviewer = self.provider.subject, self.reviewer.subject
        draft_no = catalogue.start_revision(code=code, by=by, at=at)
        content = catalogue.draft_content(draft_no, by=by).changed(**changes)
        catalogue.update_draft(draft_no=draft_no, content=content, by=by, at=at)
        self._carry(draft_no, by, reviewer, at)

    def _carry(self, draft_no: str, by: Subject, reviewer: Subject, at: datetime) -> str:
        compilation.take_submission(draft_no=draft_no, case_no="", by=by.actor, at=at)
        compilation.take_approval(draft_no=draft_no, by=reviewer.actor, at=at)
        return compilation.take_publication(draft_no=draft_no, by=reviewer.actor, at=at)


@pytest.fixture
def places(monkeypatch) -> dict[str, TablePlace | None]:
    """Where data lies, by resource code: as exchange and mounting would tell; a table each unless a test says else."""
    found: dict[str, TablePlace | None] = {}

    def find_place(code: str) -> TablePlace | None:
        return found.get(code, TablePlace(f"pool.r_{code.replace('/', '_')}"))

    monkeypatch.setattr(queries, "find_place", find_place)
    return found


@pytest.fixture
def town(db, places) -> Town:
    return lay_down_town()


def lay_down_town() -> Town:
    """The start data, and who lives here."""
    lay_down_small_register(AT)
    rulebook.ensure_start_data(at=AT)
    catalogue.ensure_start_data(at=AT)
    consumer = settle(Post.DATA_STEWARD, uscc_of("mzt"), "consumer")
    developer = settle(Post.CLIENT_DEVELOPER, uscc_of("mzt"), "developer")
    client = accounts.create_client(name="婚姻登记系统", by=developer.subject, at=AT)
    return Town(
        provider=settle(Post.DATA_STEWARD, uscc_of("scjgj"), "provider"),
        consumer=consumer,
        stranger=settle(Post.DATA_STEWARD, uscc_of("gat"), "stranger"),
        reviewer=settle(Post.BUREAU_REVIEWER, organisations.bureau(), "reviewer"),
        client_no=client.client_no,
    )


@pytest.fixture
def shops(town) -> str:
    """A type 1 resource without controlled parameters."""
    return town.publish(samples.shops())


@pytest.fixture
def residents(town) -> str:
    """A type 2 resource with a controlled parameter."""
    return town.publish(samples.residents())


def days(count: int) -> timedelta:
    return timedelta(days=count)
