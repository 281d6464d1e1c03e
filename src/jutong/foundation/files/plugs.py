"""What rooms and operators plug in: owners of references, a scanner."""

from jutong.foundation.files.values import Owner, Scanner

_owners: dict[str, Owner] = {}
_scanners: list[Scanner] = []


def plug_owner(kind: str, owner: Owner) -> None:
    _owners[kind] = owner


def owner(kind: str) -> Owner | None:
    return _owners.get(kind)


def plug_scanner(scanner: Scanner | None) -> None:
    _scanners[:] = [scanner] if scanner else []


def scanner() -> Scanner | None:
    return _scanners[0] if _scanners else None
