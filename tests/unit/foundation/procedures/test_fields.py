"""What a transition asks for is checked before anything is changed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.procedures.domain import fields
from jutong.foundation.procedures.values import CaseValue, Field, FieldKind
from jutong.foundation.procedures.values.declaration import Transition
from jutong.kernel.actors import PLATFORM
from jutong.kernel.errors import JutongError
from tests.support.declared_procedures import Loan

CASE = CaseValue(
    case_no="CS20260001", procedure="tests.loan", version=1, subject_code="1", title="x", parties={},
    data={"items": ["xm", "xb", "csrq"]}, state="answer", opened_by=PLATFORM,
    opened_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def check(transition, remark="", attachments=(), **data):
    return fields.checked(transition, CASE, remark=remark, attachments=attachments, data=data)


def test_fields_are_kept_as_declared():
    assert check(Loan.agree, granted=["csrq", "xm", "xm"], until="2026-12-31") == {
        "granted": ["xm", "csrq"],
        "until": "2026-12-31",
    }
    assert check(Loan.agree, granted=["xm"]) == {"granted": ["xm"], "until": None}


@pytest.mark.parametrize(
    ("transition", "given_with", "error", "field"),
    [
        (Loan.refuse, {}, fields.RemarkMissing, "remark"),
        (Loan.refuse, {"remark": " \n"}, fields.RemarkMissing, "remark"),
        (Loan.refuse, {"remark": "x" * 4001}, fields.RemarkTooLong, "remark"),
        (Loan.refuse, {"remark": "不属于本部门数据"}, fields.AttachmentMissing, "attachments"),
        (Loan.agree, {}, fields.FieldMissing, "granted"),
        (Loan.agree, {"granted": []}, fields.FieldMissing, "granted"),
        (Loan.agree, {"granted": ["gmsfhm"]}, fields.FieldWrong, "granted"),
        (Loan.agree, {"granted": "xm"}, fields.FieldWrong, "granted"),
        (Loan.agree, {"granted": ["xm"], "until": "明年"}, fields.FieldWrong, "until"),
        (Loan.agree, {"granted": ["xm"], "grant_no": "SQ1"}, fields.FieldUnknown, "grant_no"),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(transition, given_with, error, field):
    with pytest.raises(error) as found:
        check(transition, **given_with)

    assert found.value.field == field
    assert "{" not in found.value.words()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(FieldKind), st.booleans(), json_values)
def test_no_value_breaks_a_field(kind, required, value):
    field = Field("f", "字段", kind, required=required, options=(("a", "甲"), ("b", "乙")))
    way = Transition((Loan.review,), Loan.answer, "x", None, None, *_optional(), (field,), None, None, False)

    try:
        kept = fields.checked(way, CASE, remark="", attachments=(), data={"f": value})["f"]
    except JutongError:
        return
    right = {
        FieldKind.TEXT: str, FieldKind.LONG_TEXT: str, FieldKind.CHOICE: str, FieldKind.CHOICES: list,
        FieldKind.DATE: str, FieldKind.WHOLE: int, FieldKind.YES_NO: bool,
    }[kind]  # fmt: skip
    assert isinstance(kept, right) or (kept is None and not required)


def _optional():
    from jutong.foundation.procedures.values.declaration import OPTIONAL_ATTACHMENTS, OPTIONAL_REMARK

    return OPTIONAL_REMARK, OPTIONAL_ATTACHMENTS
