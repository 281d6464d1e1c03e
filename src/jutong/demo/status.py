"""Is the region there, wholly; and does the platform hold anything that is not its own?"""

import re

from jutong.demo import BEGUN, LOADED, WORK
from jutong.foundation.audit import api as audit
from jutong.foundation.operations import api as operations
from jutong.kernel import clock

_CHANGES = ("organisations.", "catalogue.", "mounting.", "exchange.", "sharing.", "procedures.", "rulebook.",
            "accounts.person.created", "accounts.appointment.", "accounts.client.", "accounts.key.")  # fmt: skip
_OF_ONES_OWN = (
    "organisations.",
    "mounting.source.registered",
    "mounting.file.",
    "rulebook.",
    "accounts.person.created",
)


def note_begun() -> None:
    """From now on the platform holds a part of the region, which counts for nothing."""
    operations.note_installed(name=WORK, digest=BEGUN, at=clock.now())


def note_loaded() -> None:
    """The region is whole; what is written into the log after this is its visitors' work."""
    operations.note_installed(name=WORK, digest=f"{LOADED} {audit.last_row()}", at=clock.now())


def touched() -> bool:
    """Has anybody changed anything on a platform without the region?"""
    return audit.changes_by_people(actions=_CHANGES) > 0


def visitors_own(digest: str) -> int:
    """How many departments, people, sources or rules were added to the loaded region that are not the region's.

    Requests and entries made under the region's departments are part of trying it out and do not count.
    """
    found = re.fullmatch(rf"{LOADED} (\d+)", digest)
    return audit.changes_by_people(actions=_OF_ONES_OWN, after=int(found[1])) if found else 0
