"""The REST face: the tree, search, resources and their versions, drafts and the way to publication."""

from jutong.supply.catalogue.rest import changes, classification, drafts, extension, finding, resources, search
from jutong.supply.catalogue.rest.base import router

__all__ = ["changes", "classification", "drafts", "extension", "finding", "resources", "router", "search"]
