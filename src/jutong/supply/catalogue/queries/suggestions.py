"""What somebody may mean while he types."""

from django.db.models import Q

from jutong.kernel.policy import Subject
from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.queries.search import Search, exists, page, prepare

MOST_SUGGESTIONS = 8
_TITLES = 4


def suggestions(subject: Subject, typed: str) -> list[str]:
    """Names of items that begin with what was typed, in characters, pinyin or initials, then titles that hold it.

    None that nothing answers: what the subject may not see is not suggested either.
    """
    begin = domain.fold(typed)[:40]
    if len(begin) < 2:
        return []
    found: dict[str, None] = {}
    named = Q(term__startswith=begin)
    if begin.isascii():
        named |= Q(pinyin__startswith=begin) | Q(initials__startswith=begin)
    terms = models.SearchTerm.objects.filter(named).order_by("-entries", "term").values_list("term", flat=True)
    for term in terms[: 2 * MOST_SUGGESTIONS]:
        if len(found) < MOST_SUGGESTIONS - _TITLES and exists(prepare(subject, Search(text=term))):
            found[term] = None
    for row in page(prepare(subject, Search(text=begin)), limit=MOST_SUGGESTIONS - len(found)):
        found[row.title] = None
    return list(found)
