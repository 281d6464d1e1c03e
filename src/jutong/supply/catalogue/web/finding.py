"""Resources among what is found everywhere."""

from jutong.kernel.policy import Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import queries
from jutong.supply.catalogue.web.search import list_row
from jutong.ui.components import ListRow


def find(subject: Subject, text: str, most: int) -> list[ListRow]:
    """Published resources the subject may see, titles that hold the words first."""
    rows = queries.page(queries.prepare(subject, queries.checked_search(queries.Search(text=text))), limit=most)
    titles = organisations.titles({row.provider_uscc for row in rows}, short=True)
    return [list_row(row, titles) for row in rows]
