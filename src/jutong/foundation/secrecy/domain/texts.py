"""Which texts a request holds, field by field, and which fields are left out."""

import re
from collections.abc import Iterator
from typing import Any

from jutong.kernel.text import N_

EXEMPT_FIELDS = frozenset(
    {"password", "password1", "password2", "old_password", "oldpassword", "new_password", "csrfmiddlewaretoken"}
)
"""Fields that are not looked at. What they hold is a secret of another kind: it is never kept in clear, and neither a
fingerprint nor a note about it may exist. Every other field is looked at, whatever its name."""

FIELD_WORDS = {
    "attachments": N_("附件"),
    "comment": N_("备注"),
    "description": N_("说明"),
    "file": N_("文件"),
    "legal_basis": N_("法定职责或依据"),
    "matter": N_("办理事项"),
    "name": N_("名称"),
    "note": N_("说明"),
    "purpose": N_("使用用途"),
    "q": N_("查询词"),
    "reason": N_("理由"),
    "remark": N_("意见"),
    "summary": N_("摘要"),
    "title": N_("标题"),
}
"""What common fields are called, for the words of a refusal; others are named as they are."""

_FIELD = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,100}")
UNNAMED = "…"


def is_exempt(field: str) -> bool:
    """Is this the field of a password or of the proof against forgery? Forms may put a prefix and a dash before it."""
    return re.split(r"[.\-]", field)[-1] in EXEMPT_FIELDS


def field_words(field: str) -> str:
    """What a field is called, a text marked for translation, or its own name."""
    return FIELD_WORDS.get(re.split(r"[.\-]", field)[-1], field) or "—"


def field_name(name: str) -> str:
    """A field's name as it may be kept: a name somebody made up may hold the very text, and becomes an ellipsis."""
    return name if _FIELD.fullmatch(name) else UNNAMED


def texts_of_json(value: Any) -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with its field (`items[].title`); names are texts too, since senders choose them."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        field, part = waiting.pop()
        if isinstance(part, str):
            yield field, part
        elif isinstance(part, list):
            waiting.extend((f"{field}[]", each) for each in part)
        elif isinstance(part, dict):
            for name, each in part.items():
                yield UNNAMED, name
                inner = f"{field}.{field_name(name)}" if field else field_name(name)
                if not (isinstance(each, str) and is_exempt(name)):
                    waiting.append((inner, each))
