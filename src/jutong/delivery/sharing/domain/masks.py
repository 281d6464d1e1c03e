"""How values are hidden in part unless the provider decides otherwise (脱敏方式)."""

import re
from collections.abc import Collection
from typing import Final

from jutong.delivery.sharing.values import Mask
from jutong.kernel.codes.data_types import TypeLetter
from jutong.supply.catalogue.values import DataItem, Grade, Identifier, Resource

_NAME_WORDS: Final = re.compile("姓名|曾用名|联系人|法定代表人|负责人|经办人")
_PHONE_WORDS: Final = re.compile("电话|手机|联系方式|传真")
_TEXT_LETTERS: Final = frozenset({TypeLetter.TEXT, TypeLetter.MEMO})


def default_mask(item: DataItem) -> Mask | None:
    """The mask an item gets unless the provider decides otherwise: by grade and kind (our default).

    Grade 4 is hidden wholly; grade 3 and personal identifiers in part; lower grades not at all.
    """
    if not item.sensitive:
        return None
    if item.sensitivity >= Grade.HIGHLY_SENSITIVE or item.type.letter not in _TEXT_LETTERS:
        return Mask.REDACT
    if item.identifier == Identifier.CITIZEN_NO:
        return Mask.CITIZEN_NO
    if _NAME_WORDS.search(item.title):
        return Mask.NAME
    if _PHONE_WORDS.search(item.title):
        return Mask.PHONE
    return Mask.MIDDLE


def plain_mask(item: DataItem) -> Mask:
    """The mask for an item that needs none by its grade but is to have one."""
    return Mask.MIDDLE if item.type.letter in _TEXT_LETTERS else Mask.REDACT


def default_masks(resource: Resource, columns: Collection[str]) -> dict[str, Mask]:
    """The default masks of the given columns. What every call must name itself is not hidden from its caller."""
    given = {parameter.column for parameter in resource.controlled_parameters if parameter.required}
    masks = {}
    for item in resource.items:
        if item.column_name in columns and item.column_name not in given and (mask := default_mask(item)):
            masks[item.column_name] = mask
    return masks
