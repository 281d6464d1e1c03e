"""What a transition asks for, checked: remark, attachments, fields."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from jutong.foundation.procedures.errors import CaseError
from jutong.foundation.procedures.values.cases import CaseValue
from jutong.foundation.procedures.values.declaration import Field, FieldKind, Transition
from jutong.kernel.text import N_

MAX_REMARK = 4_000
_MAX_TEXT = 500
_MAX_LONG_TEXT = 20_000
_MAX_WHOLE = 2**53


class RemarkMissing(CaseError):
    """The transition asks for words and none were given."""

    message = N_("请填写“{label}”。")


class RemarkTooLong(CaseError):
    """More words than an opinion needs; longer texts are attached."""

    message = N_("“{label}”不能超过 {limit} 字，更长的内容请作为附件上传。")


class AttachmentMissing(CaseError):
    """The transition asks for files and too few were given."""

    message = N_("请上传“{label}”，至少 {at_least} 个文件。")


class FieldMissing(CaseError):
    """A required field was left empty."""

    message = N_("请填写“{label}”。")


class FieldWrong(CaseError):
    """A field's value is not of its kind, or not among its choices."""

    message = N_("“{label}”的内容不正确，请按提示重新填写。")


class FieldUnknown(CaseError):
    """A value was given that the transition does not ask for."""

    message = N_("该操作不接受“{name}”这一项，请删除后重试。")


def checked(
    transition: Transition, case: CaseValue, *, remark: str, attachments: Sequence[str], data: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields' values as the case keeps them.

    Raises the errors above.
    """
    _check_remark(transition, remark)
    if len(set(attachments)) < transition.attachments.at_least:
        label, count = transition.attachments.label, transition.attachments.at_least
        raise AttachmentMissing(label=label, at_least=count, field="attachments")
    unknown = data.keys() - {field.name for field in transition.fields}
    if unknown:
        name = min(unknown)
        raise FieldUnknown(name=name, field=name)
    return {field.name: _value(field, case, data.get(field.name)) for field in transition.fields}


def _check_remark(transition: Transition, remark: str) -> None:
    if transition.remark.required and not remark.strip():
        raise RemarkMissing(label=transition.remark.label, field="remark")
    if len(remark) > MAX_REMARK:
        raise RemarkTooLong(label=transition.remark.label, limit=MAX_REMARK, field="remark")


def _value(field: Field, case: CaseValue, given: Any) -> Any:
    empty = given is None or given == "" or given == []
    if field.kind is FieldKind.YES_NO:
        return _yes_no(field, given)
    if empty and field.required:
        raise FieldMissing(label=field.label, field=field.name)
    if empty:
        return [] if field.kind is FieldKind.CHOICES else None
    return _READERS[field.kind](field, case, given)


def _yes_no(field: Field, given: Any) -> bool:
    if given is None and not field.required:
        return False
    if not isinstance(given, bool):
        raise (FieldMissing if given is None else FieldWrong)(label=field.label, field=field.name)
    return given


def _text(field: Field, case: CaseValue, given: Any) -> str:
    limit = _MAX_LONG_TEXT if field.kind is FieldKind.LONG_TEXT else _MAX_TEXT
    if not isinstance(given, str) or len(given) > limit or "\0" in given:
        raise FieldWrong(label=field.label, field=field.name)
    text = given.strip()
    if not text and field.required:
        raise FieldMissing(label=field.label, field=field.name)
    return text


def _choice(field: Field, case: CaseValue, given: Any) -> str:
    if not isinstance(given, str) or given not in {value for value, _ in field.options_for(case)}:
        raise FieldWrong(label=field.label, field=field.name)
    return given


def _choices(field: Field, case: CaseValue, given: Any) -> list[str]:
    offered = [value for value, _ in field.options_for(case)]
    if not isinstance(given, list) or not all(isinstance(value, str) and value in offered for value in given):
        raise FieldWrong(label=field.label, field=field.name)
    return [value for value in offered if value in given]


def _date(field: Field, case: CaseValue, given: Any) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except (TypeError, ValueError):
        raise FieldWrong(label=field.label, field=field.name) from None


def _whole(field: Field, case: CaseValue, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) > _MAX_WHOLE:
        raise FieldWrong(label=field.label, field=field.name)
    return given


_READERS = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.DATE: _date,
    FieldKind.WHOLE: _whole,
}
