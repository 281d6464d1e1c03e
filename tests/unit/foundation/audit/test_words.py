"""Names of audited actions in words."""

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
