"""What of an entry is hashed: canonical JSON, one line, so that an exported line is the leaf itself."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from jutong.foundation.audit.values import EntryValue


def leaf_of(entry: EntryValue) -> bytes:
    """The bytes of a numbered entry. Their shape is fixed for ever; a new shape gets a new `v`."""
    return canonical(
        {
            "v": 1,
            "number": entry.number,
            "action": entry.action,
            "at": moment_text(entry.at),
            "recorded_at": moment_text(entry.recorded_at),
            "actor": entry.actor.to_json(),
            "object": {"kind": entry.object_kind, "code": entry.object_code},
            "resource": entry.resource,
            "purpose": entry.purpose,
            "case": entry.case,
            "details": entry.details,
        }
    )


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks and no escapes but the needed ones, in UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def moment_text(moment: datetime) -> str:
    """A moment in UTC with microseconds, always of the same length."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def storable(value: Any) -> Any:
    """Details as PostgreSQL can keep them and JSON can hold them, whatever a caller put in."""
    if isinstance(value, Enum):
        return storable(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {storable_text(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [storable(item) for item in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, datetime):
        return moment_text(value)
    return storable_text(str(value))


def storable_text(text: str) -> str:
    """Text without what PostgreSQL or UTF-8 refuses: one odd character must not keep an entry out of the log."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
