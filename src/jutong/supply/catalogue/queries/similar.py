"""Resources that are like one: those that share its rare words, without any search server.

What two entries say is compared by the pairs of characters in title, summary and items, each weighing more the rarer
it is; words of one group of synonyms weigh as the same.
"""

from collections.abc import Collection, Mapping, Sequence
from math import log
from typing import Final

from django.db import connection

from jutong.kernel.policy import Subject
from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.queries.resources import view_resource_row
from jutong.supply.catalogue.queries.rights import with_opened
from jutong.supply.catalogue.queries.search import entries
from jutong.supply.catalogue.queries.synonyms import pack_groups
from jutong.supply.catalogue.values import Content

_ASKED_TOKENS: Final = 40
_EACH: Final = 100
_LOOKED_AT: Final = 60
_RAREST: Final = 0.0005
LEAST_LIKENESS: Final = 0.08

_CANDIDATES = """
    SELECT near.resource_id FROM unnest(%s::int4[], %s::float[]) AS asked (token, weight)
    CROSS JOIN LATERAL (
        SELECT resource_id FROM catalogue_searchentry
        WHERE catalogue_search_tokens(words, facets) @> ARRAY[asked.token] LIMIT %s
    ) AS near
    GROUP BY near.resource_id ORDER BY sum(asked.weight) DESC, near.resource_id LIMIT %s
"""


def similar(code: str, subject: Subject, *, most: int = 10) -> list[tuple[models.Resource, float]]:
    """The resources most like this one that the subject may see, with how alike they are (0 to 1).

    Raises NoSuchResource: none of this code, or he may not see it.
    """
    row = view_resource_row(code, subject)
    return _alike(_said(row.title, row.summary, _items(row)), subject, row.code, most)


def similar_to(
    content: Content, subject: Subject, *, but: str = "", most: int = 10
) -> list[tuple[models.Resource, float]]:
    """The published resources most like what a draft says, as `similar`; `but` is left out."""
    return _alike(_said(content.title, content.summary, [item.title for item in content.items]), subject, but, most)


def _alike(said_here: str, subject: Subject, but: str, most: int) -> list[tuple[models.Resource, float]]:
    wanted = _tokens(said_here)
    weights = _weights(wanted)
    asked = sorted(wanted, key=lambda token: -weights[token])[:_ASKED_TOKENS]
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [asked, [weights[token] for token in asked], _EACH, _LOOKED_AT])
        near = [pk for (pk,) in cursor.fetchall()]
    seen = entries(subject).filter(pk__in=near).exclude(code=but).values("pk")
    found = with_opened(models.Resource.objects.filter(pk__in=seen)).prefetch_related("items")
    said = {other: _tokens(_said(other.title, other.summary, _items(other))) for other in found}
    weights = _weights(wanted.union(*said.values()))
    alike = [(other, _likeness(wanted, tokens, weights)) for other, tokens in said.items()]
    alike = [(other, likeness) for other, likeness in alike if likeness >= LEAST_LIKENESS]
    return sorted(alike, key=lambda pair: (-pair[1], pair[0].code))[:most]


def _items(row: models.Resource) -> list[str]:
    return [item.title for item in row.items.all()]


def _said(title: str, summary: str, items: Sequence[str]) -> str:
    text = "\n".join(domain.fold(part) for part in (title, summary, *items))
    same = [group[0] for group in pack_groups() if any(word in text for word in group)]
    return "\n".join([text, *same])


def _tokens(text: str) -> set[int]:
    return {token for line in text.split("\n") for token in domain.tokens_of(line)}


def _weights(tokens: Collection[int]) -> Mapping[int, float]:
    shares = dict(models.SearchShare.objects.filter(token__in=tokens).values_list("token", "in_words"))
    return {token: -log(min(1.0, max(shares.get(token, _RAREST), _RAREST)) * 0.99) for token in tokens}


def _likeness(one: set[int], other: set[int], weights: Mapping[int, float]) -> float:
    """The part of all they say, by weight, that both say."""
    return sum(weights[token] for token in one & other) / (sum(weights[token] for token in one | other) or 1.0)
