"""Two versions side by side in words: which element or item was added, changed, removed."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from jutong.kernel.codes.sharing import ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.kernel.text import N_
from jutong.supply.catalogue import domain
from jutong.supply.catalogue.domain import DifferenceKind
from jutong.supply.catalogue.values import BasisKind, Grade, Identifier, Level, Secrecy
from jutong.supply.catalogue.web.words import element_title
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words

KIND_TONES = {
    DifferenceKind.ADDED: Tone.GOOD,
    DifferenceKind.CHANGED: Tone.ATTENTION,
    DifferenceKind.REMOVED: Tone.BAD,
}

DETAILS = {
    "title": N_("数据项名称"),
    "column_name": N_("字段名"),
    "data_type": N_("数据类型"),
    "key": N_("主键"),
    "nullable": N_("可为空"),
    "sensitivity": N_("敏感级别"),
    "identifier": N_("标识"),
    "code_list": N_("代码集或值域"),
    "basic": N_("基础数据项"),
    "charset": N_("字符集"),
    "note": N_("说明"),
    "sharing_type": N_("共享类型"),
    "order": N_("数据项顺序"),
}

_KINDS: dict[str, Any] = {
    "sharing_type": ShareType,
    "update_cycle": UpdateCycle,
    "level": Level,
    "secrecy": Secrecy,
    "sensitivity": Grade,
    "identifier": Identifier,
    "kind": BasisKind,
}
_LISTED: dict[str, Any] = {"use_purposes": UsePurpose, "sharing_methods": ShareMethod}


def difference_columns() -> list[Column]:
    """The columns of a table of differences."""
    return [
        Column("element", _("元数据")),
        Column("part", _("数据项或内容")),
        Column("kind", _("变化"), "badge"),
        Column("before", _("变化前")),
        Column("after", _("变化后")),
    ]


def difference_rows(found: Iterable[domain.Difference]) -> list[dict[str, Any]]:
    """Differences as rows of a table."""
    return [
        {
            "element": element_title(each.element),
            "part": " · ".join(filter(None, [each.part, _(DETAILS[each.detail]) if each.detail in DETAILS else ""])),
            "kind": Badge(_(each.kind.label), KIND_TONES[each.kind]),
            "before": words_of(each.detail or each.element, each.before),
            "after": words_of(each.detail or each.element, each.after),
        }
        for each in found
    ]


def words_of(name: str, value: Any) -> str:
    """A value of an element as a reader knows it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return _row_words(value)
    if isinstance(value, list):
        return listed_words(_label(_LISTED.get(name), each) for each in value) or "—"
    return _label(_KINDS.get(name), value)


def _label(kinds: Any, value: Any) -> str:
    if kinds is None or value not in {each.value for each in kinds}:
        return str(value)
    return _(kinds(value).label)


def _row_words(value: dict[str, Any]) -> str:
    """A data item or a legal basis in a few words."""
    if "column_name" in value:
        return f"{value['title']}（{value['column_name']}，{value['data_type']}）"
    term = f"{value.get('in_force_from') or ''}～{value.get('in_force_to') or ''}"
    parts = (words_of("kind", value.get("kind")), value.get("number"), term if term != "～" else "")
    return "，".join(str(part) for part in parts if part)
