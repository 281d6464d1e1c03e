"""The classification tree."""

from collections.abc import Collection

from django.db.models import QuerySet

from jutong.supply.catalogue import models


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


def classification_names(codes: Collection[str]) -> dict[str, str]:
    """Names of nodes by code."""
    return dict(models.Classification.objects.filter(code__in=set(codes)).values_list("code", "name"))
