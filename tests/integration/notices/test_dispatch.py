"""Messages leave by real servers: at least once, under one key, not by night, and without content of a case."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction

from jutong.foundation.audit.models import Entry
from jutong.foundation.notices import api as notices
from jutong.foundation.notices import probes, queries
from jutong.foundation.notices.domain import kinds
from jutong.foundation.notices.domain.errors import NoSuchDispatch
from jutong.foundation.notices.domain.sending import BACK_OFF, LEASE
from jutong.foundation.notices.models import ContactPoint, Dispatch, Notice, Preference
from jutong.foundation.notices.services import contacts, inbox, planning, sending
from jutong.foundation.notices.values import Channel, DispatchState, Group, SmtpServer
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject

from .conftest import AT, ONE, ORGANISATION, SMS_SECRET, confirmed

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 3, 2, 15, tzinfo=UTC)  # eleven in the evening
MORNING = datetime(2026, 3, 2, 23, tzinfo=UTC)  # seven of the next day
ADMIN = Subject("P8", Post.SYSTEM_ADMIN, ORGANISATION)


def tell(*people, kind="procedures.task_arrived", at=AT, **parameters):
    filled = {"case": "常住人口信息", "case_no": "XQ20260001", "step": "规范性审查", **parameters}
    return notices.notify(
        people or ["P1"], kind=kind, title="待办：{case}（{step}）", body="{case}", parameters=filled, at=at
    )


def send(channel=Channel.MAIL, at=AT):
    count = 0
    while sending.send_next(channel, at=at):
        count += 1
    return count


def states():
    return [row.state for row in Dispatch.objects.order_by("id")]


# --- Ports -----------------------------------------------------------------------------------------------------------
def test_a_notice_leaves_by_mail(by_mail):
    tell()

    assert send() == 1
    [letter] = by_mail.letters
    [row] = Dispatch.objects.all()
    assert (letter["To"], letter["From"]) == ("p1@gxdata.gov.cn", "jutong@gxdata.gov.cn")
    assert letter["Subject"] == "【聚通】待办提醒 XQ20260001"
    assert letter["Message-ID"] == f"<{row.key}@gxdata.gov.cn>"
    assert django_settings.JUTONG_BASE_URL in letter.get_content()
    assert (row.state, row.attempts, row.ended_at) == ("sent", 1, AT)
    assert send() == 0


def test_a_text_message_is_signed_and_its_number_is_not_in_the_address(gateway):
    confirmed(Channel.SMS, "13800138000")
    tell(kind="procedures.step_due", due_on="2026-03-05")

    assert send(Channel.SMS) == 1
    [(path, headers, _)] = gateway.calls
    [body] = gateway.bodies()
    assert path == f"/send/jutong/{headers['X-Jutong-Key']}"
    assert (body["mobile"], body["account"], body["key"]) == ("13800138000", "jutong", headers["X-Jutong-Key"])
    assert body["content"].startswith("【聚通】今日到期提醒，编号 XQ20260001，应于 2026-03-05 前办结。")
    assert gateway.is_signed(0, SMS_SECRET.reveal())


def test_a_webhook_is_signed_with_the_person_s_own_secret(receiver, permitted):
    confirmed(Channel.WEBHOOK, receiver.address())
    tell()

    assert send(Channel.WEBHOOK) == 1
    [body] = receiver.bodies()
    assert receiver.calls[0][0] == "/in?t=1"
    assert (body["kind"], body["case_no"]) == ("procedures.task_arrived", "XQ20260001")
    target = queries.target_of("P1", Channel.WEBHOOK)
    assert receiver.is_signed(0, target.secret.reveal())
    assert not receiver.is_signed(0, b"another")


def test_a_webhook_goes_only_where_its_organisation_s_list_allows_at_the_moment_of_the_call(
    receiver, permitted, monkeypatch
):
    from jutong.foundation.notices import plugs

    confirmed(Channel.WEBHOOK, receiver.address())
    tell()
    monkeypatch.setattr(plugs, "_permits", [lambda organisation: []])

    assert send(Channel.WEBHOOK) == 1
    assert receiver.calls == []
    assert Dispatch.objects.get().reason == "address_special"


def test_a_redirect_is_not_followed(receiver, permitted):
    confirmed(Channel.WEBHOOK, receiver.address())
    receiver.answers = [302]
    tell()

    send(Channel.WEBHOOK)

    assert (len(receiver.calls), states(), Dispatch.objects.get().reason) == (1, ["failed"], "HTTP 302")


def test_a_port_that_is_not_set_up_is_not_offered_and_nothing_pretends_to_be_sent(by_mail, settings):
    settings.JUTONG_SMTP = None

    tell()

    assert (states(), send(), by_mail.raw) == ([], 0, [])
    assert notices.unread(ONE) == 1


def test_only_confirmed_contact_points_are_written_to(by_mail):
    ContactPoint.objects.update(confirmed_at=None)

    tell()

    assert states() == []


def test_people_get_only_the_kinds_they_chose(by_mail):
    contacts.set_habits(
        choices={Group.CLOCKS: frozenset({Channel.MAIL})}, quiet=True, quiet_from=AT.time(), quiet_until=NIGHT.time(),
        digest=False, by=ONE, at=AT,
    )  # fmt: skip
    Preference.objects.update(choices={group.value: [] for group in Group} | {"clocks": ["mail"]})
    tell(kind="procedures.task_arrived")
    tell(kind="procedures.step_overdue")

    assert [row.kind for row in Dispatch.objects.all()] == ["procedures.step_overdue"]


def test_a_message_goes_with_its_change():
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)

    assert states() == []


def test_telling_many_people_takes_as_many_queries_as_telling_one(by_mail, django_assert_num_queries):
    with django_assert_num_queries(7):  # a savepoint and its release, notices, contacts, settings, dispatches, bell
        tell(*(f"P{n}" for n in range(1, 40)))


# --- Failures --------------------------------------------------------------------------------------------------------
def test_a_busy_server_is_tried_again_later_under_the_same_key(by_mail):
    by_mail.answers = ["451 busy", "451 busy"]
    tell()

    assert send() == 1
    row = Dispatch.objects.get()
    assert (row.state, row.due_at, row.reason) == ("waiting", AT + BACK_OFF[0], "SMTP 451")
    assert send(at=AT + timedelta(seconds=59)) == 0
    assert send(at=AT + BACK_OFF[0]) == 1
    assert send(at=AT + BACK_OFF[0] + BACK_OFF[1]) == 1
    assert states() == ["sent"]
    assert len({letter["Message-ID"] for letter in by_mail.letters}) == 1


def test_a_refused_message_fails_at_once_and_one_without_answer_after_all_its_tries(by_mail, settings):
    by_mail.answers = ["550 no such user"]
    tell()
    send()
    assert (states(), Dispatch.objects.get().reason) == (["failed"], "SMTP 550")

    settings.JUTONG_SMTP = SmtpServer("127.0.0.1", 1, "off", "jutong@gxdata.gov.cn")
    tell(kind="procedures.step_overdue")
    at = AT
    for pause in (*BACK_OFF, timedelta()):
        assert send(at=at) == 1
        at += pause
    assert states() == ["failed", "failed"]


def test_operators_see_failures_and_may_send_again(by_mail):
    by_mail.answers = ["550 no such user"]
    tell()
    send()
    row = Dispatch.objects.get()
    with pytest.raises(NotPermitted):
        sending.send_again(row.id, by=ONE, at=AT)

    sending.send_again(row.id, by=ADMIN, at=AT)
    assert send() == 1

    assert states() == ["sent"]
    assert Entry.objects.filter(action="notices.dispatch.resent").count() == 1
    with pytest.raises(NoSuchDispatch):
        sending.send_again(row.id, by=ADMIN, at=AT)


def test_the_probe_tells_of_failures_and_of_what_waits_too_long(by_mail, monkeypatch):
    monkeypatch.setattr(probes.clock, "now", lambda: AT + timedelta(hours=1))
    assert probes.dispatches() is None
    tell()
    assert probes.dispatches().details == {"late": 1}
    by_mail.answers = ["550 no"]
    send()

    assert probes.dispatches().details == {"failed": 1}
    [sample] = probes.metrics()
    assert sample.values == {("mail", "failed"): 1.0}


# --- A sender that dies ----------------------------------------------------------------------------------------------
def test_two_senders_never_take_the_same_message(by_mail):
    tell()
    taken = sending._take(Channel.MAIL, AT)

    assert taken is not None
    assert sending._take(Channel.MAIL, AT + LEASE - timedelta(seconds=1)) is None


def test_a_sender_that_comes_back_late_does_not_overwrite_who_took_over(by_mail):
    tell()
    first = sending._take(Channel.MAIL, AT)
    second = sending._take(Channel.MAIL, AT + LEASE)
    sending._end(second, DispatchState.SENT, AT + LEASE)

    sending._later(first, AT + LEASE, "too late")

    assert states() == ["sent"]


SENDER = """
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = {database!r}
from datetime import datetime
from jutong.foundation.notices.services import sending
from jutong.foundation.notices.values import Channel, SmtpServer
settings.JUTONG_SMTP = SmtpServer("127.0.0.1", {port}, "off", "jutong@gxdata.gov.cn")
sending.send_next(Channel.MAIL, at=datetime.fromisoformat({at!r}))
"""


@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_after_the_server_has_the_message_loses_nothing_and_repeats_its_key(mailbox):
    confirmed(Channel.MAIL, "p1@gxdata.gov.cn")
    tell()
    script = SENDER.format(database=connection.settings_dict["NAME"], port=mailbox.port, at=AT.isoformat())
    sender = subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | {"JUTONG_DATA_DIR": str(django_settings.JUTONG_DATA_DIR)},
    )
    mailbox.on_letter = lambda: os.kill(sender.pid, signal.SIGKILL)

    assert sender.wait(timeout=60) == -signal.SIGKILL
    mailbox.on_letter = None
    assert (states(), len(mailbox.raw)) == (["waiting"], 1)
    assert send(at=AT + timedelta(seconds=1)) == 0
    assert send(at=AT + LEASE) == 1

    assert states() == ["sent"]
    assert [letter["Message-ID"] for letter in mailbox.letters] == [mailbox.letters[0]["Message-ID"]] * 2


# --- By night --------------------------------------------------------------------------------------------------------
def test_by_night_a_message_is_held_until_morning(by_mail):
    tell(at=NIGHT)

    assert (states(), send(at=NIGHT)) == (["held"], 0)
    assert send(at=MORNING - timedelta(seconds=1)) == 0
    assert (send(at=MORNING), states()) == (1, ["sent"])


@pytest.mark.parametrize("stage", ["overdue", "to_monitor", "to_chief", "to_bureau"])
def test_what_is_overdue_or_escalated_passes_by_night(by_mail, stage):
    tell(kind=f"procedures.step_{stage}", at=NIGHT)

    assert (send(at=NIGHT), states()) == (1, ["sent"])


def test_a_try_that_failed_in_the_evening_is_not_made_up_for_in_the_night(by_mail):
    by_mail.answers = ["451 busy"]
    evening = NIGHT - timedelta(hours=1, seconds=30)
    tell(at=evening)
    send(at=evening)

    assert send(at=NIGHT) == 0
    assert Dispatch.objects.get().due_at == MORNING


def test_what_was_read_meanwhile_is_not_sent(by_mail):
    tell(at=NIGHT)
    inbox.mark_all_read(by=ONE, at=NIGHT)

    send(at=MORNING)

    assert (states(), by_mail.raw) == (["dropped"], [])


def test_what_was_on_its_way_to_a_removed_contact_point_is_dropped(by_mail):
    tell()
    contacts.remove_contact(Channel.MAIL, by=ONE, at=AT)

    send()

    assert (states(), by_mail.raw) == (["dropped"], [])


# --- Digest ----------------------------------------------------------------------------------------------------------
def test_the_digest_comes_once_a_day_with_what_is_unread(by_mail):
    Preference.objects.filter(person_no="P1").update(digest=True, choices={group.value: [] for group in Group})
    tell(kind="procedures.step_due", due_on="2026-03-05")
    tell()
    before = datetime(2026, 3, 3, 0, 29, tzinfo=UTC)
    assert planning.plan_digests(at=before) == 0

    assert planning.plan_digests(at=before + timedelta(minutes=1)) == 1
    assert planning.plan_digests(at=before + timedelta(minutes=6)) == 0
    assert send(at=before + timedelta(minutes=6)) == 1

    [letter] = by_mail.letters
    assert "2 条未读通知" in letter["Subject"]
    assert "· 今日到期提醒 XQ20260001（应于 2026-03-05 前办结）" in letter.get_content()
    inbox.mark_all_read(by=ONE, at=before)
    assert planning.plan_digests(at=before + timedelta(days=1)) == 0


# --- Nothing of a case leaves ----------------------------------------------------------------------------------------
def test_no_word_of_a_case_leaves_by_any_port_for_any_kind(by_mail, gateway, permitted):
    canary = "金丝雀CANARY"
    confirmed(Channel.SMS, "13800138000")
    confirmed(Channel.WEBHOOK, gateway.address())
    Preference.objects.update(
        digest=True, choices={group.value: [channel.value for channel in Channel] for group in Group}
    )
    names = [kind.kind for kind in kinds.known()] + ["other.unknown"]
    assert len(names) > 10
    for number, kind in enumerate(names):
        parameters = dict.fromkeys(("case", "step", "procedure", "outcome", "name", "remark", "until", "grant"), canary)
        # The names under which numbers and days leave hold content too in every other notice.
        parameters |= dict.fromkeys(("case_no", "due_on"), canary) if number % 2 else {"case_no": "XQ20260001"}
        notices.notify(
            ["P1"], kind=kind, title=f"{canary}{{case}}", body=f"{canary}{{remark}}", parameters=parameters,
            link=f"/{canary}/", at=AT,
        )  # fmt: skip
    planning.plan_digests(at=AT)

    sent = [send(channel) for channel in Channel]

    assert sent == [len(names) + 1, len(names), len(names)]
    assert set(states()) == {"sent"}
    letters = [f"{letter.as_string()} {letter['Subject']} {letter.get_content()}" for letter in by_mail.letters]
    calls = [f"{path} {headers} {json.loads(body)} {body.decode()}" for path, headers, body in gateway.calls]
    assert [text for text in [*letters, *calls] if "CANARY" in text or "金丝雀" in text] == []
    assert Notice.objects.filter(title__contains=canary).count() == len(names)
