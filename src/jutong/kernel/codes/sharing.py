"""Word lists of the Guide that describe how a resource is shared, opened, kept fresh and stored."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from jutong.kernel.text import N_


class ShareType(IntEnum):
    """Sharing type (共享类型). The numbers are those of Guide 5.1.3 and App. 1, 9.1."""

    UNCONDITIONAL = 1  # 无条件共享
    CONDITIONAL = 2  # 有条件共享
    NOT_SHARED = 3  # 不予共享

    @property
    def label(self) -> str:
        return _SHARE_TITLES[self]


_SHARE_TITLES: Final = {
    ShareType.UNCONDITIONAL: N_("无条件共享"),
    ShareType.CONDITIONAL: N_("有条件共享"),
    ShareType.NOT_SHARED: N_("不予共享"),
}


class OpenFlag(IntEnum):
    """Whether a resource is open to society (是否向社会开放). Guide App. 1, 10.1: 1 yes, 0 no."""

    CLOSED = 0  # 否
    OPEN = 1  # 是

    @property
    def label(self) -> str:
        return N_("向社会开放") if self else N_("不向社会开放")


class UsePurpose(StrEnum):
    """What shared data is used for (使用要求). Guide 5.2(9), App. 1, 9.2; types 1 and 2 must state it."""

    ADMINISTRATIVE_BASIS = "administrative_basis"  # 行政依据
    WORK_REFERENCE = "work_reference"  # 工作参考
    DATA_CHECK = "data_check"  # 数据校核
    COLLABORATION = "collaboration"  # 业务协同

    @property
    def label(self) -> str:
        return _PURPOSE_TITLES[self]


_PURPOSE_TITLES: Final = {
    UsePurpose.ADMINISTRATIVE_BASIS: N_("行政依据"),
    UsePurpose.WORK_REFERENCE: N_("工作参考"),
    UsePurpose.DATA_CHECK: N_("数据校核"),
    UsePurpose.COLLABORATION: N_("业务协同"),
}


class ShareMethod(StrEnum):
    """How shared data is obtained (共享方式). Guide 5.2(9): by the platform in principle, else by the others."""

    PLATFORM = "platform"  # 共享平台
    MAIL = "mail"  # 邮件
    DISK = "disk"  # 拷盘
    MEDIUM = "medium"  # 介质交换

    @property
    def label(self) -> str:
        return _METHOD_TITLES[self]


_METHOD_TITLES: Final = {
    ShareMethod.PLATFORM: N_("共享平台"),
    ShareMethod.MAIL: N_("邮件"),
    ShareMethod.DISK: N_("拷盘"),
    ShareMethod.MEDIUM: N_("介质交换"),
}


class UpdateCycle(IntEnum):
    """Update cycle (更新周期). Guide App. 1, 11 names 实时、每日、每周、每月、每季度、每年 and says "等"; the
    numbers and 每半年、不定期、不更新 are those of a provincial platform."""

    REALTIME = 1  # 实时
    DAILY = 2  # 每日
    WEEKLY = 3  # 每周
    MONTHLY = 4  # 每月
    QUARTERLY = 5  # 每季度
    HALF_YEARLY = 6  # 每半年
    YEARLY = 7  # 每年
    IRREGULAR = 8  # 不定期
    NEVER = 9  # 不更新

    @property
    def label(self) -> str:
        return _CYCLE_TITLES[self]

    @property
    def period_days(self) -> int | None:
        """The longest this cycle lasts, in days: a month counts 31. None: data of this cycle is never late."""
        return _CYCLE_DAYS[self]

    @property
    def can_be_late(self) -> bool:
        return self.period_days is not None


_CYCLE_TITLES: Final = {
    UpdateCycle.REALTIME: N_("实时"),
    UpdateCycle.DAILY: N_("每日"),
    UpdateCycle.WEEKLY: N_("每周"),
    UpdateCycle.MONTHLY: N_("每月"),
    UpdateCycle.QUARTERLY: N_("每季度"),
    UpdateCycle.HALF_YEARLY: N_("每半年"),
    UpdateCycle.YEARLY: N_("每年"),
    UpdateCycle.IRREGULAR: N_("不定期"),
    UpdateCycle.NEVER: N_("不更新"),
}

_CYCLE_DAYS: Final[dict[UpdateCycle, int | None]] = {
    # Real-time data has no period of its own; what delay it may have is the grace of the rule pack.
    UpdateCycle.REALTIME: 0,
    UpdateCycle.DAILY: 1,
    UpdateCycle.WEEKLY: 7,
    UpdateCycle.MONTHLY: 31,
    UpdateCycle.QUARTERLY: 92,
    UpdateCycle.HALF_YEARLY: 184,
    UpdateCycle.YEARLY: 366,
    UpdateCycle.IRREGULAR: None,
    UpdateCycle.NEVER: None,
}


class FormatGroup(StrEnum):
    """The six groups of storage formats (资源格式). Guide App. 1, 7."""

    DOCUMENT = "document"  # 电子文件
    SPREADSHEET = "spreadsheet"  # 电子表格
    DATABASE = "database"  # 数据库
    IMAGE = "image"  # 图形图像
    STREAM = "stream"  # 流媒体
    SELF_DESCRIBED = "self_described"  # 自描述格式

    @property
    def label(self) -> str:
        return _GROUP_TITLES[self]

    @property
    def has_items(self) -> bool:
        """Are data items described for such resources (8.1: 数据库、电子表格类等)?"""
        return self in (FormatGroup.SPREADSHEET, FormatGroup.DATABASE)


_GROUP_TITLES: Final = {
    FormatGroup.DOCUMENT: N_("电子文件"),
    FormatGroup.SPREADSHEET: N_("电子表格"),
    FormatGroup.DATABASE: N_("数据库"),
    FormatGroup.IMAGE: N_("图形图像"),
    FormatGroup.STREAM: N_("流媒体"),
    FormatGroup.SELF_DESCRIBED: N_("自描述格式"),
}

GUIDE_FORMATS: Final[dict[FormatGroup, tuple[str, ...]]] = {
    FormatGroup.DOCUMENT: ("OFD", "wps", "xml", "txt", "doc", "docx", "html", "pdf", "ppt"),
    FormatGroup.SPREADSHEET: ("et", "xls", "xlsx"),
    FormatGroup.DATABASE: (
        "Dm",
        "KingbaseES",
        "access",
        "dbf",
        "dbase",
        "sybase",
        "oracle",
        "sql server",
        "db2",
    ),
    FormatGroup.IMAGE: ("jpg", "gif", "bmp"),
    FormatGroup.STREAM: ("swf", "rm", "mpg"),
    FormatGroup.SELF_DESCRIBED: (),
}
"""The formats the Guide itself names ("包括但不限于"); the rule pack's list adds those met in practice."""


@dataclass(frozen=True, slots=True)
class ResourceFormat:
    """One storage format (资源格式) of a resource: its group and its name as the provider writes it."""

    group: FormatGroup
    name: str

    def __str__(self) -> str:
        return self.name


_BY_NAME: Final = {
    name.casefold(): ResourceFormat(group, name) for group, names in GUIDE_FORMATS.items() for name in names
}


def find_format(name: str) -> ResourceFormat | None:
    """The Guide's format of that name in any letter case, or nothing."""
    return _BY_NAME.get(name.strip().casefold())
