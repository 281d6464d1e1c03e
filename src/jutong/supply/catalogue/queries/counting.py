"""What other rooms count."""

from collections.abc import Collection

from django.db.models import Count

from jutong.kernel.codes.sharing import ShareType, UpdateCycle
from jutong.supply.catalogue import models
from jutong.supply.catalogue.values import DraftState, Outline, ResourceState


def mounted(codes: Collection[str]) -> set[str]:
    """Those of some resources whose data can be reached, in one query."""
    rows = models.Resource.objects.filter(code__in=codes, mounted_at__isnull=False)
    return set(rows.values_list("code", flat=True))


def outlines(provider_uscc: str = "") -> list[Outline]:
    """All published resources in outline, of one provider where given, in one query."""
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED)
    if provider_uscc:
        rows = rows.filter(provider_uscc=provider_uscc)
    found = rows.order_by("code").values_list(
        "code", "title", "provider_uscc", "sharing_type", "open", "update_cycle", "published_at", "mounted_at"
    )
    return [
        Outline(code, title, provider, ShareType(kind), is_open, UpdateCycle(cycle), published, mounted)
        for code, title, provider, kind, is_open, cycle, published, mounted in found
        if published is not None
    ]


def draft_counts() -> dict[str, dict[str, int]]:
    """Drafts in the making by provider and state."""
    over = [DraftState.PUBLISHED, DraftState.DISCARDED]
    rows = models.Draft.objects.exclude(state__in=over).values("provider_uscc", "state").annotate(n=Count("pk"))
    counts: dict[str, dict[str, int]] = {}
    for row in rows.order_by():
        counts.setdefault(row["provider_uscc"], {})[row["state"]] = row["n"]
    return counts
