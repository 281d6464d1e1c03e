"""The template of Guide Appendix 2 (政务数据资源目录模板): two rows of heads, seventeen leaf columns.

What the platform keeps beyond the template (column names, sensitivity, extended elements) stands on two sheets of its
own beside it, so that the first sheet is the template and nothing else.
"""

from dataclasses import dataclass
from typing import Final

ENTRY_SHEET: Final = "政务数据资源目录"
MORE_SHEET: Final = "资源补充信息"
ITEM_SHEET: Final = "数据项补充信息"
FAULT_SHEET: Final = "错误清单"
EXTENDED_PREFIX: Final = "扩展："


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf column: its key, its head, the head above it, how wide it is drawn, and other heads it is known by."""

    key: str
    title: str
    group: str = ""
    width: int = 16
    also: tuple[str, ...] = ()


LEAVES: Final = (
    Leaf("classification", "数据资源分类", also=("信息资源分类",)),
    Leaf("title", "数据资源名称", width=30, also=("信息资源名称",)),
    Leaf("code", "数据资源代码", also=("信息资源代码",)),
    Leaf("provider", "数据资源提供方", width=28, also=("信息资源提供方",)),
    Leaf("provider_uscc", "数据提供方代码", width=22, also=("数据资源提供方代码", "信息资源提供方代码")),
    Leaf("summary", "数据资源摘要", width=40, also=("信息资源摘要",)),
    Leaf("formats", "数据资源格式", also=("信息资源格式",)),
    Leaf("item_title", "数据项名称", "数据项信息", 22, also=("信息项名称",)),
    Leaf("data_type", "数据类型", "数据项信息", 12),
    Leaf("sharing_type", "共享类型", "共享属性", 10),
    Leaf("sharing_condition", "共享条件", "共享属性", 40),
    Leaf("sharing_methods", "共享方式", "共享属性", 14),
    Leaf("open", "是否向社会开放", "开放属性", 10),
    Leaf("open_condition", "开放条件", "开放属性", 24),
    Leaf("update_cycle", "更新周期", width=10),
    Leaf("published_on", "发布日期", width=12),
    Leaf("related_codes", "关联资源代码", width=18, also=("管理资源代码",)),
)
"""The columns in the order of Appendix 2. Its text names element 13 管理资源代码 once, which is taken too."""

ITEM_KEYS: Final = frozenset({"item_title", "data_type"})
POSITION: Final = {leaf.key: place for place, leaf in enumerate(LEAVES)}

MORE_LEAVES: Final = (
    Leaf("code", "数据资源代码"),
    Leaf("title", "数据资源名称", width=30),
    Leaf("level", "层级属性", width=10),
    Leaf("secrecy", "涉密属性", width=10),
    Leaf("controlled_parameters", "管控参数", width=24),
)
ITEM_LEAVES: Final = (
    Leaf("code", "数据资源代码"),
    Leaf("title", "数据资源名称", width=30),
    Leaf("item_title", "数据项名称", width=22),
    Leaf("column_name", "字段名", width=20),
    Leaf("key", "是否主键", width=10),
    Leaf("nullable", "可否为空", width=10),
    Leaf("sensitivity", "敏感级别", width=10),
    Leaf("identifier", "标识类型", width=16),
    Leaf("code_list", "代码表", width=16),
    Leaf("basic", "是否基础数据项", width=10),
    Leaf("charset", "字符集", width=10),
    Leaf("note", "说明", width=30),
)
MORE_POSITION: Final = {leaf.key: place for place, leaf in enumerate(MORE_LEAVES)}
ITEM_POSITION: Final = {leaf.key: place for place, leaf in enumerate(ITEM_LEAVES)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the three kinds of columns stand: on sheets of their own, or behind each other in the rows of one table.

    A shift is added to a column's place on its own sheet.
    """

    entry_sheet: str = ENTRY_SHEET
    more_sheet: str = MORE_SHEET
    item_sheet: str = ITEM_SHEET
    more_shift: int = 0
    item_shift: int = 0

    @property
    def flat(self) -> bool:
        return bool(self.item_shift)


SHEETS: Final = Layout()
_ITEM_OWN: Final = ITEM_LEAVES[3:]
_MORE_OWN: Final = MORE_LEAVES[2:]
FLAT_LEAVES: Final = (*LEAVES, *_ITEM_OWN, *_MORE_OWN)
FLAT: Final = Layout("", "", "", len(LEAVES) + len(_ITEM_OWN) - 2, len(LEAVES) - 3)
"""A table without sheets (CSV): the template's columns, then those of items, those of entries, the extended ones."""


def column_name(place: int) -> str:
    """The letters of a column counted from 0: A, Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, place: int) -> str:
    """The address of a cell (单元格地址) by its row from 1 and its column from 0: `E5`."""
    return f"{column_name(place)}{row}"
