"""How notices are put into words."""

from collections.abc import Callable, Mapping
from typing import Any


def in_words(text: str, parameters: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """A source text in the reader's language with its parameters filled in.

    Parameters that a changed translation or an old notice lacks stay visible as their names: a notice with a gap is
    better than none.
    """
    if not text:
        return ""
    words = translate(text)
    return words.format_map(_Filled(parameters, translate)) if parameters else words


class _Filled(dict[str, Any]):
    def __init__(self, parameters: Mapping[str, Any], translate: Callable[[str], str]):
        # Names of procedures and steps are source texts themselves; data stays as it is, having no translation.
        super().__init__({name: translate(str(value)) if value else "" for name, value in parameters.items()})

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def is_own_link(link: str) -> bool:
    """Notices lead to places on this platform and nowhere else."""
    return not link or (link.startswith("/") and not link.startswith("//") and "\\" not in link)
