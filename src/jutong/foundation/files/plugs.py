"""What rooms and operators plug in: owners of references, a scanner, the secrecy gate."""

from jutong.foundation.files.values import Gate, Owner, Scanner

_owners: dict[str, Owner] = {}
_scanners: list[Scanner] = []
_gates: list[Gate] = []


def plug_owner(kind: str, owner: Owner) -> None:
    _owners[kind] = owner


def owner(kind: str) -> Owner | None:
    return _owners.get(kind)


def plug_scanner(scanner: Scanner | None) -> None:
    _scanners[:] = [scanner] if scanner else []


def scanner() -> Scanner | None:
    return _scanners[0] if _scanners else None


def plug_gate(gate: Gate | None) -> None:
    _gates[:] = [gate] if gate else []


def gate() -> Gate | None:
    return _gates[0] if _gates else None
