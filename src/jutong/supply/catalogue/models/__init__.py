"""Tables of the catalogue. What must agree is tied here: a code never changes, a version never changes, a number
is never given twice, and types 2 and 3 have their basis."""

from jutong.supply.catalogue.models.classification import CLASSIFICATION_LENGTH, Classification, SequenceCounter
from jutong.supply.catalogue.models.drafts import Draft, DraftCounter
from jutong.supply.catalogue.models.resources import DataItem, Resource, ResourceVersion
from jutong.supply.catalogue.models.search import SavedSearch, SearchEntry, SearchShare, SearchTerm, SynonymGroup

__all__ = [
    "CLASSIFICATION_LENGTH",
    "Classification",
    "DataItem",
    "Draft",
    "DraftCounter",
    "Resource",
    "ResourceVersion",
    "SavedSearch",
    "SearchEntry",
    "SearchShare",
    "SearchTerm",
    "SequenceCounter",
    "SynonymGroup",
]
