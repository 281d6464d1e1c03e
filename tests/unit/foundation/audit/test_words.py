"""Names of audited actions, and of what was noted with them, in words."""

import ast
import re
from pathlib import Path

import jutong
from jutong.foundation.audit import words

RECORDED = re.compile(r'action="([a-z_]+\.[a-z_]+\.[a-z_]+)"')


def test_an_action_is_told_object_first():
    assert words.action_words("sharing.grant.given") == "授权 · 给予"


def test_what_is_not_known_is_shown_as_it_was_written():
    assert words.action_words("sharing.parcel.given") == "parcel · 给予"
    assert words.action_words("sharing.grant.sung") == "授权 · sung"
    assert words.action_words("odd") == "odd"


def test_every_action_that_a_room_records_by_name_has_words():
    sources = Path(jutong.__file__).parent.rglob("*.py")
    recorded = {name for source in sources for name in RECORDED.findall(source.read_text("utf-8"))}

    bare = {name for name in recorded if re.search("[a-z]", words.action_words(name))}

    assert len(recorded) > 20
    assert bare == set()


def details_in(source: str) -> set[str]:
    """Names of details that a source gives to the log: keys of `details={…}`, and keywords of its `_record(…)`."""
    found = set()
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        recorder = ast.unparse(call.func) == "_record"
        given = [each.value for each in call.keywords if each.arg == "details"] + (call.args if recorder else [])
        found |= {each.arg for each in call.keywords if recorder and each.arg}
        tables = [node for part in given for node in ast.walk(part) if isinstance(node, ast.Dict)]
        found |= {key.value for table in tables for key in table.keys if isinstance(key, ast.Constant)}
    return found - {"at", "by", "details", "row"}


def test_every_detail_that_a_room_notes_has_words():
    sources = [path.read_text("utf-8") for path in Path(jutong.__file__).parent.rglob("*.py")]
    noted = set().union(*(details_in(source) for source in sources if "foundation.audit" in source))

    bare = {name for name in noted if words.detail_words(name) == name}

    assert len(noted) > 50
    assert bare == set()


def test_values_are_read_without_brackets():
    assert words.value_words({"from": ["a", "b"], "full": True, "reason": ""}) == "原值：a、b；是否全量：是；原因：—"
    assert words.value_words(0) == "0"
