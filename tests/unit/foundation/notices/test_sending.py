"""When messages go out, what they say, and how contact points are written and shown."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.notices.domain import contacts, kinds
from jutong.foundation.notices.domain.errors import MailMalformed, MobileMalformed, WebhookMalformed
from jutong.foundation.notices.domain.sending import BACK_OFF, DEFAULT_CHOICES, digest_due, held_until, next_try
from jutong.foundation.notices.values import Channel, Habits, NoticeKind
from jutong.kernel.egress import HostMalformed

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def shanghai(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def habits(first="22:00", last="07:00", quiet=True):
    return Habits(DEFAULT_CHOICES, quiet, time.fromisoformat(first), time.fromisoformat(last), digest=False)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-02 21:59", None),
        ("2026-03-02 22:00", "2026-03-03 07:00"),
        ("2026-03-03 00:30", "2026-03-03 07:00"),
        ("2026-03-03 06:59", "2026-03-03 07:00"),
        ("2026-03-03 07:00", None),
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning(at, until):
    assert held_until(habits(), shanghai(at)) == (shanghai(until) if until else None)


@pytest.mark.parametrize(("at", "until"), [("2026-03-02 12:00", "2026-03-02 14:00"), ("2026-03-02 14:00", None)])
def test_quiet_hours_may_lie_within_a_day(at, until):
    assert held_until(habits("11:30", "14:00"), shanghai(at)) == (shanghai(until) if until else None)


def test_who_wants_no_quiet_hours_has_none():
    assert held_until(habits(quiet=False), shanghai("2026-03-02 23:00")) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.times(), st.times())
def test_a_held_message_is_never_held_again_when_it_comes_due(moment, first, last):
    told = Habits(DEFAULT_CHOICES, True, first, last, False)
    until = held_until(told, moment.replace(tzinfo=UTC)) if first != last else None

    if until is not None:
        assert held_until(told, until) is None
        assert timedelta(0) < until - moment.replace(tzinfo=UTC) <= timedelta(days=1)


def test_tries_become_rarer_and_end_after_about_a_day():
    pauses = [next_try(attempts, AT) - AT for attempts in range(1, len(BACK_OFF) + 1)]

    assert pauses == sorted(pauses)
    assert timedelta(hours=18) < sum(pauses, timedelta()) < timedelta(hours=30)
    assert next_try(len(BACK_OFF) + 1, AT) is None


def test_the_digest_is_due_from_half_past_eight():
    assert not digest_due(shanghai("2026-03-02 08:29"))
    assert digest_due(shanghai("2026-03-02 08:30"))


# --- Messages --------------------------------------------------------------------------------------------------------
def message(parameters, kind="tests.step_due"):
    return kinds.message_of(kind, parameters, key="k", sign_in="https://x.gov.cn", at=AT)


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.declare([NoticeKind("tests.step_due", "今日到期提醒")])


def test_a_message_says_kind_number_and_day():
    told = message({"case_no": "XQ20260001", "due_on": "2026-03-05", "case": "常住人口信息"})

    assert told.title == "今日到期提醒 XQ20260001"
    assert told.text == "今日到期提醒，编号 XQ20260001，应于 2026-03-05 前办结。请登录聚通平台查看：https://x.gov.cn"


@given(st.dictionaries(st.sampled_from(["case_no", "due_on", "case", "title", "remark"]), st.text(min_size=1)))
def test_whatever_stands_in_the_parameters_only_numbers_and_days_leave(parameters):
    plain = message({})
    told = message(parameters)

    if not (told.case_no or told.due_on):
        assert (told.title, told.text) == (plain.title, plain.text)


@pytest.mark.parametrize("case_no", ["XQ20260001\n密", "机密XQ20260001", "XQ2026", 20260001, None, ["XQ20260001"]])
def test_what_only_looks_like_a_number_stays_inside(case_no):
    assert message({"case_no": case_no}).text == message({}).text


def test_an_unknown_kind_is_named_in_general_words():
    assert message({"case": "机密"}, kind="other.thing").title == kinds.UNKNOWN_TITLE


def test_the_title_of_a_kind_has_no_place_for_content():
    with pytest.raises(ValueError, match="placeholder"):
        kinds.declare([NoticeKind("tests.bad", "待办：{case}")])


def test_a_digest_names_each_notice_as_its_own_message_would():
    unread = [("tests.step_due", {"case_no": "XQ20260001", "due_on": "2026-03-05", "case": "机密"})] * 30

    told = kinds.digest_of(unread, 45, key="k", sign_in="https://x.gov.cn", at=AT)

    assert "45 条未读通知" in told.title
    assert told.text.count("· 今日到期提醒 XQ20260001（应于 2026-03-05 前办结）") == 20
    assert "共 45 条" in told.text
    assert "机密" not in told.text


# --- Contact points --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["a@b", "a b@c.cn", "a@c.cn\nBcc: x@y.cn", "a@c.cn, d@e.cn", "<a@c.cn>", "a@@c.cn", "@c.cn", "a..b@c.cn", "甲@c.cn"])  # fmt: skip # noqa: E501
def test_what_is_no_single_mailbox_is_refused(text):
    with pytest.raises(MailMalformed):
        contacts.parse_address(Channel.MAIL, text)


@pytest.mark.parametrize("text", ["12345678901", "1380013800", "138001380000", "1380013800x", "+1 3800138000"])
def test_what_is_no_mobile_number_is_refused(text):
    with pytest.raises(MobileMalformed):
        contacts.parse_address(Channel.SMS, text)


@pytest.mark.parametrize("text", ["ftp://h/", "http://u:p@h/", "http://h/#x", "http:///x", "http://h/ x", "http://h/\\x", "http://h:99999/", "http://h/\r\nX: y", "x"])  # fmt: skip # noqa: E501
def test_what_is_no_plain_web_address_is_refused(text):
    with pytest.raises((WebhookMalformed, HostMalformed)):
        contacts.parse_address(Channel.WEBHOOK, text.replace("\r\n", "\r\nx"))


@pytest.mark.parametrize(
    ("channel", "text", "kept", "masked"),
    [
        (Channel.MAIL, " liwei@gxdata.gov.cn ", "liwei@gxdata.gov.cn", "l***@gxdata.gov.cn"),
        (Channel.SMS, "+86 138-0013-8000", "13800138000", "138****8000"),
        (Channel.WEBHOOK, "https://oa.gov.cn/in?t=secret", "https://oa.gov.cn/in?t=secret", "https://oa.gov.cn/…"),
    ],
)
def test_contact_points_are_kept_plainly_and_shown_masked(channel, text, kept, masked):
    assert contacts.parse_address(channel, text) == kept
    assert contacts.masked(channel, kept) == masked
