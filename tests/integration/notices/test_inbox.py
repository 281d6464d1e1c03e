"""People find what they were told, and nobody else does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from jutong.foundation.notices import api as notices
from jutong.foundation.notices import plugs, queries
from jutong.foundation.notices.models import Notice
from jutong.foundation.notices.policy import READ_NOTICES
from jutong.foundation.notices.services import inbox as services
from jutong.foundation.notices.values import Address
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import ANONYMOUS, Post, Subject, decide

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
ONE = Subject("P1", Post.DATA_STEWARD, "11450000000000001A")
TWO = Subject("P2", Post.DATA_STEWARD, "11450000000000001A")


@pytest.fixture(autouse=True)
def no_address_book(monkeypatch):
    monkeypatch.setattr(plugs, "_books", [])


def tell(*people, kind="procedures.step_due", at=AT):
    return notices.notify(people, kind=kind, title="“{case}”今日到期", link="/x/", parameters={"case": "AJ1"}, at=at)


@pytest.mark.django_db
def test_each_person_is_told_once():
    assert tell("P1", "P2", "P1", "") == 2
    assert (notices.unread(ONE), notices.unread(TWO), notices.unread(ANONYMOUS)) == (1, 1, 0)
    assert notices.latest(ONE)[0].parameters == {"case": "AJ1"}


@pytest.mark.django_db
def test_reading_is_one_s_own_affair():
    tell("P1")
    notice = Notice.objects.get()

    with pytest.raises(NotFound):
        services.mark_read(notice.id, by=TWO, at=AT)
    services.mark_read(notice.id, by=ONE, at=AT + timedelta(minutes=1))
    services.mark_read(notice.id, by=ONE, at=AT + timedelta(minutes=2))

    assert Notice.objects.get().read_at == AT + timedelta(minutes=1)
    assert notices.unread(ONE) == 0


@pytest.mark.django_db
def test_all_can_be_marked_read_at_once_and_only_one_s_own():
    tell("P1", "P2")
    tell("P1")

    assert services.mark_all_read(by=ONE, at=AT) == 2
    assert (notices.unread(ONE), notices.unread(TWO)) == (0, 1)


@pytest.mark.django_db
def test_the_scope_of_the_inbox_is_the_decision():
    tell("P1", "P2")
    everyone = (ONE, TWO, ANONYMOUS, Subject("", Post.DATA_STEWARD, "x"))

    for subject in everyone:
        listed = set(Notice.objects.filter(queries.scope(subject, READ_NOTICES)))
        assert listed == {row for row in Notice.objects.all() if decide(subject, READ_NOTICES, queries.facts(row))}


@pytest.mark.django_db
def test_those_who_left_are_not_told_and_it_is_logged(caplog):
    class Book:
        def addresses(self, person_nos):
            return {number: Address(number, "…") for number in person_nos if number == "P1"}

    notices.plug_address_book(Book())

    assert tell("P1", "P9") == 1
    assert "P9" in caplog.text


@pytest.mark.django_db
def test_a_notice_goes_with_its_change():
    with transaction.atomic():
        tell("P1")
        transaction.set_rollback(True)

    assert notices.unread(ONE) == 0


@pytest.mark.django_db
def test_a_notice_never_leads_elsewhere():
    with pytest.raises(ValueError, match="this platform"):
        notices.notify(["P1"], kind="a.b", title="x", link="https://example.com", at=AT)


@pytest.mark.django_db
def test_kinds_and_unread_ones_are_found():
    tell("P1", kind="procedures.step_due")
    tell("P1", kind="sharing.granted")
    services.mark_read(queries.inbox(ONE, kind="sharing")[0].id, by=ONE, at=AT)

    assert [row.kind for row in queries.inbox(ONE, kind="procedures")] == ["procedures.step_due"]
    assert [row.kind for row in queries.inbox(ONE, unread_only=True)] == ["procedures.step_due"]
    assert queries.inbox(ONE, kind="procedures.step").count() == 0


@pytest.mark.django_db
def test_only_read_and_old_notices_are_pruned():
    tell("P1", "P2", at=AT - services.KEEP)
    services.mark_all_read(by=ONE, at=AT)

    assert services.prune(before=AT - timedelta(days=1)) == 1
    assert notices.unread(TWO) == 1
