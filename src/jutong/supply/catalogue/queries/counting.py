"""What other rooms count."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from jutong.kernel.codes.sharing import ShareType, UpdateCycle
from jutong.kernel.policy import ANONYMOUS
from jutong.supply.catalogue import models
from jutong.supply.catalogue.queries.rights import resource_scope, with_opened
from jutong.supply.catalogue.queries.search import entries
from jutong.supply.catalogue.values import DraftState, OpenGlance, Outline, ResourceState

DIVISION_DIGITS = 3


def mounted(codes: Collection[str]) -> set[str]:
    """Those of some resources whose data can be reached, in one query."""
    rows = models.Resource.objects.filter(code__in=codes, mounted_at__isnull=False)
    return set(rows.values_list("code", flat=True))


def outlines(provider_uscc: str = "") -> list[Outline]:
    """All published resources in outline, of one provider where given, in one query."""
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED)
    if provider_uscc:
        rows = rows.filter(provider_uscc=provider_uscc)
    return _outlines(rows.order_by("code"))


def open_outlines(codes: Collection[str]) -> list[Outline]:
    """Those of some resources that everybody may see, in one query."""
    return _outlines(models.Resource.objects.filter(resource_scope(ANONYMOUS), code__in=set(codes)).order_by("code"))


def open_glance(newest: int) -> OpenGlance:
    """What everybody may see, counted, and the newest of it, in two queries."""
    counted = (
        entries(ANONYMOUS)
        .values("provider_uscc", division=Left("code", DIVISION_DIGITS))
        .annotate(n=Count("pk"), reachable=Count("pk", filter=Q(mounted=True)))
    )
    providers, divisions = Counter[str](), Counter[str]()
    mounted = 0
    for row in counted.order_by():
        providers[row["provider_uscc"]] += row["n"]
        divisions[row["division"]] += row["n"]
        mounted += row["reachable"]
    latest = models.Resource.objects.filter(resource_scope(ANONYMOUS)).order_by("-published_at", "code")[:newest]
    return OpenGlance(mounted, providers, divisions, tuple(_outlines(latest)))


def _outlines(rows: QuerySet[models.Resource]) -> list[Outline]:
    columns = ("code", "title", "provider_uscc", "sharing_type", "open", "update_cycle", "published_at", "mounted_at")
    found = with_opened(rows).values_list(*columns, "opened")
    return [
        Outline(code, title, provider, ShareType(kind), is_open, UpdateCycle(cycle), published, mounted, opened)
        for code, title, provider, kind, is_open, cycle, published, mounted, opened in found
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
