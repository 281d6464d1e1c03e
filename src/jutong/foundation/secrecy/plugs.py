"""What accounts plugs in: who the officers are."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from jutong.foundation.secrecy.values import Officers
from jutong.kernel.policy import Post

_officers: list[Officers] = []


def plug_officers(officers: Officers | None) -> None:
    _officers[:] = [officers] if officers else []


def to_be_told(post: Post, organisation: str, at: datetime) -> list[str]:
    """The numbers of those who hold this post of this organisation, and of the security administrators."""
    if not _officers:
        return []
    own = [person.person_no for person in _officers[0].people_in(post=post, organisation=organisation, at=at)]
    return [*own, *_officers[0].holders(post=Post.SECURITY_ADMIN, at=at)]


def titles(organisations: Iterable[str]) -> Mapping[str, str]:
    """Names of organisations; the code itself where nobody knows the name."""
    codes = list(organisations)
    known = _officers[0].titles(codes) if _officers else {}
    return {code: known.get(code, code) for code in codes}
