"""What the register plugs into procedures: where the bureau is, and where an organisation lies."""

from jutong.registry.organisations import queries
from jutong.registry.organisations.values import OrganisationKind


class Book:
    """The book of organisations of `procedures` (单位名录)."""

    def bureau(self) -> str:
        """The code of the big-data bureau; empty before the start data are laid down."""
        return queries.find_uscc_of_kind(OrganisationKind.BUREAU)

    def region_of(self, organisation: str) -> str:
        """The division an organisation belongs to; empty where it is unknown."""
        return queries.region_code_of(organisation)
