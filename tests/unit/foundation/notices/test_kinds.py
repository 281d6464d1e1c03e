"""Kinds of notices: what is sent has a name that may be said outside."""

import ast
from pathlib import Path

from jutong.foundation.notices.domain import kinds

SOURCE = Path(kinds.__file__).resolve().parents[3]


def sent_kinds():
    """The kinds that the source hands to `notify`, as far as they are written out."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "notify":
                yield from (
                    keyword.value.value
                    for keyword in node.keywords
                    if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
                )


def test_every_kind_that_is_sent_has_a_name_of_its_own():
    sent, declared = set(sent_kinds()), {kind.kind for kind in kinds.known()}

    assert len(sent) >= 6
    assert sent - declared == set()
