"""Names of tables and columns. They come from grants only; they are checked all the same, and quoted."""

import re

from jutong.delivery.gateway.plane.errors import GrantInvalid

# Word characters of any script, for columns that departments named in Chinese; PostgreSQL cuts names at 63 bytes.
_COLUMN = re.compile(r"[^\W\d]\w*")
_RELATION = re.compile(r"pool\.([a-z_][a-z0-9_]{0,62})")
_NAME_MAX_BYTES = 63


def checked_column(name: object) -> str:
    """The name, if a column may be called so. Raises GrantInvalid."""
    if not isinstance(name, str) or not _COLUMN.fullmatch(name) or len(name.encode()) > _NAME_MAX_BYTES:
        raise GrantInvalid(f"not a column name: {name!r}")
    return name


def checked_relation(name: object) -> str:
    """The name of a table in the pool, without its schema. Raises GrantInvalid."""
    found = _RELATION.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        raise GrantInvalid(f"not a table of the pool: {name!r}")
    return found[1]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
