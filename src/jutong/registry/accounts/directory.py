"""What accounts plugs into the rooms below: who holds which post, and where people are reached."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from jutong.foundation.notices.values import Address
from jutong.kernel.policy import Post
from jutong.registry.accounts import api
from jutong.registry.accounts.values import PersonRef
from jutong.registry.organisations import api as register


class Directory:
    """The assignee directory of `procedures` and the address book of `notices` (办理人目录、通讯录)."""

    def people_in(self, *, post: Post, organisation: str, at: datetime) -> Sequence[PersonRef]:
        """Whom to ask in a post of an organisation now: deputies only where those are away whom they stand in for."""
        return api.people_in(post=post, organisation=organisation, at=at)

    def titles(self, organisations: Iterable[str]) -> Mapping[str, str]:
        """Names of organisations by code; unknown codes are left out."""
        return register.titles(organisations)

    def addresses(self, person_nos: Iterable[str]) -> Mapping[str, Address]:
        """People who may still sign in; they have no mail or telephone here yet, only the inbox."""
        return {number: Address(number, name) for number, name in api.active_names(person_nos).items()}
