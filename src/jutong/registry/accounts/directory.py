"""What accounts plugs into the rooms below: who holds which post, who bears which name, where people are reached."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from jutong.foundation.audit.values import BodyName
from jutong.foundation.notices.values import Address
from jutong.kernel.policy import Post
from jutong.registry.accounts import api, queries
from jutong.registry.accounts.values import PersonRef
from jutong.registry.organisations import api as register
from jutong.registry.organisations.values import OrganisationName


class Directory:
    """The assignee directory (办理人目录), the officers of the secrecy gate and the address book (通讯录)."""

    def people_in(self, *, post: Post, organisation: str, at: datetime) -> Sequence[PersonRef]:
        """Whom to ask in a post of an organisation now: deputies only where those are away whom they stand in for."""
        return api.people_in(post=post, organisation=organisation, at=at)

    def holders(self, *, post: Post, at: datetime) -> Sequence[str]:
        """The numbers of those who hold this post anywhere now."""
        return api.holders_anywhere(post, at=at)

    def titles(self, organisations: Iterable[str], *, on: date | None = None) -> Mapping[str, str]:
        """Names of organisations by code, on a day or today; unknown codes are left out."""
        return register.titles(organisations, on=on)

    def addresses(self, person_nos: Iterable[str]) -> Mapping[str, Address]:
        """People who may still sign in; they have no mail or telephone here yet, only the inbox."""
        return {number: Address(number, name) for number, name in api.active_names(person_nos).items()}


class Names:
    """The names by which the audit log is searched (人员和单位名录): those of their day."""

    def people_named(self, part: str) -> Sequence[str]:
        return queries.numbers_of_people_named(part)

    def people_names(self, person_nos: Iterable[str]) -> Mapping[str, str]:
        return api.names(person_nos)

    def bodies_named(self, part: str) -> Sequence[BodyName]:
        return self._values(register.names_holding(part))

    def body_names(self, codes: Iterable[str]) -> Sequence[BodyName]:
        return self._values(register.names_of(codes))

    @staticmethod
    def _values(found: Iterable[tuple[str, OrganisationName]]) -> list[BodyName]:
        return [
            BodyName(code, each.name, None if each.is_first else each.valid_from, each.valid_to) for code, each in found
        ]
