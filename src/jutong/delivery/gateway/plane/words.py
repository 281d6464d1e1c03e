"""The words of a refusal, in the language the caller prefers (Chinese unless English is asked for)."""

import gettext
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import structlog

from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.values.refusals import REFUSALS

log = structlog.get_logger(__name__)

_LOCALE = Path(__file__).resolve().parent.parent / "locale"

Translate = Callable[[str], str]


@lru_cache(maxsize=1)
def _english() -> Translate:
    try:
        return gettext.translation("django", _LOCALE, ["en"]).gettext
    except FileNotFoundError:
        log.warning("gateway.no_english_words", remedy="tools/messages.py compile")
        return str


@lru_cache(maxsize=256)
def prefers_english(accept_language: bytes) -> bool:
    """Does English stand before Chinese in an Accept-Language header?"""
    best: dict[str, float] = {}
    for part in accept_language.decode("latin-1").lower().split(","):
        language, _, parameters = part.strip().partition(";")
        primary = language.strip().partition("-")[0]
        best[primary] = max(best.get(primary, 0.0), _weight(parameters))
    return best.get("en", 0.0) > best.get("zh", 0.0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def refusal_body(refused: Refused, call_no: str, accept_language: bytes) -> bytes:
    """The JSON of a refusal: `code`, `message`, `call`, and `field` where one is at fault."""
    words = REFUSALS[refused.code].words
    if prefers_english(accept_language):
        words = _english()(words)
    members = {"code": refused.code, "message": words.format(field=refused.field), "call": call_no}
    if refused.field:
        members["field"] = refused.field
    return json.dumps(members, ensure_ascii=False).encode()
