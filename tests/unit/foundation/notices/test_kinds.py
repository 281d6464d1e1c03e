"""Kinds of notices: what is sent has a name that may be said outside."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jutong.foundation.notices.domain import kinds
from jutong.foundation.notices.values import NoticeKind
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH

SOURCE = Path(kinds.__file__).resolve().parents[3]


def sent_kinds():
    """The kinds that the source hands to `notify`, as far as they are written out."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "notify":
                yield from (
                    keyword.value.value
                    for keyword in node.keywords
                    if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
                )


def test_every_kind_that_is_sent_has_a_name_of_its_own():
    sent, declared = set(sent_kinds()), {kind.kind for kind in kinds.known()}

    assert len(sent) >= 6
    assert sent - declared == set()


def test_a_kind_says_only_what_has_a_form():
    with pytest.raises(ValueError, match="title"):
        kinds.declare([NoticeKind("test.kind", "标题", says=("resource_code", "title"))])


PERSONAL = ["张三", "110101199003071234", "13800138000x", "P000123", "zhang.san", "x@y.cn", "请补正 303001/1"]


@pytest.mark.parametrize("name", sorted(kinds.FACTS))
def test_nothing_that_names_a_person_has_a_form(name):
    assert [text for text in PERSONAL if kinds.FACTS[name].form.fullmatch(text)] == []


def test_a_system_reads_what_its_kind_says_and_only_what_fits():
    given = {"grant_no": "SQ20260001", "resource_code": "常住人口", "client_no": "C0001", "rows": "12", "title": "x"}

    said = kinds.message_of("sharing.grant_given", given, key="k", sign_in="", at=datetime(2026, 3, 2, tzinfo=UTC))

    assert said.data == {"grant_no": "SQ20260001", "client_no": "C0001"}


def test_what_integrators_wait_for_is_among_the_kinds_of_systems():
    told = {kind.kind: kind for kind in kinds.told_to_systems()}

    assert {
        "catalogue.resource_published", "catalogue.resource_changed", "catalogue.resource_withdrawn",
        "sharing.grant_given", "sharing.grant_expiring", "sharing.grant_revoked", "sharing.grant_expired",
        "exchange.run_finished", "exchange.run_failed",
    } == {name for name, kind in told.items() if kind.says}  # fmt: skip
    assert "procedures.step_due" in told


@pytest.mark.parametrize("code", ["101001/1", "303001/999999999", "303001" + "9" * MAX_DETAIL_LENGTH + "/12"])
def test_every_code_of_a_resource_may_be_said_however_deep_its_class(code):
    assert kinds.FACTS["resource_code"].form.fullmatch(code)
