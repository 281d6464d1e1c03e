"""The child that reads a page of DCAT; this side trusts only the line it sends."""

import json
import subprocess
import sys
from typing import Any, Final

from jutong.supply.harvest.domain import errors
from jutong.supply.harvest.domain.errors import AnswerOverLimits, FeedFault
from jutong.supply.harvest.domain.pages import Met, Page

SECONDS: Final = 120
ANSWER_LIMIT_BYTES: Final = 256 * 1024 * 1024


def read_page(content: bytes, *, media_type: str, address: str, position: int) -> Page:
    """The page as the child read it.

    Raises a FeedFault: the one the child names, or AnswerOverLimits when it died on its limits or took too long.
    """
    order = json.dumps({"media_type": media_type, "address": address, "position": position})
    child = subprocess.Popen(  # noqa: S603
        # Isolated: no packages of the user, no current folder; and no environment, so that nothing can leak.
        [sys.executable, "-I", "-X", "utf8", "-m", "jutong.supply.harvest.reader", order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    try:
        line, _ = child.communicate(content, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise AnswerOverLimits from None
    finally:
        child.kill()
        child.communicate()
    if child.returncode != 0 or not line.endswith(b"\n") or len(line) > ANSWER_LIMIT_BYTES:
        raise AnswerOverLimits
    answer = json.loads(line)
    if "error" in answer:
        raise _refusal(answer)
    return Page(tuple(Met.from_json(each) for each in answer["met"]), answer["next"], answer["claimed"])


def _refusal(answer: dict[str, Any]) -> FeedFault:
    kind = getattr(errors, answer["error"], None)
    if not isinstance(kind, type) or not issubclass(kind, FeedFault):
        return AnswerOverLimits()
    refusal: FeedFault = kind(**answer["details"])
    return refusal
