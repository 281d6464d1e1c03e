"""Entries that satisfy every rule, to be spoilt one thing at a time."""

from datetime import date

from jutong.kernel.codes import uscc
from jutong.kernel.codes.sharing import ShareType, UpdateCycle, UsePurpose
from jutong.supply.catalogue.domain import Surroundings
from jutong.supply.catalogue.values import BasisKind, Content, ControlledParameter, DataItem, LegalBasis

PROVIDER = uscc.complete("11450000MB000001")
"""A department that does not exist, with a code that checks."""

TODAY = date(2026, 11, 23)
HERE = Surroundings(on=TODAY)

LAW = LegalBasis(
    kind=BasisKind.LAW,
    title="中华人民共和国个人信息保护法",
    number="主席令第九十一号",
    article="第三十四条",
    in_force_from=date(2021, 11, 1),
)


def shops(**changes) -> Content:
    """A type 1 resource without anything sensitive."""
    content = Content(
        title="个体工商户登记信息",
        provider_uscc=PROVIDER,
        classification="303001",
        summary="个体工商户的名称、统一社会信用代码和登记日期。",
        formats=("MySQL",),
        items=(
            DataItem("统一社会信用代码", "uscc", "C(18)", key=True, nullable=False, identifier="uscc"),
            DataItem("名称", "name", "C(100)", nullable=False),
            DataItem("登记日期", "registered_on", "D"),
        ),
        sharing_type=ShareType.UNCONDITIONAL,
        use_purposes=(UsePurpose.COLLABORATION,),
        update_cycle=UpdateCycle.DAILY,
    )
    return content.changed(**changes)


def residents(**changes) -> Content:
    """A type 2 resource about people, with condition, scope, basis and controlled parameters."""
    content = shops(
        title="常住人口户籍登记信息",
        summary="户号、公民身份号码、姓名。",
        items=(
            DataItem(
                "公民身份号码", "gmsfhm", "C(18)", key=True, nullable=False, sensitivity=3, identifier="citizen_no"
            ),
            DataItem("姓名", "xm", "C(50)", sensitivity=3),
            DataItem("户籍地址", "hjdz", "C(200)", sensitivity=3),
            DataItem("更新时间", "gxsj", "T"),
        ),
        sharing_type=ShareType.CONDITIONAL,
        sharing_condition="按公民身份号码逐条查询，须关联办件编号。",
        sharing_scope="自治区民政厅、教育厅",
        legal_bases=(LAW,),
        controlled_parameters=(ControlledParameter("gmsfhm"),),
    )
    return content.changed(**changes)
