"""An entry as rows of the template: one a data item, the entry's own cells beside the first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from jutong.supply.catalogue.values import Content, DataItem, Grade, Identifier
from jutong.supply.interchange.domain import cells
from jutong.supply.interchange.domain.template import (
    EXTENDED_PREFIX,
    FLAT_LEAVES,
    ITEM_KEYS,
    ITEM_LEAVES,
    LEAVES,
    MORE_LEAVES,
)

Row = list[str]


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of one entry: its text, its provider's name, and what the platform issued."""

    content: Content
    provider: str
    code: str = ""
    published_on: date | None = None


def entry_cells(entry: Written) -> dict[str, str]:
    """The entry's own cells of Appendix 2, by key."""
    content = entry.content
    condition = cells.Condition(
        content.use_purposes, content.sharing_condition, content.sharing_scope, content.legal_bases
    )
    return {
        "classification": content.classification,
        "title": content.title,
        "code": entry.code,
        "provider": cells.write_provider(entry.provider, content.provider_office),
        "provider_uscc": content.provider_uscc,
        "summary": content.summary,
        "formats": cells.write_formats(content.formats),
        "sharing_type": str(content.sharing_type.value) if content.sharing_type else "",
        "sharing_condition": cells.write_condition(condition),
        "sharing_methods": cells.write_methods(cells.Methods(content.sharing_methods, content.sharing_method_note)),
        "open": cells.write_flag(content.open),
        "open_condition": content.open_condition,
        "update_cycle": cells.word_of(content.update_cycle) if content.update_cycle else "",
        "published_on": entry.published_on.isoformat() if entry.published_on else "",
        "related_codes": cells.write_list(content.related_codes),
    }


def item_cells(item: DataItem) -> dict[str, str]:
    """The two cells of Appendix 2 that describe a data item."""
    return {"item_title": item.title, "data_type": item.data_type}


def rows_of(entry: Written) -> Iterator[Row]:
    """The rows of one entry on the template's sheet; cells of the entry are filled on the first only."""
    own = entry_cells(entry)
    first = [own.get(leaf.key, "") for leaf in LEAVES]
    if not entry.content.items:
        yield first
    for number, item in enumerate(entry.content.items):
        parts = item_cells(item)
        row = list(first) if number == 0 else [""] * len(LEAVES)
        for place, leaf in enumerate(LEAVES):
            if leaf.key in ITEM_KEYS:
                row[place] = parts[leaf.key]
        yield row


def more_cells(entry: Written) -> dict[str, str]:
    """What the platform keeps of an entry beyond Appendix 2."""
    content = entry.content
    return {
        "code": entry.code,
        "title": content.title,
        "level": cells.word_of(content.level),
        "secrecy": cells.word_of(content.secrecy),
        "controlled_parameters": cells.write_parameters(content.controlled_parameters),
    }


def more_row(entry: Written, extended: tuple[str, ...]) -> Row:
    """The entry's row on the sheet with more: the fixed columns, then the extended elements of these names."""
    own = more_cells(entry)
    values: Mapping[str, str] = entry.content.extended
    return [own[leaf.key] for leaf in MORE_LEAVES] + [values.get(name, "") for name in extended]


def more_heads(extended: tuple[str, ...]) -> Row:
    return [leaf.title for leaf in MORE_LEAVES] + [EXTENDED_PREFIX + name for name in extended]


def more_item_cells(item: DataItem) -> dict[str, str]:
    """What the platform keeps of a data item beyond Appendix 2."""
    return {
        "item_title": item.title,
        "column_name": item.column_name,
        "key": cells.write_flag(item.key),
        "nullable": cells.write_flag(item.nullable),
        "sensitivity": str(item.sensitivity),
        "identifier": _identifier(item.identifier),
        "code_list": item.code_list,
        "basic": cells.write_flag(item.basic),
        "charset": item.charset,
        "note": item.note,
    }


def item_rows(entry: Written) -> Iterator[Row]:
    """The rows of an entry's data items on the sheet with more, in the order of the items."""
    for item in entry.content.items:
        own = {"code": entry.code, "title": entry.content.title, **more_item_cells(item)}
        yield [own[leaf.key] for leaf in ITEM_LEAVES]


def flat_heads(extended: tuple[str, ...]) -> Row:
    """The heads of a table without sheets."""
    return [leaf.title for leaf in FLAT_LEAVES] + [EXTENDED_PREFIX + name for name in extended]


def flat_rows(entry: Written, extended: tuple[str, ...]) -> Iterator[Row]:
    """The rows of an entry in a table without sheets: the template's columns, then those beyond it."""
    blank_item = [""] * (len(ITEM_LEAVES) - 3)
    items = [row[3:] for row in item_rows(entry)] or [blank_item]
    beyond = more_row(entry, extended)[2:]
    for number, (row, item) in enumerate(zip(rows_of(entry), items, strict=True)):
        yield [*row, *item, *(beyond if number == 0 else [""] * len(beyond))]


def _identifier(kind: str) -> str:
    known = kind in set(Identifier)
    return cells.word_of(Identifier(kind)) if known and kind else kind


GUIDE: Final = (
    ("数据资源分类", "分类码：类 1 位、项 2 位、目 3 位、细目若干位；留空则归入本部门的目。"),
    ("数据资源代码", "新资源留空，由平台在审核通过后编发；更新已有资源填写其代码。"),
    ("数据资源提供方", "单位名称；细化到内设机构的，写成“单位/内设机构”。"),
    ("数据提供方代码", "本部门的统一社会信用代码，可留空。"),
    ("数据资源格式", "多种格式用顿号隔开；列表以外的格式写成“自描述格式：名称”。"),
    ("数据项名称、数据类型", "一项一行；从第二项起只填这两列。数据类型写成 C(200)、N(18,2)、D 等。"),
    ("共享类型", "1 无条件共享，2 有条件共享，3 不予共享。"),
    (
        "共享条件",
        "分行写：“使用要求：行政依据、工作参考”“共享条件：…”“共享范围：…”"
        "“依据：法律《中华人民共和国统计法》第二十五条”。",
    ),
    ("共享方式", "共享平台、邮件、拷盘、介质交换；不用共享平台的，另起一行写“说明：原因”。"),
    ("是否向社会开放", "1 是，0 否。"),
    ("更新周期", "实时、每日、每周、每月、每季度、每半年、每年、不定期、不更新。"),
    ("发布日期", "由平台记录，可留空；格式 2026-01-31。"),
    ("关联资源代码", "多个代码用顿号隔开。"),
    ("敏感级别", "、".join(str(grade.label) for grade in Grade)),
)
"""How the columns are filled in, on the last sheet of the template that is handed out."""
