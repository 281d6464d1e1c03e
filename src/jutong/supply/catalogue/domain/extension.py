"""Extended elements: which belong to an entry, and what their rules say of it. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from jutong.kernel.text import N_
from jutong.supply.catalogue.domain.errors import CatalogueError
from jutong.supply.catalogue.domain.gaps import Gap, TextTooLong
from jutong.supply.catalogue.values import YES_NO, Content, ExtendedField, ExtendedKind

MAX_EXTENDED_TEXT: Final = 1_000
MAX_CHOICES: Final = 50


class ExtensionFault(CatalogueError):
    """An extended element is declared in a way in which no entry could be filled."""


class ExtensionNameMissing(ExtensionFault):
    """The element has no name."""

    message = N_("请填写扩展元数据的名称。")


class ExtensionNameSigns(ExtensionFault):
    """The name holds an equals sign, which parts name and value where entries are narrowed by it."""

    message = N_("扩展元数据的名称中不能有等号“=”。")


class ExtensionNameTaken(ExtensionFault):
    """An element of this name is in force for the same class and department."""

    message = N_("扩展元数据“{name}”已在使用；如需调整规则，请先停用原项。")


class ExtensionChoicesMissing(ExtensionFault):
    """A choice without anything to choose from."""

    message = N_("请列出可选的内容，每行一项，最多 {limit} 项。")


class ExtensionBoundWrong(ExtensionFault):
    """A bound is no number or no day, or the lowest lies above the highest."""

    message = N_("上下限“{text}”与类型不符，或下限大于上限。")


class ExtensionPlaceUnknown(ExtensionFault):
    """The class or the department it is to belong to does not exist."""

    message = N_("没有分类或部门“{place}”，请核对。")


class NoSuchExtension(ExtensionFault):
    """No declared element of this number."""

    message = N_("没有编号为 {number} 的扩展元数据项。")


class ExtendedMissing(Gap):
    """A required extended element is empty."""

    message = N_("请填写“{name}”。")


class ExtendedNotNumber(Gap):
    """An extended element of the kind number holds none."""

    message = N_("“{name}”应为数值。")


class ExtendedNotDay(Gap):
    """An extended element of the kind day holds none."""

    message = N_("“{name}”应为日期，写作 2026-11-23。")


class ExtendedNotChoice(Gap):
    """An extended element says what is not among its choices."""

    message = N_("“{name}”应为下列之一：{choices}。")


class ExtendedOutOfBounds(Gap):
    """A number or day of an extended element lies outside its bounds."""

    message = N_("“{name}”应在 {lowest} 至 {highest} 之间。")


def belonging(content: Content, fields: Iterable[ExtendedField]) -> tuple[ExtendedField, ...]:
    """The declared elements that belong to an entry, by its class and its provider."""
    return tuple(
        field
        for field in fields
        if field.belongs_to(classification=content.classification, provider_uscc=content.provider_uscc)
    )


def extended_gaps(content: Content, fields: Iterable[ExtendedField]) -> Iterator[Gap]:
    """What the declared elements lack in an entry; names that nobody declared are left alone."""
    for field in belonging(content, fields):
        at, text = f"extended.{field.name}", content.extended.get(field.name, "").strip()
        if text:
            yield from _text_gaps(field, text, at)
        elif field.required:
            yield ExtendedMissing(field=at, name=field.name)
    for name, text in content.extended.items():
        if len(text) > MAX_EXTENDED_TEXT:
            yield TextTooLong(field=f"extended.{name}", limit=MAX_EXTENDED_TEXT)


def _text_gaps(field: ExtendedField, text: str, at: str) -> Iterator[Gap]:
    allowed = YES_NO if field.kind is ExtendedKind.YES_NO else field.choices
    if field.kind in (ExtendedKind.CHOICE, ExtendedKind.YES_NO):
        if text not in allowed:
            yield ExtendedNotChoice(field=at, name=field.name, choices="、".join(allowed))
        return
    if field.kind is ExtendedKind.TEXT:
        return
    value = measure(field.kind, text)
    if value is None:
        wrong = ExtendedNotNumber if field.kind is ExtendedKind.NUMBER else ExtendedNotDay
        yield wrong(field=at, name=field.name)
    elif not _within(value, measure(field.kind, field.lowest), measure(field.kind, field.highest)):
        yield ExtendedOutOfBounds(field=at, name=field.name, lowest=field.lowest or "—", highest=field.highest or "—")


_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")


def measure(kind: ExtendedKind, text: str) -> Decimal | date | None:
    """A number or a day as it is compared; nothing where the text is none."""
    try:
        if kind is ExtendedKind.NUMBER:
            return Decimal(text) if _NUMBER.fullmatch(text) else None
        return date.fromisoformat(text) if kind is ExtendedKind.DAY and len(text) == 10 else None
    except (InvalidOperation, ValueError):
        return None


def _within(value: Decimal | date, lowest: Decimal | date | None, highest: Decimal | date | None) -> bool:
    # Bounds are of the value's own kind: `check_declaration` has seen to it.
    above = lowest is None or not value < lowest  # type: ignore[operator]
    return above and (highest is None or not value > highest)  # type: ignore[operator]


def check_declaration(field: ExtendedField) -> None:
    """Raise the ExtensionFault that keeps an element from being declared so."""
    if not field.name.strip():
        raise ExtensionNameMissing(field="name")
    if "=" in field.name:
        raise ExtensionNameSigns(field="name")
    if field.kind is ExtendedKind.CHOICE and not 1 <= len(field.choices) <= MAX_CHOICES:
        raise ExtensionChoicesMissing(field="choices", limit=MAX_CHOICES)
    bounds = {"lowest": field.lowest, "highest": field.highest}
    measured: Mapping[str, Decimal | date | None] = {name: measure(field.kind, text) for name, text in bounds.items()}
    for name, text in bounds.items():
        if text and measured[name] is None:
            raise ExtensionBoundWrong(field=name, text=text)
    low, high = measured["lowest"], measured["highest"]
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        raise ExtensionBoundWrong(field="highest", text=field.highest)
