"""The words of terminal and log in the operator's language: Chinese source texts, English from the catalogues.

Pages are translated by Django for their reader; this is for processes that have no reader but the operator.
"""

import gettext
import os
from functools import lru_cache
from pathlib import Path

from jutong.config.environment import EnvironmentInvalid, environment, guessed_language

_SOURCE = Path(__file__).resolve().parent.parent
_CATALOGUES = ("config", "demo", "kernel", "base", "foundation/operations")


def say(message: str, **details: object) -> str:
    """A source text in the operator's language, its `{fields}` filled in."""
    text = translate(message)
    return text.format(**details) if details else text


def translate(message: str) -> str:
    """A source text in the operator's language; the source text itself where no translation is compiled."""
    return _catalogue().gettext(message) if message else message


@lru_cache(maxsize=1)
def _catalogue() -> gettext.NullTranslations:
    try:
        language = environment().language
    except EnvironmentInvalid:
        # These words may be about to say just that.
        language = guessed_language(os.environ)
    found = gettext.NullTranslations()
    if language == "en":
        for place in _CATALOGUES:
            compiled = gettext.translation("django", _SOURCE / place / "locale", languages=["en"], fallback=True)
            compiled.add_fallback(found)
            found = compiled
    return found
