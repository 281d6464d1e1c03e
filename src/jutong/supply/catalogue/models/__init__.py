"""Tables of the catalogue. What must agree is tied here: a code never changes, a version never changes, a number
is never given twice, and types 2 and 3 have their basis."""

from jutong.supply.catalogue.models.changes import (
    ChangeCounter,
    ChangeRecord,
    UpdateDuty,
    UpdateStop,
    Withdrawal,
    WithdrawalOpinion,
)
from jutong.supply.catalogue.models.classification import (
    CLASSIFICATION_LENGTH,
    Classification,
    ClassificationName,
    SequenceCounter,
)
from jutong.supply.catalogue.models.drafts import Draft, DraftCounter
from jutong.supply.catalogue.models.extension import ExtendedField
from jutong.supply.catalogue.models.resources import DataItem, OtherCode, Resource, ResourceVersion
from jutong.supply.catalogue.models.search import SavedSearch, SearchEntry, SearchShare, SearchTerm, SynonymGroup

__all__ = [
    "CLASSIFICATION_LENGTH",
    "ChangeCounter",
    "ChangeRecord",
    "Classification",
    "ClassificationName",
    "DataItem",
    "Draft",
    "DraftCounter",
    "ExtendedField",
    "OtherCode",
    "Resource",
    "ResourceVersion",
    "SavedSearch",
    "SearchEntry",
    "SearchShare",
    "SearchTerm",
    "SequenceCounter",
    "SynonymGroup",
    "UpdateDuty",
    "UpdateStop",
    "Withdrawal",
    "WithdrawalOpinion",
]
