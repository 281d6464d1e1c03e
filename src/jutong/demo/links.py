"""Direct links between the region's departments: old ones with and without a plan, one switched off, one too new."""

from datetime import timedelta
from typing import Final, NamedTuple

from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.kernel.policy import Post
from jutong.supply.exchange import api as exchange
from jutong.supply.exchange.values import LinkKind


class _Link(NamedTuple):
    """Who exchanges what with whom since how many years, and what becomes of it."""

    department: str
    system: str
    other: str
    other_system: str
    data: str
    years: int
    plan: str = ""
    off: bool = False


_LINKS: Final = (
    _Link(
        "scjgj",
        "企业登记管理系统",
        "swt",
        "商贸企业备案系统",
        "企业设立、变更登记信息",
        11,
        "改为订阅平台的企业登记资源",
    ),
    _Link("mzt", "低保业务系统", "rst", "社会保险业务系统", "参保缴费状态（双向）", 12),
    _Link("rst", "就业服务系统", "scjgj", "企业登记管理系统", "用人单位登记信息", 10, "改为订阅平台", off=True),
    _Link("mzt", "婚姻登记系统", "scjgj", "信用信息系统", "婚姻登记核验", 0),
)


def report(staff: Staff, past: Past) -> None:
    """Have the departments' stewards report their links, the newest of which the monitor hears of."""
    for days, link in enumerate(_LINKS, start=6):
        by, at = staff.subject(Post.DATA_STEWARD, link.department), past.at(days, 10)
        number = exchange.report_link(
            kind=LinkKind.DIRECT,
            system=link.system,
            other=staff.usccs[link.other],
            other_system=link.other_system,
            data=link.data,
            since=past.today - timedelta(days=365 * link.years + 60),
            by=by,
            at=at,
        )
        if link.plan:
            done_by = past.today + timedelta(days=45)
            exchange.plan_link(link_no=number, words=link.plan, retire_by=done_by, by=by, at=at)
        if link.off:
            exchange.switch_link_off(link_no=number, off_on=past.today - timedelta(days=3), by=by, at=past.at(2, 9))
