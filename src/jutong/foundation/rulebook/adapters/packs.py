"""Reads the rule packs that come with the platform."""

from collections.abc import Hashable
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from jutong.foundation.rulebook.domain import Rulebook, pack_from


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which a key that stands twice is an error; the plain loader lets the second win in silence.

    The parser in C, where there is one: each process reads the packs at its first question.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def read_pack(text: str) -> Any:
    """The data of a pack's text."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """All packs of this platform, read once: they are files of the release and do not change while it runs."""
    return read_rulebook()


def read_rulebook() -> Rulebook:
    """All packs of the package folder. Raises ValueError where one is malformed: the platform does not start."""
    folder = files("jutong.foundation.rulebook") / "packs"
    texts = sorted(path.name for path in folder.iterdir() if path.name.endswith(".yaml"))
    return Rulebook(tuple(pack_from(read_pack((folder / name).read_text("utf-8"))) for name in texts))
