"""Bodies, their names and offices, and divisions."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jutong.kernel.codes.region import RegionLevel
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class OrganisationKind(StrEnum):
    """What kind of body an organisation is (单位类型). One is the bureau and one the centre of Art. 22 and 17."""

    BUREAU = "bureau"  # 自治区大数据发展局
    CENTRE = "centre"  # 自治区信息中心
    DEPARTMENT = "department"  # 自治区部门
    OTHER_ORGAN = "other_organ"  # 党委、人大、政协、法院、检察院等机关
    CITY_GOVERNMENT = "city_government"  # 市人民政府
    CITY_DEPARTMENT = "city_department"  # 市、县部门
    INSTITUTION = "institution"  # 事业单位
    CENTRAL_ORGAN = "central_organ"  # 中央驻桂单位
    MASS_ORGANISATION = "mass_organisation"  # 群团组织
    ENTERPRISE = "enterprise"  # 公共服务企业

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    OrganisationKind.BUREAU: N_("自治区大数据发展局"),
    OrganisationKind.CENTRE: N_("自治区信息中心"),
    OrganisationKind.DEPARTMENT: N_("自治区部门"),
    OrganisationKind.OTHER_ORGAN: N_("其他机关"),
    OrganisationKind.CITY_GOVERNMENT: N_("市人民政府"),
    OrganisationKind.CITY_DEPARTMENT: N_("市县部门"),
    OrganisationKind.INSTITUTION: N_("事业单位"),
    OrganisationKind.CENTRAL_ORGAN: N_("中央驻桂单位"),
    OrganisationKind.MASS_ORGANISATION: N_("群团组织"),
    OrganisationKind.ENTERPRISE: N_("公共服务企业"),
}

SINGLE_KINDS = frozenset({OrganisationKind.BUREAU, OrganisationKind.CENTRE})
"""Kinds of which there is one on a platform."""


class OrganisationsError(JutongError):
    """Root of the register's errors."""

    message = N_("单位登记未能完成。")


class OrganisationUnknown(OrganisationsError):
    """No organisation has this credit code."""

    message = N_("没有统一社会信用代码为“{uscc}”的单位。")
    kind = ErrorKind.MISSING


class OrganisationExists(OrganisationsError):
    """The credit code is registered already."""

    message = N_("统一社会信用代码“{uscc}”已登记为“{name}”，无需重复登记。")
    kind = ErrorKind.CONFLICT


class SingleOrganisationExists(OrganisationsError):
    """The platform has its bureau or centre already."""

    message = N_("本平台已有“{name}”，同类单位只能登记一个。")
    kind = ErrorKind.CONFLICT


class RegionUnknown(OrganisationsError):
    """No division has this code."""

    message = N_("没有代码为“{code}”的行政区划。")
    kind = ErrorKind.MISSING


class NameMissing(OrganisationsError):
    """A name is empty."""

    message = N_("请填写名称。")


class NameUnchanged(OrganisationsError):
    """The new name is the one the organisation has."""

    message = N_("新名称与现名称“{name}”相同。")
    kind = ErrorKind.CONFLICT


class RenamedTooEarly(OrganisationsError):
    """The new name would begin on or before the day the present one did."""

    message = N_("现名称自 {since} 起使用，新名称的启用日期应晚于该日。")
    kind = ErrorKind.CONFLICT


class DatesCrossed(OrganisationsError):
    """A day of the seal or the code lies before the day it cannot precede."""

    message = N_("日期前后矛盾：公章启用不早于名称启用，代码证终止不早于启用。")


class OfficeExists(OrganisationsError):
    """The organisation has an office of this name."""

    message = N_("本单位已有内设机构“{name}”。")
    kind = ErrorKind.CONFLICT


class OfficeUnknown(OrganisationsError):
    """The organisation has no office of this number."""

    message = N_("本单位没有编号为 {office_no} 的内设机构。")
    kind = ErrorKind.MISSING


class SingleOrganisationMissing(OrganisationsError):
    """The register has no bureau or centre yet: the start data are not laid down."""

    message = N_("单位登记册中尚无“{kind}”，请先完成平台初始化。")
    kind = ErrorKind.UNAVAILABLE


class SlugTaken(OrganisationsError):
    """Another organisation bears this slug."""

    message = N_("简码“{slug}”已被其他单位使用，请另选一个。")
    kind = ErrorKind.CONFLICT


class SlugMalformed(OrganisationsError):
    """Not lower-case letters and digits."""

    message = N_("简码只能用小写字母和数字，以字母开头，2 到 20 位。")


@dataclass(frozen=True, slots=True)
class Region:
    """Administrative division (行政区划). `successor_code` is set for a former code and names the present one."""

    code: str
    name: str
    level: RegionLevel
    parent_code: str
    successor_code: str = ""

    @property
    def is_former(self) -> bool:
        return bool(self.successor_code)


@dataclass(frozen=True, slots=True)
class Organisation:
    """Organisation (单位) with the name of the day asked for. `slug` is its short name in letters.

    `closed_on` is the first day on which it is no more.
    """

    uscc: str
    name: str
    short_name: str
    slug: str
    kind: OrganisationKind
    region_code: str
    superior_uscc: str
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """A name an organisation bore from a day to a day (名称沿革), both counted; its seal may have come later.

    `is_first`: it is also what the organisation is called on days before.
    """

    name: str
    short_name: str
    valid_from: date
    valid_to: date | None
    reason: str
    document_no: str
    seal_from: date | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class CodeDays:
    """The days of an organisation's credit code certificate (代码证有效期), both counted; unknown ones are left out."""

    code_from: date | None
    code_to: date | None


@dataclass(frozen=True, slots=True)
class InnerOffice:
    """Inner office (内设机构) of an organisation, numbered within it."""

    office_no: int
    name: str
    closed_on: date | None
