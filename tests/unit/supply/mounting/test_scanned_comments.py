"""What a scan brings along from a department's database is looked at too, though nobody sent it."""

from datetime import UTC, datetime

import pytest

from jutong.supply.mounting.services.scans import _without_marks
from jutong.supply.mounting.values import ColumnFound, TableFound, TableRef

AT = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.source("Art. 12")
def test_a_comment_with_a_mark_is_left_out_and_the_table_stays():
    columns = (
        ColumnFound("a", "text", None, comment="密级：机密"),
        ColumnFound("b", "text", None, comment="不涉及国家秘密"),
    )
    table = TableFound(TableRef("s", "t"), "table", "机密★10年 防汛", 1, columns)

    kept = _without_marks(table, AT)

    assert (kept.comment, [column.comment for column in kept.columns]) == ("", ["", "不涉及国家秘密"])
    assert [column.name for column in kept.columns] == ["a", "b"]
