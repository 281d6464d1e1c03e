"""Who may do what to requests and grants. CONSUMER is the asking department, PROVIDER the one whose data it is.

Flags of requests: `open` while it may be withdrawn or decided, `handed_in` once it has left the asking department.
Flags of grants: `live` until it ends.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

DEPARTMENT_READERS: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})
CALLERS: Final = frozenset({Post.CLIENT_DEVELOPER})
BUREAU: Final = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})
REVIEWERS: Final = frozenset({Post.BUREAU_REVIEWER})
STEWARDS: Final = frozenset({Post.DATA_STEWARD})

REQUEST: Final = Action("sharing.request.submit", N_("提出数据需求申请"), (rule(STEWARDS, Relation.CONSUMER),))
VIEW_REQUEST: Final = Action(
    "sharing.request.view",
    N_("查看数据需求申请"),
    (
        rule(DEPARTMENT_READERS | CALLERS, Relation.CONSUMER),
        # What is still going round the asking department is its own affair.
        rule(DEPARTMENT_READERS, Relation.PROVIDER, "handed_in"),
        rule(BUREAU, Relation.ANY, "handed_in"),
    ),
)
WITHDRAW_REQUEST: Final = Action(
    "sharing.request.withdraw", N_("撤回数据需求申请"), (rule(STEWARDS, Relation.CONSUMER, "open"),)
)
RAISE_DISPUTE: Final = Action("sharing.dispute.raise", N_("提请供需争议协调"), (rule(STEWARDS, Relation.CONSUMER),))
VIEW_DISPUTE: Final = Action(
    "sharing.dispute.view",
    N_("查看供需争议"),
    (
        rule(DEPARTMENT_READERS, Relation.CONSUMER),
        rule(DEPARTMENT_READERS, Relation.PROVIDER),
        rule(BUREAU),
    ),
)
VIEW_GRANT: Final = Action(
    "sharing.grant.view",
    N_("查看授权"),
    (
        rule(DEPARTMENT_READERS | CALLERS, Relation.CONSUMER),
        rule(DEPARTMENT_READERS, Relation.PROVIDER),
        rule(BUREAU | {Post.CENTRE_ENGINEER}),
    ),
)
REVOKE_GRANT: Final = Action(
    "sharing.grant.revoke",
    N_("收回授权"),
    (rule(STEWARDS, Relation.PROVIDER, "live"), rule(REVIEWERS, Relation.ANY, "live")),
)
RETURN_GRANT: Final = Action("sharing.grant.return", N_("交回授权"), (rule(STEWARDS, Relation.CONSUMER, "live"),))

SEES_REQUESTS: Final = frozenset(post for rule_ in VIEW_REQUEST.rules for post in rule_.posts)
SEES_GRANTS: Final = frozenset(post for rule_ in VIEW_GRANT.rules for post in rule_.posts)
SEES_DISPUTES: Final = frozenset(post for rule_ in VIEW_DISPUTE.rules for post in rule_.posts)
"""Posts for which the menu has an entry; what they see there the rules decide."""

FLAG_TITLES: Final = {"open": N_("尚未办结"), "handed_in": N_("已提交"), "live": N_("授权有效")}
