"""What accounts plugs into the rooms below: who holds which post, and where people are reached."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from jutong.foundation.notices.values import Address
from jutong.kernel.policy import Post
from jutong.registry.accounts import api
from jutong.registry.accounts.values import PersonRef
from jutong.registry.organisations import api as register


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
