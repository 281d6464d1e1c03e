"""Changes to what the platform remembers of itself."""

from datetime import datetime

from jutong.foundation.operations.models import InstalledState


def note_installed(*, name: str, digest: str, at: datetime) -> None:
    """Note that this database is up to this state of the program."""
    InstalledState.objects.update_or_create(name=name, defaults={"digest": digest, "noted_at": at})
