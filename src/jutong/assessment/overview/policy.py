"""Who sees which first screen. OWNER is the department a ledger or a list of resources is about."""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

BUREAU: Final = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})
DEPARTMENT: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})

# Counts by department without names of people or cases: whoever works at sharing may compare.
SEE_REGION: Final = Action(
    "overview.region.see",
    N_("查看全区总览"),
    (rule(BUREAU | DEPARTMENT | {Post.CENTRE_ENGINEER, Post.AUDITOR, Post.FINANCE}),),
)
SEE_SCREEN: Final = Action(
    "overview.screen.see", N_("查看数据驾驶舱"), (rule(BUREAU | {Post.CENTRE_ENGINEER, Post.CLOUD_CHIEF}),)
)
# The wall names cases and their holders of all departments.
SEE_WALL: Final = Action("overview.wall.see", N_("查看督办墙"), (rule(BUREAU | {Post.AUDITOR}),))
SEE_LEDGER: Final = Action(
    "overview.ledger.see",
    N_("查看云长履职台账"),
    (rule(DEPARTMENT, Relation.OWNER), rule(BUREAU | {Post.AUDITOR})),
)
SEE_HEALTH: Final = Action(
    "overview.health.see",
    N_("查看资源健康"),
    (rule(DEPARTMENT, Relation.OWNER), rule(BUREAU | {Post.CENTRE_ENGINEER})),
)
SEE_CALLS: Final = Action(
    "overview.calls.see",
    N_("查看接口调用分析"),
    (
        rule(
            BUREAU
            | DEPARTMENT
            | {Post.CENTRE_ENGINEER, Post.CLIENT_DEVELOPER, Post.AUDITOR, Post.AUDIT_ADMIN, Post.SECURITY_ADMIN}
        ),
    ),
)
SEE_OPERATIONS: Final = Action(
    "overview.operations.see", N_("查看运行总览"), (rule({Post.CENTRE_ENGINEER, Post.SYSTEM_ADMIN}),)
)
