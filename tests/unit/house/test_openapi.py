"""The description of the API is one text: no two rooms may give one name to different things."""

import inspect
from collections import Counter, defaultdict
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

from ninja import Schema

from jutong.config.rooms import with_module


def faces():
    """Every module of every room's REST face, be it a file or a folder."""
    for room in with_module("rest"):
        face = import_module(f"{room}.rest")
        yield face
        for part in iter_modules(getattr(face, "__path__", ())):
            yield import_module(f"{face.__name__}.{part.name}")


def schemas():
    """The schemas that REST faces declare themselves."""
    return [
        value
        for module in faces()
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Schema) and value.__module__ == module.__name__
    ]


def test_no_two_rooms_name_a_schema_alike():
    counted = Counter(schema.__name__ for schema in schemas())

    assert len(counted) > 200
    assert [name for name, times in counted.items() if times > 1] == []


def enumerations_in(annotation):
    """The enumerations that a field's type names, at any depth."""
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        yield annotation
    for part in get_args(annotation):
        yield from enumerations_in(part)


def test_no_two_rooms_name_an_enumeration_alike():
    meant = defaultdict(set)
    for schema in schemas():
        for field in schema.model_fields.values():
            for enumeration in enumerations_in(field.annotation):
                meant[enumeration.__name__].add(enumeration)

    assert len(meant) > 20
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_every_operation_has_a_summary_and_documents_its_refusals():
    from jutong.config.api import api

    operations = [
        (f"{method} {path}", operation)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
    ]

    assert len(operations) > 100
    assert [name for name, operation in operations if not operation.get("summary")] == []
    assert [name for name, operation in operations if not {"401", "422"} <= set(map(str, operation["responses"]))] == []
