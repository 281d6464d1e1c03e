"""What other rooms may hold of a resource: frozen values, read and written as plain JSON."""

from jutong.supply.catalogue.values.changes import ChangeKind, UpdateState
from jutong.supply.catalogue.values.elements import (
    SENSITIVE_GRADE,
    BasisKind,
    Content,
    ControlledParameter,
    DataItem,
    Grade,
    Identifier,
    LegalBasis,
    Level,
    Secrecy,
)
from jutong.supply.catalogue.values.extension import YES_NO, ExtendedField, ExtendedKind
from jutong.supply.catalogue.values.formats import PRACTICE_FORMATS, FormatUnknown, format_text, parse_format
from jutong.supply.catalogue.values.resources import Closure, DraftStanding, OpenGlance, Outline, Resource
from jutong.supply.catalogue.values.states import DraftState, ResourceState
from jutong.supply.catalogue.values.titles import ELEMENT_TITLES

__all__ = [
    "ELEMENT_TITLES",
    "PRACTICE_FORMATS",
    "SENSITIVE_GRADE",
    "YES_NO",
    "BasisKind",
    "ChangeKind",
    "Closure",
    "Content",
    "ControlledParameter",
    "DataItem",
    "DraftStanding",
    "DraftState",
    "ExtendedField",
    "ExtendedKind",
    "FormatUnknown",
    "Grade",
    "Identifier",
    "LegalBasis",
    "Level",
    "OpenGlance",
    "Outline",
    "Resource",
    "ResourceState",
    "Secrecy",
    "UpdateState",
    "format_text",
    "parse_format",
]
