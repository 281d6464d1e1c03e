"""Words that count as one another when the catalogue is searched (同义词): the rule pack's, and the bureau's own."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from django.db.models import QuerySet

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.queries.rights import saved_search_scope

_REMARK: Final = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")


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


def same_name() -> Callable[[str], str]:
    """What gives titles of data items that mean the same one name: by the rule packs' lists and the bureau's own."""
    names = dict(_pack_names())
    for words in own_groups().values_list("words", flat=True):
        for word in words[1:]:
            names.setdefault(word, names.get(words[0], words[0]))

    def name_of(title: str) -> str:
        # What stands in brackets explains: 姓名（中文）.
        plain = domain.fold(_REMARK.sub("", title)).replace(" ", "") or domain.fold(title)
        return names.get(plain, plain)

    return name_of


@lru_cache(maxsize=1)
def _pack_names() -> Mapping[str, str]:
    lists = (rulebook.code_list("item_synonym"), rulebook.code_list("search_synonym"))
    entries = [entry for each in lists for entry in each.entries]
    names: dict[str, str] = {}
    for entry in entries:
        name = names.get(domain.fold(entry.name), domain.fold(entry.name))
        for word in (entry.name, *entry.aliases):
            names.setdefault(domain.fold(word), name)
    return names


@lru_cache(maxsize=1)
def pack_groups() -> tuple[tuple[str, ...], ...]:
    """The groups of the rule pack, the full word first."""
    # Packs are files of the release: they do not change while it runs.
    entries = rulebook.code_list("search_synonym").entries
    return tuple(tuple(domain.fold(word) for word in (entry.name, *entry.aliases)) for entry in entries)
