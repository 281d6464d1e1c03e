"""Quality rules (质量规则), one a file. A new rule is a file with `RULE` in it; nothing else has to know.

A rule says which data items it judges and gives two SQL conditions over a row: whether the element is evaluated, and
whether it is good. Conditions are composed from identifiers and bound literals, never from text.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from psycopg import sql

from jutong.oversight.quality.values import Dimension
from jutong.supply.catalogue.values import DataItem

CodeLists = Mapping[str, tuple[str, ...]]
"""Codes of the code lists that items name, by the name of the list."""


@dataclass(frozen=True, slots=True)
class Check:
    """The two conditions of a rule over one column."""

    evaluated: sql.Composable
    good: sql.Composable


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared rule: its dimension, a name for programs, a title for people, and how it checks a data item.

    `check` returns nothing for an item it does not judge.
    """

    dimension: Dimension
    name: str
    title: str
    check: Callable[[DataItem, sql.Identifier, CodeLists], Check | None]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of this folder, in the order of their names."""
    found = pkgutil.walk_packages(__path__, f"{__name__}.")
    modules = [import_module(module.name) for module in found if not module.ispkg]
    return tuple(sorted((module.RULE for module in modules), key=lambda rule: rule.name))
