"""An entry of a file against what the catalogue holds: what would become of it."""

from dataclasses import replace

from jutong.supply.catalogue.values import Content, DataItem
from jutong.supply.interchange.values import Entry, Places


def completed(entry: Entry, before: Content) -> Content:
    """The entry's text, with what the file does not speak of as it stands: a bare template says nothing of columns.

    Of a resource that has its code the classification never changes, so an empty cell means the one it has.
    """
    content = entry.content
    if not content.classification:
        content = content.changed(classification=before.classification)
    if not entry.places.more_row:
        content = content.changed(
            level=before.level,
            controlled_parameters=before.controlled_parameters,
            extended=before.extended,
        )
    return content.changed(items=_completed_items(content.items, entry.places, before))


def _completed_items(items: tuple[DataItem, ...], places: Places, before: Content) -> tuple[DataItem, ...]:
    known = {item.title: item for item in before.items}
    return tuple(
        replace(known[item.title], data_type=item.data_type)
        if item.title in known and not (index < len(places.more_items) and places.more_items[index])
        else item
        for index, item in enumerate(items)
    )


STORED_ONLY = frozenset(
    {
        "ClassificationMalformed",
        "ClassificationUnknown",
        "SectionOfAnother",
        "TextTooLong",
        "TooManyItems",
        "ProviderMalformed",
        "ProviderUnknown",
        "RelatedCodeMalformed",
    }
)
"""Gaps that no draft out of a file may have: the text cannot be kept, or points to nothing. All other gaps a draft may
have until it is submitted; they are shown and do not hinder."""
