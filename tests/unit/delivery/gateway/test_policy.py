"""Grants and keys in memory: which one is live, and that whatever is not understood gives nothing."""

import contextlib
import copy
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jutong.delivery.gateway.plane.conditions import matches, parse_condition
from jutong.delivery.gateway.plane.errors import GrantInvalid, Refused
from jutong.delivery.gateway.plane.masks import mask_text
from jutong.delivery.gateway.plane.policy import Policy, UpstreamRules, compile_grant, compile_key
from jutong.delivery.gateway.values import client_secret_place
from jutong.kernel.crypto import INTL_1, SealedBox, SealingKey
from tests.unit.delivery.gateway import samples
from tests.unit.delivery.gateway.samples import NOW, NOW_MS

DAY = timedelta(days=1)


def policy_with(*rows):
    held = Policy()
    for number, changes in enumerate(rows):
        held.put_grant(compile_grant(samples.row(**{"grant_no": f"SQ{number}", **changes}), UpstreamRules()))
    return held


def outcome(held, client="C1", resource=b"303001/1", at=NOW_MS):
    try:
        return held.live_grant(client, resource, at).grant_no
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "resource_unknown"),
        ([{}], "SQ0"),
        ([{"client_no": "C2"}], "resource_unknown"),
        ([{"resource_code": "303002/1"}], "resource_unknown"),
        ([{"revoked_at": NOW}], "grant_revoked"),
        ([{"expires_at": NOW}], "grant_expired"),
        ([{"starts_at": NOW + DAY, "expires_at": NOW + 2 * DAY}], "grant_not_started"),
        ([{"revoked_at": NOW}, {}], "SQ1"),
        ([{"starts_at": NOW - 9 * DAY, "expires_at": NOW - DAY}, {"starts_at": NOW - DAY}], "SQ1"),
        ([{"starts_at": NOW - 3 * DAY}, {"starts_at": NOW - DAY}], "SQ1"),
        ([{"starts_at": NOW - 9 * DAY, "expires_at": NOW - 5 * DAY}, {"revoked_at": NOW}], "grant_revoked"),
        ([{"expires_at": NOW}, {"starts_at": NOW + DAY, "expires_at": NOW + 2 * DAY}], "grant_expired"),
    ],
)
def test_the_grant_that_counts_now(rows, expected):
    assert outcome(policy_with(*rows)) == expected


def test_a_changed_grant_replaces_its_older_form():
    held = policy_with({})

    held.put_grant(compile_grant(samples.row(grant_no="SQ0", resource_code="303002/1"), UpstreamRules()))

    assert outcome(held) == "resource_unknown"
    assert outcome(held, resource=b"303002/1") == "SQ0"
    held.drop_grant("SQ0")
    assert outcome(held, resource=b"303002/1") == "resource_unknown"
    held.drop_grant("SQ0")


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2}, {"v": None}, {"place": {"kind": "file"}}, {"place": None}, {"columns": []}, {"columns": None},
        {"columns": [{"name": "a"}, {"name": "a"}]}, {"masks": {"other": "name"}}, {"masks": {"xm": "blur"}},
        {"filter": {"column": "a", "op": "like", "value": "x"}}, {"filter": {"all": []}}, {"filter": []},
        {"filter": {"sql": "1=1"}}, {"filter": {"column": "a", "op": "in", "value": []}},
        {"filter": {"column": "a", "op": "lt", "value": None}}, {"filter": {"column": "a", "op": "eq", "value": {}}},
        {"filter": {"column": "a", "op": "eq", "value": "\0"}}, {"filter": {"all": [None]}},
        {"quota": {}}, {"quota": {"per_second": 0, "per_day": 1}}, {"quota": {"per_second": "5", "per_day": 1}},
        {"page_rows_max": 0}, {"page_rows_max": 10**9}, {"order": ["a b"]}, {"consumer": "x\r\ny"},
        {"place": samples.service(address="example.com")}, {"place": samples.service(port=0)},
        {"place": samples.service(address="127.0.0.1", port=8000)},
        {"place": samples.service(address="::1", port=8000)},
        {"place": samples.service(address="::ffff:127.0.0.1", port=8000)},
        {"place": samples.service(address="169.254.169.254")}, {"place": samples.service(address="fe80::1")},
        {"place": samples.service(path="x")}, {"place": samples.service(path="/a b")},
        {"place": samples.service(method="TRACE")}, {"place": samples.service(upstream="gopher://x")},
        {"place": samples.service(), "columns": [], "masks": {}},
    ],
    ids=str,
)  # fmt: skip
def test_a_policy_that_is_not_understood_gives_nothing(changes):
    with pytest.raises(GrantInvalid):
        compile_grant(samples.row(policy=samples.policy(**changes)), UpstreamRules(forbidden_ports=frozenset({8000})))


@given(st.data())
@settings(max_examples=300)
def test_a_policy_with_any_member_replaced_compiles_or_is_refused(data):
    policy = copy.deepcopy(
        samples.policy(place=data.draw(st.sampled_from([samples.service(), samples.policy()["place"]])))
    )
    name = data.draw(st.sampled_from(sorted(policy)))
    json = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "all", "kind"]), inner),
        max_leaves=4,
    )
    policy[name] = data.draw(json)

    with contextlib.suppress(GrantInvalid):
        compile_grant(samples.row(policy=policy), UpstreamRules())


def test_a_grant_that_does_not_say_whether_it_is_sensitive_is():
    policy = samples.policy()
    del policy["sensitive"]

    assert compile_grant(samples.row(policy=policy), UpstreamRules()).sensitive


def key_row(opener, **changes):
    box = SealedBox.seal(b"secret", opener.public, client_secret_place("K1").aad)
    return {
        "key_id": "K1", "client_no": "C1", "organisation": samples.CONSUMER, "algorithm": "HMAC-SM3",
        "sealed_secret": box, "not_before": NOW, "expires_at": NOW + DAY, "revoked_at": None, **changes,
    }  # fmt: skip


def test_a_key_opens_for_its_gateway_only():
    opener = SealingKey.generate()

    key = compile_key(key_row(opener), opener)

    assert key.mac.matches(b"message", key.suite.mac(b"secret").code(b"message"))
    for row in (key_row(SealingKey.generate()), key_row(opener, key_id="K2"), key_row(opener, algorithm="none"),
                key_row(opener, sealed_secret=b"")):  # fmt: skip
        with pytest.raises(GrantInvalid):
            compile_key(row, opener)


ROW = {"a": 5, "b": "450100", "c": None, "d": True, "e": [1]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"column": "a", "op": "eq", "value": 5}, True),
        ({"column": "a", "op": "eq", "value": "5.0"}, True),
        ({"column": "a", "op": "gt", "value": 40}, False),
        ({"column": "b", "op": "prefix", "value": "4501"}, True),
        ({"column": "b", "op": "in", "value": ["450100", "450200"]}, True),
        ({"column": "b", "op": "ne", "value": "450100"}, False),
        ({"column": "c", "op": "eq", "value": None}, True),
        ({"column": "c", "op": "ne", "value": "x"}, False),
        ({"column": "missing", "op": "eq", "value": None}, True),
        ({"column": "missing", "op": "ne", "value": "x"}, False),
        ({"column": "d", "op": "eq", "value": True}, True),
        ({"column": "e", "op": "ne", "value": "x"}, False),
        ({"all": [{"column": "a", "op": "ge", "value": 5}, {"column": "a", "op": "lt", "value": 5}]}, False),
        ({"any": [{"column": "a", "op": "ge", "value": 5}, {"column": "a", "op": "lt", "value": 5}]}, True),
    ],
    ids=str,
)
def test_conditions_on_rows_of_a_service(condition, expected):
    assert matches(parse_condition(condition), ROW) is expected


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("name", "张三丰", "张**"), ("name", "张", "*"), ("name", "", ""), ("name", None, None),
        ("citizen_no", "450102199001011234", "450***********1234"), ("citizen_no", "1234567", "*******"),
        ("citizen_no", "12345678", "123*5678"), ("phone", "13812345678", "138****5678"), ("phone", "110", "***"),
        ("middle", "abcdefgh", "ab****gh"), ("middle", "abc", "***"), ("middle", "a", "*"), ("middle", "", ""),
        ("redact", "x", "***"), ("redact", None, None), ("hash", None, None),
    ],
)  # fmt: skip
def test_masks(kind, text, shown):
    assert mask_text(kind, text, INTL_1.mac(b"key")) == shown


@given(st.sampled_from(["name", "citizen_no", "phone", "middle"]), st.text(min_size=1))
def test_a_mask_always_hides_something_and_keeps_the_length(kind, text):
    shown = mask_text(kind, text, INTL_1.mac(b"key"))

    assert len(shown) == len(text)
    assert "*" in shown
