"""The writing in which an entry is stored. Pure."""

import re
from dataclasses import replace
from typing import Final

from jutong.kernel.codes.data_types import DataType, DataTypeError
from jutong.kernel.codes.resource_code import ResourceCode, ResourceCodeError
from jutong.supply.catalogue.domain.gaps import TextTooLong
from jutong.supply.catalogue.values import (
    Content,
    ControlledParameter,
    DataItem,
    FormatUnknown,
    format_text,
    parse_format,
)


def fitting(text: str, limit: int, *, field: str) -> str:
    """A text as it is kept, without blanks around it. Raises TextTooLong: nothing typed is cut in silence."""
    text = text.strip()
    if len(text) > limit:
        raise TextTooLong(field=field, limit=limit)
    return text


def tidy(content: Content) -> Content:
    """The entry as it is stored: texts without control characters and blanks around them, codes, types and formats in
    canonical writing where they can be read."""
    items = tuple(
        DataItem(
            title=_clean(item.title),
            column_name=_clean(item.column_name),
            data_type=_tidy_type(_clean(item.data_type)),
            key=item.key,
            nullable=item.nullable and not item.key,
            sensitivity=item.sensitivity,
            identifier=item.identifier,
            code_list=_clean(item.code_list),
            basic=item.basic,
            charset=_clean(item.charset).upper(),
            note=_clean(item.note),
            # What goes with the resource anyway needs no type of its own.
            sharing_type=None if item.sharing_type == content.sharing_type else item.sharing_type,
        )
        for item in content.items
    )
    parameters = tuple(
        parameter if (item := content.item(parameter.column)) is None else _named_after(parameter, item)
        for parameter in content.controlled_parameters
    )
    return content.changed(
        title=" ".join(_clean(content.title).split()),
        provider_uscc=_clean(content.provider_uscc),
        classification=_clean(content.classification),
        provider_office=_clean(content.provider_office),
        summary=_clean(content.summary),
        formats=tuple(_tidy_format(_clean(text)) for text in content.formats),
        items=items,
        sharing_condition=_clean(content.sharing_condition),
        sharing_scope=_clean(content.sharing_scope),
        sharing_method_note=_clean(content.sharing_method_note),
        open_condition=_clean(content.open_condition),
        related_codes=tuple(_tidy_code(_clean(text)) for text in content.related_codes),
        legal_bases=tuple(
            replace(basis, title=_clean(basis.title), number=_clean(basis.number), article=_clean(basis.article))
            for basis in content.legal_bases
        ),
        extended={_clean(name): _clean(text) for name, text in content.extended.items()},
        controlled_parameters=parameters,
        also_in=tuple(filter(None, (_clean(code) for code in content.also_in))),
    )


# PostgreSQL stores no NUL, and no other control character but the line's end means anything in a text.
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


def _clean(text: str) -> str:
    # Most texts hold nothing of the kind; asking is much cheaper than replacing.
    return text.strip() if text.isprintable() else _CONTROL.sub(" ", text.replace("\r\n", "\n")).strip()


def _named_after(parameter: ControlledParameter, item: DataItem) -> ControlledParameter:
    return ControlledParameter(_clean(item.column_name), parameter.required)


def _tidy_type(text: str) -> str:
    try:
        return str(DataType.parse(text))
    except DataTypeError:
        return text.strip()


def _tidy_format(text: str) -> str:
    try:
        return format_text(parse_format(text))
    except FormatUnknown:
        return text.strip()


def _tidy_code(text: str) -> str:
    try:
        return str(ResourceCode.parse(text.strip()))
    except ResourceCodeError:
        return text.strip()
