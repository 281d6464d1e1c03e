"""When statements settle whose data it is."""

import pytest

from jutong.supply.duplicates.domain.negotiating import Agreement, read_statements


@pytest.mark.source("G6.2.6")
@pytest.mark.parametrize(
    ("stated", "agreement", "source"),
    [
        ({"a": True, "b": False}, Agreement.AGREED, "a"),
        ({"a": True, "b": True}, Agreement.DISPUTED, ""),
        ({"a": False, "b": False}, Agreement.DISPUTED, ""),
        ({"a": True, "b": None}, Agreement.PENDING, ""),
    ],
    ids=["one", "both", "none", "one is silent"],
)
def test_only_the_word_of_all_settles_it(stated, agreement, source):
    reading = read_statements(stated)

    assert (reading.agreement, reading.source) == (agreement, source)
