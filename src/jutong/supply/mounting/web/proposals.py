"""The table of proposed data items, as the pages of tables and files show it."""

from typing import Any

from django.utils.translation import gettext as _

from jutong.supply.mounting.values import DraftProposal
from jutong.ui.components import Badge, Column, Tone


def item_columns() -> list[Column]:
    return [
        Column("title", _("数据项名称")),
        Column("column_name", _("字段名"), "code"),
        Column("data_type", _("数据类型")),
        Column("key", _("主键")),
        Column("sensitivity", _("敏感级别"), "badge"),
        Column("reason", _("识别依据")),
    ]


def item_rows(proposal: DraftProposal) -> list[dict[str, Any]]:
    return [
        {
            "title": item.title,
            "column_name": item.column_name,
            "data_type": item.data_type,
            "key": _("是") if item.key else "",
            "sensitivity": Badge(
                _("{grade} 级").format(grade=item.sensitivity),
                Tone.ATTENTION if item.sensitivity >= 3 else Tone.NEUTRAL,
            ),
            "reason": _(item.reason) if item.reason else "",
        }
        for item in proposal.items
    ]
