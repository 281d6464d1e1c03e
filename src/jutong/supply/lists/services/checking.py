"""The check of the lists against the catalogue: what was found last stands until it is found no more."""

from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.supply.lists import plugs, policy, queries
from jutong.supply.lists.domain import find_problems
from jutong.supply.lists.models import Finding
from jutong.supply.lists.services.common import record

_CHUNK = 2000


@transaction.atomic
def check(*, by: Subject, at: datetime) -> int:
    """Check all lists now; how many problems stand. Raises NotPermitted."""
    require(by, policy.CHECK_LISTS)
    count = check_now(at=at)
    record("finding.searched", by.actor, at, code="lists", details={"count": count})
    return count


@transaction.atomic
def check_now(*, at: datetime) -> int:
    """Check all lists against the catalogue of this moment; how many problems stand."""
    stale, listed, catalogue = plugs.stale(at), queries.listed(), queries.catalogue_view()
    found = {
        (each.kind.value, each.entry_no, each.resource_code): each
        for each in find_problems(listed, catalogue, stale=stale, on=local_day(at))
    }
    known = {(row.kind, row.entry_no, row.resource_code): row.pk for row in Finding.objects.select_for_update()}
    Finding.objects.filter(pk__in=[pk for key, pk in known.items() if key not in found]).delete()
    Finding.objects.bulk_create(
        [
            Finding(
                kind=each.kind,
                list_kind=each.list_kind,
                entry_no=each.entry_no,
                resource_code=each.resource_code,
                title=each.title[:200],
                organisation=each.organisation,
                found_at=at,
            )
            for key, each in found.items()
            if key not in known
        ],
        batch_size=_CHUNK,
        ignore_conflicts=True,
    )
    return len(found)
