"""Sketches of mounted columns for rooms above: keyed hashes that a source makes of its own values."""

import hmac
from typing import Final

from django.conf import settings

from jutong.kernel.codes.data_types import TypeLetter
from jutong.supply.catalogue import api as catalogue
from jutong.supply.mounting.domain.mapping import ItemWanted
from jutong.supply.mounting.services import places
from jutong.supply.mounting.services.mounts import items_wanted
from jutong.supply.mounting.values import Mount

_KEY_WORDS: Final = b"jutong column sketches 1"
_NOT_COMPARED: Final = frozenset({TypeLetter.MEMO, TypeLetter.GENERAL, TypeLetter.LOGICAL})


def sketch_columns(mount: Mount, *, size: int) -> dict[str, list[int]]:
    """For each item, the smallest keyed hashes of its column's distinct values.

    The key is the platform's own: without it nobody can tell by trying whether a value is in a column.
    """
    wanted = {item.column_name: item for item in items_wanted(catalogue.get_resource(mount.resource_code))}
    columns = {
        column.item: column.source
        for column in mount.columns
        if column.item in wanted and _is_compared(wanted[column.item])
    }
    if not columns:
        return {}
    made = places.open_source(mount).sketch(places.table_of(mount), list(columns.values()), _key(), size)
    return {item: made.get(source, []) for item, source in columns.items()}


def _is_compared(item: ItemWanted) -> bool:
    return item.data_type.letter not in _NOT_COMPARED


def _key() -> str:
    root = settings.JUTONG_KEK_ROOT
    return hmac.new(root if isinstance(root, bytes) else root.reveal(), _KEY_WORDS, "sha256").hexdigest()
