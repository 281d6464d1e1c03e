"""The arrows that import-linter cannot see: foreign keys, templates, addresses and migrations point downward too."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from jutong.config.rooms import ROOMS, label

SOURCE = Path(__file__).parents[3] / "src" / "jutong"
HEIGHT = {label(room): height for height, room in enumerate(ROOMS)}
URL_TAG = re.compile(r"""{%\s*url\s+["'](?P<room>\w+):""")
TEMPLATE_TAG = re.compile(r"""{%\s*(?:include|extends)\s+["'](?P<room>\w+)/""")


def folder_of(room: str) -> Path:
    return SOURCE.joinpath(*room.split(".")[1:])


def reaches_up(room: str, other: str) -> bool:
    return HEIGHT.get(other, -1) > HEIGHT[label(room)]


@pytest.mark.parametrize("room", ROOMS, ids=label)
def test_foreign_keys_point_downward(room):
    fields = [field for model in apps.get_app_config(label(room)).get_models() for field in model._meta.get_fields()]

    upward = [
        f"{field.model.__name__}.{field.name}"
        for field in fields
        if isinstance(field, ForeignKey) and reaches_up(room, field.related_model._meta.app_label)
    ]

    assert upward == []


@pytest.mark.parametrize("room", ROOMS, ids=label)
def test_migrations_depend_downward(room):
    upward = [
        f"{path.name}: {other}"
        for path in (folder_of(room) / "migrations").glob("0*.py")
        for other in migration_dependencies(path)
        if reaches_up(room, other)
    ]

    assert upward == []


@pytest.mark.parametrize("room", ROOMS, ids=label)
def test_templates_name_only_rooms_below(room):
    upward = [
        f"{path.name}: {found['room']}"
        for path in (folder_of(room) / "templates").rglob("*.html")
        for tag in (URL_TAG, TEMPLATE_TAG)
        for found in tag.finditer(path.read_text())
        if reaches_up(room, found["room"])
    ]

    assert upward == []


def test_a_reach_upward_would_be_seen():
    assert reaches_up("jutong.foundation.outbox", "portal")
    assert not reaches_up("jutong.portal", "outbox")
    assert [found["room"] for found in URL_TAG.finditer("{% url 'catalogue:search' %}")] == ["catalogue"]


def migration_dependencies(path: Path) -> list[str]:
    """The apps a migration file names in its `dependencies`, read without running it."""
    tree = ast.parse(path.read_text())
    lists = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "dependencies" for t in node.targets)
    ]
    return [
        element.elts[0].value
        for found in lists
        for element in getattr(found, "elts", [])
        if isinstance(element, ast.Tuple) and isinstance(element.elts[0], ast.Constant)
    ]
