"""Organisations among what is found everywhere."""

from jutong.base.access import require
from jutong.kernel.policy import Subject
from jutong.registry.organisations import api, policy
from jutong.registry.organisations.web.departments import list_row
from jutong.ui.components import ListRow


def find(subject: Subject, text: str, most: int) -> list[ListRow]:
    """Organisations by name, short name, code or slug."""
    require(subject, policy.READ_REGISTER)
    found = [api.value_of(row) for row in api.search(text=text)[:most]]
    places = api.region_titles({organisation.region_code for organisation in found})
    return [list_row(organisation, places) for organisation in found]
