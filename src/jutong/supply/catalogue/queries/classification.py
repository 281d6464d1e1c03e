"""The classification tree."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from jutong.kernel.policy import Facts, Relation
from jutong.supply.catalogue import domain, models


def classifications(parent: str = "") -> QuerySet[models.Classification]:
    """The nodes right below one, or the classes."""
    rows = models.Classification.objects.all()
    return rows.filter(parent__code=parent) if parent else rows.filter(parent=None)


def classification_path(code: str) -> tuple[models.Classification, ...]:
    """A node and those above it, from the class down; empty when there is no such node."""
    grades = [code[:1], code[:3], code[:6]]
    chain = {row.code: row for row in models.Classification.objects.filter(code__in=[*grades, code])}
    if code not in chain:
        return ()
    path = [chain[code]]
    by_id = {row.pk: row for row in chain.values()}
    while path[0].parent_id is not None:
        parent = by_id.get(path[0].parent_id) or path[0].parent
        assert parent is not None
        path.insert(0, parent)
    return tuple(path)


def open_classifications(codes: Collection[str]) -> frozenset[str]:
    """Those of some codes that stand in the tree and take entries: sections and details that are not closed."""
    rows = models.Classification.objects.filter(code__in=set(codes), grade__gte=3, closed_on=None)
    return frozenset(rows.values_list("code", flat=True))


def get_classification(code: str) -> models.Classification:
    """The node of a code. Raises NoSuchClassification."""
    row = models.Classification.objects.filter(code=code).first()
    if row is None:
        raise domain.NoSuchClassification(classification=code)
    return row


def names_of_classification(row: models.Classification) -> list[models.ClassificationName]:
    """What a node was called, the newest first."""
    return list(row.names.all())


def name_on(row: models.Classification, day: date) -> str:
    """What a node was called on a day; its first name before that."""
    told = list(row.names.order_by("valid_from", "id"))
    before = [each for each in told if each.valid_from <= day]
    return before[-1].name if before else told[0].name if told else row.name


def facts_of_section(code: str) -> Facts:
    """Whose section a node lies in, for the decision about its details."""
    owner = models.Classification.objects.filter(code=code[:6], grade=3).values_list("owner_uscc", flat=True).first()
    return Facts({Relation.PROVIDER: owner or ""})


def used_codes(prefix: str) -> int:
    """How many resources bear a code under a node or one below it."""
    return models.Resource.objects.filter(code__startswith=prefix).count()


def read_code(text: str) -> str:
    """The code that a text in any of the writings in use means, as stored. `domain.read_code` names the errors."""
    plain = domain.plain_code(text)[:120]
    fronts = set(
        models.Classification.objects.filter(code__in=domain.prefixes_of(plain)).values_list("code", flat=True)
    )
    candidates = {f"{front}/{plain[len(front) :].lstrip('0')}" for front in fronts}
    used = set(models.Resource.objects.filter(code__in=candidates).values_list("code", flat=True))
    used |= set(models.OtherCode.objects.filter(code__in=candidates).values_list("code", flat=True))
    return str(domain.read_code(text, fronts, used))


def classification_names(codes: Collection[str]) -> dict[str, str]:
    """Names of nodes by code."""
    return dict(models.Classification.objects.filter(code__in=set(codes)).values_list("code", "name"))
