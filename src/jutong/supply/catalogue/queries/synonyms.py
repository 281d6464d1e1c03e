"""Words that count as one another (同义词): from the rule pack."""

from collections.abc import Mapping, Sequence


def synonyms() -> Mapping[str, Sequence[str]]:
    """The other forms of each folded word."""
    return {}
