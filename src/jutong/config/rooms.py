"""The rooms of the house, lowest first: Django loads them, mounts their faces and migrates them in this order."""

from importlib.util import find_spec

ALL_ROOMS = (
    "jutong.foundation.outbox",
    "jutong.foundation.audit",
    "jutong.foundation.files",
    "jutong.foundation.operations",
    "jutong.foundation.documents",
    "jutong.foundation.rulebook",
    "jutong.foundation.notices",
    "jutong.foundation.secrecy",
    "jutong.foundation.procedures",
    "jutong.registry.organisations",
    "jutong.registry.accounts",
    "jutong.supply.catalogue",
    "jutong.supply.readers",
    "jutong.supply.interchange",
    "jutong.supply.harvest",
    "jutong.supply.lists",
    "jutong.supply.rounds",
    "jutong.supply.mounting",
    "jutong.supply.nodes",
    "jutong.supply.duplicates",
    "jutong.supply.exchange",
    "jutong.delivery.sharing",
    "jutong.delivery.gateway",
    "jutong.oversight.quality",
    "jutong.assessment.overview",
    "jutong.portal",
)

# While the house is being built, rooms without an app are passed over.
ROOMS = tuple(room for room in ALL_ROOMS if find_spec(f"{room}.apps"))


def label(room: str) -> str:
    """The short name of a room, used in addresses and as Django app label."""
    return room.rpartition(".")[2]


def with_module(name: str) -> list[str]:
    """The rooms that have a module of this name, such as `rest` or `web.urls`."""
    found = []
    for room in ROOMS:
        parent = f"{room}.{name}".rpartition(".")[0]
        if find_spec(parent) and find_spec(f"{room}.{name}"):
            found.append(room)
    return found
