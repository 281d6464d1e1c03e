"""The word list of a day out of the rule packs, compiled once."""

from datetime import date
from functools import lru_cache

from jutong.foundation.rulebook import api as rulebook
from jutong.foundation.secrecy.domain.marks import Detector
from jutong.foundation.secrecy.values import MarkRules


@lru_cache(maxsize=2)
def detector(on: date) -> Detector:
    """The detector of a day. Packs are files of the release and do not change while the platform runs."""
    return Detector(rules_of(on))


def rules_of(on: date) -> MarkRules:
    """The rules in force on a day.

    Raises RuleNotInForce.
    """
    signs = rulebook.code_list("secrecy_sign", on=on)
    weights = rulebook.parameter("secrecy.weights", on=on)
    return MarkRules(
        version=weights.pack,
        threshold=rulebook.parameter("secrecy.threshold", on=on).whole(),
        weights={name: int(weight) for name, weight in weights.by_name().items()},
        families={entry.code: entry.parent for entry in signs.entries},
        grades=tuple(entry.name for entry in rulebook.code_list("secrecy_grade", on=on).entries),
        words=_words("secrecy_word", on),
        innocent=_words("secrecy_innocent", on),
    )


def sign_name(sign: str, on: date) -> str:
    """What a kind of mark is called."""
    return rulebook.code_list("secrecy_sign", on=on).name_of(sign)


def release_days(on: date) -> int:
    """How long a release holds."""
    return rulebook.parameter("secrecy.release_days", on=on).whole()


def _words(name: str, on: date) -> dict[str, tuple[str, ...]]:
    return {entry.code: (entry.name, *entry.aliases) for entry in rulebook.code_list(name, on=on).entries}
