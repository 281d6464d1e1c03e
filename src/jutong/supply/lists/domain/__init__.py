"""Rules of the three lists: values in, values out."""

from jutong.supply.lists.domain.checking import CatalogueView, Found, Listed, find_problems
from jutong.supply.lists.domain.comparing import Difference, compare
from jutong.supply.lists.domain.errors import ListsError
from jutong.supply.lists.domain.rates import Rate, met, rates_of
from jutong.supply.lists.domain.writing import basis_words, cleaned, number_of

__all__ = [
    "CatalogueView",
    "Difference",
    "Found",
    "Listed",
    "ListsError",
    "Rate",
    "basis_words",
    "cleaned",
    "compare",
    "find_problems",
    "met",
    "number_of",
    "rates_of",
]
