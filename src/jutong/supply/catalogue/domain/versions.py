"""How two versions of an entry differ. Pure."""

from jutong.supply.catalogue.values import (
    Content,
)


def differences(before: Content, after: Content) -> tuple[str, ...]:
    """Names of the elements in which two versions differ, in the order of the elements."""
    old, new = before.to_json(), after.to_json()
    return tuple(name for name in new if old[name] != new[name])
