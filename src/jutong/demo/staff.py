"""The people of the region as they act: who holds which post where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations


@dataclass
class Staff:
    """Finds subjects by post and department. `usccs` gives credit codes by slug; `since` a moment all were in post."""

    usccs: Mapping[str, str]
    since: datetime
    now: datetime
    _known: dict[tuple[Post, str], Subject] = field(default_factory=dict)

    def subject(self, post: Post, department: str) -> Subject:
        """Who held this post of a department from the beginning."""
        if (post, department) not in self._known:
            self._known[post, department] = _holder(post, self.usccs[department], self.since)
        return self._known[post, department]

    @property
    def reviewer(self) -> Subject:
        return self.subject(Post.BUREAU_REVIEWER, "dsjj")

    @property
    def reviewer_today(self) -> Subject:
        """The reviewer of the start data, who is there before the region's people are."""
        return _holder(Post.BUREAU_REVIEWER, organisations.bureau(), self.now)

    @property
    def system_admin(self) -> Subject:
        return _holder(Post.SYSTEM_ADMIN, organisations.bureau(), self.now)


def _holder(post: Post, organisation: str, at: datetime) -> Subject:
    person = accounts.people_in(post=post, organisation=organisation, at=at)[0]
    return accounts.subject_for(person_no=person.person_no, post=post, organisation=organisation, at=at)
