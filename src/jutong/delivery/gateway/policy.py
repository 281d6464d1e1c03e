"""Who sees which calls (Art. 39): both sides of a call see it, watchers see all of them.

PROVIDER is the department whose data were asked for, CONSUMER the one whose system asked. A refused call of a stranger
belongs to nobody and is seen by watchers only.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

WATCHERS: Final = frozenset(
    {
        Post.BUREAU_REVIEWER,
        Post.CENTRE_ENGINEER,
        Post.DATA_MONITOR,
        Post.AUDITOR,
        Post.AUDIT_ADMIN,
        Post.SECURITY_ADMIN,
    }
)
DEPARTMENT: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})

VIEW_CALLS: Final = Action(
    "gateway.call.view",
    N_("查看调用日志"),
    (
        rule(WATCHERS),
        rule(DEPARTMENT, Relation.PROVIDER),
        rule(DEPARTMENT | {Post.CLIENT_DEVELOPER}, Relation.CONSUMER),
    ),
)
VIEW_SEALS: Final = Action("gateway.segment.view", N_("查看日志封存"), (rule(WATCHERS),))
