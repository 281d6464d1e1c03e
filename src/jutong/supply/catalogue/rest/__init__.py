"""The REST face: the tree, search, resources and their versions, drafts and the way to publication."""

from jutong.supply.catalogue.rest import classification, drafts, finding, resources, search
from jutong.supply.catalogue.rest.base import router

__all__ = ["classification", "drafts", "finding", "resources", "router", "search"]
