"""Which texts a request holds, field by field, and which fields are left out."""

import re
from collections.abc import Iterator
from typing import Any

EXEMPT_FIELDS = frozenset(
    {"password", "password1", "password2", "old_password", "oldpassword", "new_password", "csrfmiddlewaretoken"}
)
"""Fields that are not looked at. What they hold is a secret of another kind: it is never kept in clear, and neither a
fingerprint nor a note about it may exist. Every other field is looked at, whatever its name."""

_FIELD = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,100}")
UNNAMED = "…"


def is_exempt(field: str) -> bool:
    """Is this the field of a password or of the proof against forgery? Forms may put a prefix and a dash before it."""
    return re.split(r"[.\-]", field)[-1] in EXEMPT_FIELDS


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
