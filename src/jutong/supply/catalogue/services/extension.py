"""Extended elements: declared by the bureau, as data."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, policy, queries
from jutong.supply.catalogue.values import ExtendedField, ExtendedKind


@transaction.atomic
def declare_extension(
    *,
    name: str,
    kind: ExtendedKind,
    required: bool = False,
    choices: Sequence[str] = (),
    lowest: str = "",
    highest: str = "",
    help: str = "",
    classification: str = "",
    provider_uscc: str = "",
    valid_from: date | None = None,
    by: Subject,
    at: datetime,
) -> models.ExtendedField:
    """Declare an extended element (扩展元数据项) for all entries, a class with all below it, or a department.

    Raises NotPermitted, ExtensionFault.
    """
    require(by, policy.KEEP_EXTENSION)
    # The one lock of this table: numbers follow each other, and a name is not taken twice.
    last = models.ExtendedField.objects.select_for_update().order_by("-number").first()
    field = ExtendedField(
        number=last.number + 1 if last else 1,
        name=" ".join(name.split())[:80],
        kind=ExtendedKind(kind),
        required=required,
        choices=tuple(dict.fromkeys(filter(None, (" ".join(each.split())[:80] for each in choices)))),
        lowest=lowest.strip(),
        highest=highest.strip(),
        help=domain.fitting(help, 200, field="help"),
        classification=classification,
        provider_uscc=provider_uscc,
        valid_from=valid_from or local_day(at),
    )
    domain.check_declaration(field)
    _check_place(field)
    taken = models.ExtendedField.objects.filter(
        name=field.name, classification=classification, provider_uscc=provider_uscc
    )
    still = taken.filter(valid_to=None).exists() or taken.filter(valid_to__gte=field.valid_from).exists()
    if still:
        raise domain.ExtensionNameTaken(field="name", name=field.name)
    row = models.ExtendedField.objects.create(
        number=field.number,
        name=field.name,
        kind=field.kind,
        required=field.required,
        choices=list(field.choices),
        lowest=field.lowest,
        highest=field.highest,
        help=field.help,
        classification=field.classification,
        provider_uscc=field.provider_uscc,
        valid_from=valid_from or local_day(at),
        declared_by=by.actor.to_json(),
        declared_at=at,
    )
    _record("declared", row, by, at)
    return row


@transaction.atomic
def end_extension(*, number: int, by: Subject, at: datetime) -> models.ExtendedField:
    """Take an extended element out of use after today; entries keep what they say in it.

    Raises NotPermitted, NoSuchExtension.
    """
    require(by, policy.KEEP_EXTENSION)
    queries.get_extension(number)
    row = models.ExtendedField.objects.select_for_update().get(number=number)
    if row.valid_to is None:
        row.valid_to = max(local_day(at), row.valid_from)
        row.save(update_fields=["valid_to"])
        _record("ended", row, by, at)
    return row


def _check_place(field: ExtendedField) -> None:
    if field.classification:
        known = models.Classification.objects.filter(code=field.classification).exists()
        if not known:
            raise domain.ExtensionPlaceUnknown(field="classification", place=field.classification)
    if field.provider_uscc and organisations.find(field.provider_uscc) is None:
        raise domain.ExtensionPlaceUnknown(field="provider_uscc", place=field.provider_uscc)


def _record(what: str, row: models.ExtendedField, by: Subject, at: datetime) -> None:
    audit.record(
        action=f"catalogue.extension.{what}",
        by=by.actor,
        at=at,
        object_kind="extension",
        object_code=str(row.number),
        details={"name": row.name, "classification": row.classification, "provider": row.provider_uscc},
    )
