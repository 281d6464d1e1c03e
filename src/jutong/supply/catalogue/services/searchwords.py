"""What people and the bureau keep about searching: questions to be told about, and words that count as one another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import domain, models, policy, queries

MOST_SAVED: Final = 20
LONGEST_QUESTION: Final = 1000
KEPT_FIELDS: Final = (
    "q", "class", "sharing_type", "open", "provider", "level", "format", "cycle", "mounted", "classification",
    "extended",
)  # fmt: skip


# --- Saved searches --------------------------------------------------------------------------------------------------


@transaction.atomic
def save_search(*, question: str, title: str = "", by: Subject, at: datetime) -> models.SavedSearch:
    """Keep a question, written as in the address of the catalogue's page; the same question is kept once.

    Raises NotSignedIn, NothingToSave, TooManySaved, TextTooLong.
    """
    require(by, policy.KEEP_SEARCH, Facts({Relation.SELF: by.person_no}))
    # What was written is judged before it is taken apart, and again as it is kept: encoded it may be longer.
    written = domain.fitting(question, LONGEST_QUESTION, field="question")
    tidied = domain.fitting(tidy_question(written), LONGEST_QUESTION, field="question")
    title = domain.fitting(title or QueryDict(tidied).get("q", ""), 100, field="title" if title else "question")
    if not tidied:
        raise domain.NothingToSave(field="question")
    own = models.SavedSearch.objects.filter(person_no=by.person_no)
    if own.exclude(question=tidied).count() >= MOST_SAVED:
        raise domain.TooManySaved(most=MOST_SAVED)
    row, made = own.get_or_create(
        person_no=by.person_no,
        question=tidied,
        defaults={
            "title": title,
            "created_at": at,
            "told_until": at,
        },
    )
    if made:
        _record("catalogue.search.saved", row, by, at)
    return row


@transaction.atomic
def forget_search(*, saved_no: int, by: Subject, at: datetime) -> None:
    """Give a saved search up. Raises NoSuchSavedSearch: not there, or another's."""
    row = models.SavedSearch.objects.filter(queries.saved_search_scope(by), pk=saved_no).first()
    if row is None:
        raise domain.NoSuchSavedSearch(saved=saved_no)
    require(by, policy.KEEP_SEARCH, queries.facts_of_saved_search(row))
    _record("catalogue.search.forgotten", row, by, at)
    row.delete()


def tidy_question(question: str) -> str:
    """A query string with only what asks something, in one order, so that the same question is written the same."""
    asked = QueryDict(question)
    pairs = [(name, value) for name in KEPT_FIELDS for value in sorted(set(asked.getlist(name))) if value.strip()]
    return urlencode(pairs)


def tell_saved_searches(*, at: datetime) -> int:
    """Tell people what was published since they were last told and answers a question they keep; how many notices.

    Each is asked for with the rights its person has now.
    """
    return sum(_tell(row, at) for row in models.SavedSearch.objects.order_by("pk").iterator())


@transaction.atomic
def _tell(row: models.SavedSearch, at: datetime) -> int:
    held = accounts.appointments_held(row.person_no, at=at)
    if not held:
        return 0
    post = held[0]
    subject = accounts.subject_for(person_no=row.person_no, post=post.post, organisation=post.organisation, at=at)
    news = Q(published_at__gt=row.told_until, published_at__lte=at)
    found = queries.newly_published(subject, queries.search_of(QueryDict(row.question)), news)
    row.told_until = at
    row.save(update_fields=["told_until"])
    if not found:
        return 0
    return notices.notify(
        [row.person_no],
        kind="catalogue.search",
        title=N_("订阅检索“{title}”有 {count} 项新发布或更新的数据资源"),
        body=N_("最新一项：{newest}"),
        link=f"/catalogue/?{row.question}",
        at=at,
        parameters={"title": row.title, "count": len(found), "newest": found[0]},
    )


def _record(action: str, row: models.SavedSearch, by: Subject, at: datetime) -> None:
    audit.record(
        action=action,
        by=by.actor,
        at=at,
        object_kind="saved_search",
        object_code=str(row.pk),
        details={"question": row.question},
    )


# --- Synonyms --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_synonyms(*, words: Sequence[str], by: Subject, at: datetime) -> models.SynonymGroup:
    """Have words count as one another in every search from now on.

    Raises NotPermitted, SynonymsTooFew, SynonymUnfit: a word with a blank, of one character or too long.
    """
    require(by, policy.KEEP_SYNONYMS)
    folded = list(dict.fromkeys(domain.fold(word) for word in words if word.strip()))
    for word in folded:
        if not 2 <= len(word) <= 40 or " " in word:
            raise domain.SynonymUnfit(field="words", word=word)
    if not 2 <= len(folded) <= 20:
        raise domain.SynonymsTooFew(field="words")
    row = models.SynonymGroup.objects.create(words=folded, changed_by=by.actor.to_json(), changed_at=at)
    _record_group("catalogue.synonyms.added", row, by, at)
    return row


@transaction.atomic
def remove_synonyms(*, group_no: int, by: Subject, at: datetime) -> None:
    """Take a group of the bureau's own away. Raises NotPermitted, NoSuchSynonyms."""
    require(by, policy.KEEP_SYNONYMS)
    row = models.SynonymGroup.objects.filter(pk=group_no).first()
    if row is None:
        raise domain.NoSuchSynonyms(group=group_no)
    _record_group("catalogue.synonyms.removed", row, by, at)
    row.delete()


def _record_group(action: str, row: models.SynonymGroup, by: Subject, at: datetime) -> None:
    audit.record(
        action=action,
        by=by.actor,
        at=at,
        object_kind="synonyms",
        object_code=str(row.pk),
        details={"words": list(row.words)},
    )
