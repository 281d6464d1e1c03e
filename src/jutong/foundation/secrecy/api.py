"""The door of the secrecy gate: have something looked at, release false alarms, see stops."""

from datetime import datetime
from typing import BinaryIO

from jutong.foundation.files.values import WordCheck
from jutong.foundation.secrecy import plugs
from jutong.foundation.secrecy.domain.errors import FileUncheckable, SecrecyMarkFound
from jutong.foundation.secrecy.services import gate
from jutong.foundation.secrecy.services.releases import release, withdraw
from jutong.foundation.secrecy.values import Officers, Place, SentPart
from jutong.kernel.actors import ActorRef

__all__ = [
    "FileUncheckable",
    "SecrecyMarkFound",
    "bears_mark",
    "look_at_text",
    "look_into_file",
    "plug_officers",
    "release",
    "withdraw",
]


def look_at_text(text: str, *, route: str, field: str = "", by: ActorRef, at: datetime) -> None:
    """Have a text looked at that did not come through a request, such as a comment read from a database.

    Texts of requests were looked at before any view ran. `route` says in fixed words where it came from.

    Raises SecrecyMarkFound.
    """
    gate.look_at_text(text, Place(route, field), by=by, at=at)


def look_into_file(stream: BinaryIO, *, name: str, route: str, by: ActorRef, at: datetime) -> WordCheck:
    """Have a file looked at that `files` does not keep.

    Raises SecrecyMarkFound, FileUncheckable.
    """
    gate.look_at_name(name, Place(route, "file", SentPart.FILE_NAME), by=by, at=at)
    return gate.look_into_file(stream, name, Place(route, "file", SentPart.FILE_CONTENT), by=by, at=at)


def bears_mark(text: str, *, at: datetime) -> bool:
    """Would this text be stopped? Nothing is recorded: for text that nobody sent and that can be left out."""
    return bool(gate.found_in(text, at=at))


def plug_officers(officers: Officers | None) -> None:
    """Have the gate know who the officers are. Called by accounts at start."""
    plugs.plug_officers(officers)
