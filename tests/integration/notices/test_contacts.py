"""Contact points: entered by oneself, confirmed by what was sent there, sealed, shown masked."""

import re
from datetime import timedelta

import pytest

from jutong.foundation.audit.models import Entry
from jutong.foundation.notices import queries
from jutong.foundation.notices.domain.errors import (
    CodeOver,
    CodesTooOften,
    CodeWrong,
    NoSuchContact,
    PortNotOffered,
    PortRefused,
    QuietHoursEmpty,
)
from jutong.foundation.notices.models import ContactPoint
from jutong.foundation.notices.services import contacts
from jutong.foundation.notices.values import Channel
from jutong.kernel.crypto import CannotOpen
from jutong.kernel.egress import AddressIsPlatform, AddressSpecial, parse_permitted
from jutong.kernel.errors import NotSignedIn
from jutong.kernel.policy import ANONYMOUS

from .conftest import AT, ONE

pytestmark = pytest.mark.django_db

ADDRESS = "liwei@gxdata.gov.cn"


def code_in(mailbox):
    return re.search(r"验证码 (\d{6})", mailbox.letters[-1].get_content())[1]


def enter(at=AT, address=ADDRESS):
    return contacts.enter_contact(Channel.MAIL, address, by=ONE, at=at)


def test_a_mailbox_is_confirmed_by_the_code_that_came_there(mailbox):
    contact, secret = enter()
    assert (contact.masked, contact.confirmed_at, secret) == ("l***@gxdata.gov.cn", None, None)
    assert queries.reachable(["P1"]) == {}

    contacts.confirm_contact(Channel.MAIL, f" {code_in(mailbox)} ", by=ONE, at=AT + timedelta(minutes=9))

    assert queries.reachable(["P1"]) == {"P1": frozenset({Channel.MAIL})}
    assert queries.target_of("P1", Channel.MAIL).address == ADDRESS


def test_the_address_is_sealed_and_opens_only_in_its_place(mailbox):
    enter()
    row = ContactPoint.objects.get()
    assert ADDRESS.encode() not in bytes(row.sealed_address)
    assert "liwei" not in str(list(Entry.objects.values()))

    row.person_no = "P2"

    with pytest.raises(CannotOpen):
        queries.open_target(row)


def test_a_code_is_over_after_ten_minutes_and_after_five_tries(mailbox):
    enter()
    right = code_in(mailbox)
    with pytest.raises(CodeOver):
        contacts.confirm_contact(Channel.MAIL, right, by=ONE, at=AT + timedelta(minutes=10, seconds=1))
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as raised:
            contacts.confirm_contact(Channel.MAIL, wrong, by=ONE, at=AT)
        assert raised.value.details["left"] == left
    with pytest.raises(CodeOver):
        contacts.confirm_contact(Channel.MAIL, right, by=ONE, at=AT)


def test_another_address_must_be_confirmed_anew_and_not_by_the_old_code(mailbox):
    enter()
    old = code_in(mailbox)
    contacts.confirm_contact(Channel.MAIL, old, by=ONE, at=AT)

    enter(AT + timedelta(minutes=2), "other@gxdata.gov.cn")

    assert queries.target_of("P1", Channel.MAIL) is None
    if code_in(mailbox) != old:
        with pytest.raises(CodeWrong):
            contacts.confirm_contact(Channel.MAIL, old, by=ONE, at=AT + timedelta(minutes=2))


def test_nobody_is_flooded_with_codes(mailbox):
    for number in range(contacts.CODES_A_DAY):
        enter(AT + number * contacts.BETWEEN_CODES)
        if number == 0:
            with pytest.raises(CodesTooOften):
                enter(AT + timedelta(seconds=59))
        # Removing the contact point does not begin the count anew.
        contacts.remove_contact(Channel.MAIL, by=ONE, at=AT)
    with pytest.raises(CodesTooOften):
        enter(AT + timedelta(hours=3))
    enter(AT + timedelta(days=1))

    assert len(mailbox.raw) == contacts.CODES_A_DAY + 1


def test_a_refused_code_is_told_at_once(mailbox):
    mailbox.answers = ["550 no such user"]

    with pytest.raises(PortRefused):
        enter()
    assert queries.target_of("P1", Channel.MAIL) is None


def test_what_is_not_set_up_is_not_taken():
    with pytest.raises(PortNotOffered):
        enter()
    assert not ContactPoint.objects.exists()


def test_a_webhook_lies_only_where_the_list_allows_and_shows_its_secret_once(receiver, permitted, monkeypatch):
    with pytest.raises(AddressSpecial):
        contacts.enter_contact(Channel.WEBHOOK, "http://127.0.0.1:1/x", by=ONE, at=AT)
    monkeypatch.setattr("jutong.base.egress.own_endpoints", lambda: [("127.0.0.1", receiver.port)])
    with pytest.raises(AddressIsPlatform):
        contacts.enter_contact(Channel.WEBHOOK, receiver.address(), by=ONE, at=AT)
    assert receiver.calls == []
    monkeypatch.undo()
    monkeypatch.setattr("jutong.foundation.notices.plugs._permits", [lambda _: permit_of(receiver)])

    contact, secret = contacts.enter_contact(Channel.WEBHOOK, receiver.address(), by=ONE, at=AT)

    assert receiver.is_signed(0, secret.reveal())
    assert contact.masked == f"http://127.0.0.1:{receiver.port}/…"
    code = re.search(r"\d{6}", receiver.bodies()[0]["text"])[0]
    assert contacts.confirm_contact(Channel.WEBHOOK, code, by=ONE, at=AT).confirmed_at == AT


def permit_of(receiver):
    return [parse_permitted("127.0.0.1", receiver.port, receiver.port)]


def test_one_s_settings_are_one_s_own_and_make_sense():
    with pytest.raises(NotSignedIn):
        contacts.enter_contact(Channel.MAIL, ADDRESS, by=ANONYMOUS, at=AT)
    with pytest.raises(NoSuchContact):
        contacts.remove_contact(Channel.MAIL, by=ONE, at=AT)
    with pytest.raises(QuietHoursEmpty):
        contacts.set_habits(
            choices={}, quiet=True, quiet_from=AT.time(), quiet_until=AT.time(), digest=False, by=ONE, at=AT
        )
