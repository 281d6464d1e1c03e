"""Words that count as one another when the catalogue is searched (同义词): the rule pack's, and the bureau's own."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from django.db.models import QuerySet

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.queries.rights import saved_search_scope


def synonyms(text: str) -> Mapping[str, Sequence[str]]:
    """For each word of a folded question, the other words of the groups it stands in."""
    words = domain.fold(text).split()[: domain.MAX_WORDS]
    if not words:
        return {}
    groups = [*pack_groups(), *(tuple(row) for row in _own(words).values_list("words", flat=True))]
    return domain.others_by_word(words, groups)


def own_groups() -> QuerySet[models.SynonymGroup]:
    """The groups the bureau added, the newest first."""
    return models.SynonymGroup.objects.order_by("-changed_at", "-pk")


def saved_searches(subject: Subject) -> QuerySet[models.SavedSearch]:
    """The questions somebody keeps, the newest first."""
    return models.SavedSearch.objects.filter(saved_search_scope(subject)).order_by("-created_at", "-pk")


def _own(words: Sequence[str]) -> QuerySet[models.SynonymGroup]:
    return models.SynonymGroup.objects.filter(words__overlap=list(words))


@lru_cache(maxsize=1)
def pack_groups() -> tuple[tuple[str, ...], ...]:
    """The groups of the rule pack, the full word first."""
    # Packs are files of the release: they do not change while it runs.
    entries = rulebook.code_list("search_synonym").entries
    return tuple(tuple(domain.fold(word) for word in (entry.name, *entry.aliases)) for entry in entries)
