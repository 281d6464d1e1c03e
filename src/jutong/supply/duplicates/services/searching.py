"""Searching for duplicates: profiles made anew where a resource changed, compared, and the finds kept with evidence."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.duplicates import policy, queries
from jutong.supply.duplicates.domain import matching
from jutong.supply.duplicates.domain.errors import SearchRunning
from jutong.supply.duplicates.models import Pair, Profile, Search
from jutong.supply.duplicates.values import Judgement, SearchState

QUEUE: Final = "duplicates"
TASK: Final = "duplicates.search"
SILENT_MINUTES: Final = 15
"""A search that has not moved for so long was left by a worker that is gone."""

BATCH: Final = 500
_REOPENED: Final = (Judgement.DIFFERENT, Judgement.RELATED)


@transaction.atomic
def start_search(*, everything: bool, by: Subject, at: datetime) -> int:
    """Have the worker search all published resources, or those that changed since; the search's id.

    Raises NotPermitted, SearchRunning.
    """
    require(by, policy.START_SEARCH)
    row = _begin(everything, by.actor, at)
    audit.record(
        action="duplicates.search.started",
        by=by.actor,
        at=at,
        object_kind="duplicate_search",
        object_code=str(row.pk),
        details={"everything": everything},
    )
    app.configure_task(TASK, queue=QUEUE).defer(search_id=row.pk)
    return row.pk


def note_changed(*, resource_code: str) -> None:
    """Have the next search compare this resource, or compare it anew."""
    Profile.objects.update_or_create(
        resource_code=resource_code, defaults={"version": 0}, create_defaults={"version": 0, "content": b""}
    )


def follow(*, at: datetime) -> bool:
    """Compare what was published since the last search, unless one is under way; whether anything was done."""
    if not Profile.objects.filter(version=0).exists():
        return False
    try:
        row = _begin(False, PLATFORM, at)
    except SearchRunning:
        return False
    run_search(row.pk)
    return True


def run_search(search_id: int) -> None:
    """Carry a search out. One that is over already is left alone."""
    row = Search.objects.filter(pk=search_id, state=SearchState.RUNNING).first()
    if row is None:
        return
    try:
        found, fresh = _search(row)
    except Exception:
        _finish(row, SearchState.FAILED)
        raise
    _finish(row, SearchState.DONE, found=found, fresh=fresh)


def _begin(everything: bool, by: ActorRef, at: datetime) -> Search:
    silent = at - timedelta(minutes=SILENT_MINUTES)
    Search.objects.filter(state=SearchState.RUNNING, moved_at__lt=silent).update(
        state=SearchState.FAILED, finished_at=at
    )
    try:
        with transaction.atomic():
            return Search.objects.create(
                state=SearchState.RUNNING,
                everything=everything,
                started_by=by.to_json(),
                started_at=at,
                moved_at=at,
            )
    except IntegrityError as fault:
        raise SearchRunning() from fault


def _finish(row: Search, state: SearchState, **fields: int) -> None:
    now = clock.now()
    Search.objects.filter(pk=row.pk).update(state=state, moved_at=now, finished_at=now, **fields)


# --- The search ------------------------------------------------------------------------------------------------------


def _search(row: Search) -> tuple[int, int]:
    """How many pairs were found, and how many of them are new."""
    changed = _renew_profiles(row)
    profiles = queries.profiles()
    focus = None if row.everything else frozenset(changed)

    def told(done: int, total: int) -> None:
        Search.objects.filter(pk=row.pk).update(done=done, total=total, moved_at=clock.now())

    day = clock.local_day(row.started_at)
    found = list(matching.find_pairs(profiles, queries.thresholds(day), focus=focus, told=told))
    fresh = _keep(found, [profile.code for profile in profiles] if focus is None else sorted(focus), clock.now())
    return len(found), fresh


def _renew_profiles(row: Search) -> list[str]:
    """Make the profiles of what is new or changed, or of everything; gives the codes to compare."""
    if row.everything:
        codes = sorted(outline.code for outline in catalogue.outlines())
    else:
        codes = sorted(Profile.objects.filter(version=0).values_list("resource_code", flat=True))
    names, titles = queries.lexicons(clock.local_day(row.started_at))
    limit = queries.thresholds(clock.local_day(row.started_at)).sketch_from_distinct
    cache: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for number, batch in enumerate(_batches(codes)):
        resources = catalogue.resources(batch)
        known = queries.sketches_of(batch)
        made = []
        for resource in resources.values():
            profile = matching.profile_of(
                code=resource.code,
                provider=resource.provider_uscc,
                place="",
                title=resource.title,
                bases=[basis.title for basis in resource.content.legal_bases],
                items=[
                    matching.Item(
                        item.title, item.column_name, item.data_type, known.get((resource.code, item.column_name))
                    )
                    for item in resource.items
                ],
                names=names,
                titles=titles,
                sketch_from_distinct=limit,
                cache=cache,
            )
            digest = digest_of(resource)
            made.append(
                Profile(
                    resource_code=resource.code,
                    version=max(resource.version, 1),
                    digest=digest,
                    content=matching.packed(profile),
                )
            )
        Profile.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["resource_code"],
            update_fields=["version", "digest", "content"],
        )
        # What is in the catalogue no more is not asked for again.
        Profile.objects.filter(resource_code__in=set(batch) - resources.keys()).delete()
        Search.objects.filter(pk=row.pk).update(
            done=min(len(codes), (number + 1) * BATCH), total=len(codes), moved_at=clock.now()
        )
    return codes


def digest_of(resource: Resource) -> str:
    """A digest of what is compared: a change of a condition or cycle does not make a decision be asked for again."""
    told = [resource.title, resource.provider_uscc, [[i.title, i.column_name, i.data_type] for i in resource.items]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


# --- Keeping what was found ------------------------------------------------------------------------------------------


def _keep(found: Sequence[matching.Found], compared: Sequence[str], at: datetime) -> int:
    """Keep pairs with their evidence; how many are new or asked for again.

    A decided pair stays decided while both resources say what they said then. An undecided pair whose resources no
    longer look alike goes.
    """
    fresh = 0
    seen: set[tuple[str, str]] = set()
    for batch in _batches(found):
        fresh += _keep_batch(batch, seen, at)
    gone = Pair.objects.filter(judgement=Judgement.OPEN)
    touched = gone.filter(first_code__in=compared) | gone.filter(second_code__in=compared)
    lost = [
        row.pk for row in touched.only("first_code", "second_code") if (row.first_code, row.second_code) not in seen
    ]
    Pair.objects.filter(pk__in=lost, judgement=Judgement.OPEN).delete()
    return fresh


@transaction.atomic
def _keep_batch(found: Sequence[matching.Found], seen: set[tuple[str, str]], at: datetime) -> int:
    codes = {code for pair in found for code in (pair.first, pair.second)}
    resources = catalogue.resources(codes)
    digests = dict(Profile.objects.filter(resource_code__in=codes).values_list("resource_code", "digest"))
    known = {
        (row.first_code, row.second_code): row
        for row in Pair.objects.select_for_update().filter(first_code__in=codes, second_code__in=codes)
    }
    made, again = [], []
    for pair in found:
        if pair.first not in resources or pair.second not in resources:
            continue
        ends = (min(pair.first, pair.second), max(pair.first, pair.second))
        seen.add(ends)
        now = {code: digests.get(code, "") for code in ends}
        row = known.get(ends)
        if row is None:
            made.append(
                Pair(
                    first_code=ends[0],
                    second_code=ends[1],
                    score=pair.score,
                    evidence=_evidence(pair, resources),
                    digests=now,
                    judgement=Judgement.OPEN,
                    found_at=at,
                )
            )
        elif row.judgement == Judgement.OPEN or (row.judgement in _REOPENED and row.digests != now):
            if row.judgement != Judgement.OPEN:
                _ask_again(row, at)
            row.score, row.evidence, row.digests = pair.score, _evidence(pair, resources), now
            row.save()
            again.append(row)
    for row, number in zip(made, _numbers(len(made), at), strict=True):
        row.pair_no = number
    Pair.objects.bulk_create(made)
    return len(made)


def _ask_again(row: Pair, at: datetime) -> None:
    audit.record(
        action="duplicates.pair.reopened",
        by=PLATFORM,
        at=at,
        object_kind="duplicate_pair",
        object_code=row.pair_no,
        details={"judgement": row.judgement, "reason": row.reason},
    )
    row.judgement, row.reason, row.judged_by, row.judged_at, row.found_at = Judgement.OPEN, "", None, None, at


def _evidence(pair: matching.Found, resources: dict[str, Resource]) -> dict[str, Any]:
    """What spoke for it, in the order of codes: likenesses, and which items match by what."""
    swapped = pair.first > pair.second
    first, second = (pair.second, pair.first) if swapped else (pair.first, pair.second)
    items = []
    for match in pair.items:
        mine, theirs = (match.second, match.first) if swapped else (match.first, match.second)
        one, other = resources[first].items[mine : mine + 1], resources[second].items[theirs : theirs + 1]
        if one and other:
            items.append(
                {
                    "first": one[0].title,
                    "first_column": one[0].column_name,
                    "second": other[0].title,
                    "second_column": other[0].column_name,
                    "by": match.kind.name.lower(),
                    "contained": match.contained,
                }
            )
    return {"likeness": asdict(pair.likeness), "items": items}


def _numbers(count: int, at: datetime) -> list[str]:
    """The next pair numbers of the year; the counter's row stays locked until the commit."""
    if not count:
        return []
    year = clock.local_day(at).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO duplicates_counter (year, last_no) VALUES (%s, %s) "
            "ON CONFLICT (year) DO UPDATE SET last_no = duplicates_counter.last_no + %s RETURNING last_no",
            [year, count, count],
        )
        (last,) = cursor.fetchone()
    return [f"CF{year}{number:06d}" for number in range(last - count + 1, last + 1)]


def _batches(rows: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch
