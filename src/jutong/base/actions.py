"""Every action that the rooms declare: for the list of what a post may do, and for tests that miss none."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from jutong.kernel.policy import Action


def declared_actions() -> dict[str, Action]:
    """The actions of all rooms by name, from the `policy` module of each.

    Raises ValueError: two actions bear one name.
    """
    found: dict[str, Action] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("jutong.") and find_spec(f"{config.name}.policy"):
            for action in actions_in(f"{config.name}.policy"):
                if found.setdefault(action.name, action) is not action:
                    raise ValueError(f"two actions are named {action.name}")
    return dict(sorted(found.items()))


def flag_titles() -> dict[tuple[str, str], str]:
    """What each condition means in words, by room and flag, from `FLAG_TITLES` in the `policy` module of each room."""
    found: dict[tuple[str, str], str] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("jutong.") and find_spec(f"{config.name}.policy"):
            titles = getattr(import_module(f"{config.name}.policy"), "FLAG_TITLES", {})
            found |= {(config.label, flag): title for flag, title in titles.items()}
    return found


def actions_in(module: str) -> list[Action]:
    """The actions a policy module declares, in the order of its text."""
    return [value for value in vars(import_module(module)).values() if isinstance(value, Action)]
