"""Declared extended elements."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q, QuerySet

from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.values import YES_NO, ExtendedField, ExtendedKind


def extended_rows() -> QuerySet[models.ExtendedField]:
    """All that were ever declared, in the order of their declaration."""
    return models.ExtendedField.objects.all()


def extended_fields(*, on: date) -> tuple[ExtendedField, ...]:
    """Those in force on a day, in one query."""
    rows = extended_rows().filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    return tuple(field_of(row) for row in rows)


def extended_choices(fields: Iterable[ExtendedField]) -> Mapping[str, tuple[str, ...]]:
    """Those of some elements by which entries can be narrowed, with what they may say: choices, and yes or no.

    One name may be declared for several classes or departments; then it may say all that any of them allows.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in fields:
        if each.kind in (ExtendedKind.CHOICE, ExtendedKind.YES_NO) and "=" not in each.name:
            allowed = YES_NO if each.kind is ExtendedKind.YES_NO else each.choices
            found[each.name] = tuple(dict.fromkeys((*found.get(each.name, ()), *allowed)))
    return found


def get_extension(number: int) -> models.ExtendedField:
    """The declared element of a number. Raises NoSuchExtension."""
    row = extended_rows().filter(number=number).first()
    if row is None:
        raise domain.NoSuchExtension(number=number)
    return row


def field_of(row: models.ExtendedField) -> ExtendedField:
    """A declared element as a value."""
    return ExtendedField(
        number=row.number,
        name=row.name,
        kind=ExtendedKind(row.kind),
        required=row.required,
        choices=tuple(row.choices),
        lowest=row.lowest,
        highest=row.highest,
        help=row.help,
        classification=row.classification,
        provider_uscc=row.provider_uscc,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
