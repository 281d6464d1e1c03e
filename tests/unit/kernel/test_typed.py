"""What was typed is kept whole, or refused."""

import pytest

from jutong.kernel.typed import TextTooLong, fitting


def test_blanks_around_a_text_do_not_count():
    assert fitting("  常住人口 ", 4, field="title") == "常住人口"


def test_one_character_too_many_is_refused_with_the_limit_and_the_field():
    with pytest.raises(TextTooLong, match="最多 4 字") as refused:
        fitting("常住人口表", 4, field="title")

    assert refused.value.field == "title"
