"""What a post may do with people, clients and keys.

The three administrators (三员) divide the power over people: the system administrator creates and disables accounts
and gives out one-time passwords, the security administrator gives and takes posts, the audit administrator only
looks. None of them can make himself, or anybody, both.
"""

from typing import Final

from jutong.kernel.policy import SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

OVERSEERS: Final = frozenset({Post.AUDITOR, Post.AUDIT_ADMIN, Post.SECURITY_ADMIN})
PLATFORM_STAFF: Final = frozenset({Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER, Post.DATA_MONITOR})
KEEPERS_OF_CLIENTS: Final = frozenset({Post.DATA_STEWARD, Post.CLIENT_DEVELOPER})
DEPARTMENT_READERS: Final = KEEPERS_OF_CLIENTS | {Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}

# A person bears "ordinary" when he holds no administrator's post. Whoever may set an administrator's password can
# become that administrator, so no post may; the server's operator does it on the machine.
ORDINARY: Final = "ordinary"

VIEW_PEOPLE = Action(
    "accounts.person.view",
    N_("查看人员账号"),
    (rule({Post.SYSTEM_ADMIN} | OVERSEERS), rule(SIGNED_IN, Relation.SELF)),
)
CREATE_PERSON = Action("accounts.person.create", N_("新建人员账号"), (rule({Post.SYSTEM_ADMIN}),))
DISABLE_PERSON = Action(
    "accounts.person.disable", N_("停用人员账号"), (rule({Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN}),)
)
RESET_PASSWORD = Action(
    "accounts.person.reset_password",
    N_("发放一次性密码"),
    (rule({Post.SYSTEM_ADMIN}, Relation.ANY, ORDINARY),),
)

VIEW_APPOINTMENTS = Action(
    "accounts.appointment.view",
    N_("查看任职"),
    (
        rule({Post.SYSTEM_ADMIN} | OVERSEERS | PLATFORM_STAFF),
        rule(DEPARTMENT_READERS, Relation.OWNER),
        rule(SIGNED_IN, Relation.SELF),
    ),
)
APPOINT = Action("accounts.appointment.create", N_("任命岗位"), (rule({Post.SECURITY_ADMIN}),))
END_APPOINTMENT = Action("accounts.appointment.end", N_("终止任职"), (rule({Post.SECURITY_ADMIN}),))

# Colleagues see who is away; contractors are no colleagues.
VIEW_ABSENCES = Action(
    "accounts.absence.view",
    N_("查看离岗登记"),
    (
        rule({Post.SYSTEM_ADMIN} | OVERSEERS | PLATFORM_STAFF),
        rule(SIGNED_IN - {Post.CONTRACTOR}, Relation.OWNER),
        rule(SIGNED_IN, Relation.SELF),
    ),
)
_ABSENCE_RULES = (
    rule(SIGNED_IN, Relation.SELF),
    rule({Post.CLOUD_CHIEF}, Relation.OWNER),
    rule({Post.SECURITY_ADMIN}),
)
DECLARE_ABSENCE = Action("accounts.absence.declare", N_("登记离岗"), _ABSENCE_RULES)
END_ABSENCE = Action("accounts.absence.end", N_("提前结束离岗"), _ABSENCE_RULES)

# A hand-over bears "open" until it is done or given up.
OPEN: Final = "open"
VIEW_HANDOVERS = Action(
    "accounts.handover.view",
    N_("查看工作交接"),
    (rule(OVERSEERS), rule({Post.CLOUD_CHIEF}, Relation.OWNER), rule(SIGNED_IN, Relation.SELF)),
)
OPEN_HANDOVER = Action(
    "accounts.handover.open",
    N_("发起工作交接"),
    (rule({Post.SECURITY_ADMIN}), rule({Post.CLOUD_CHIEF}, Relation.OWNER), rule(SIGNED_IN, Relation.SELF)),
)
CONFIRM_HANDOVER = Action("accounts.handover.confirm", N_("确认工作交接"), (rule(SIGNED_IN, Relation.SELF, OPEN),))
_LEADERS = (rule({Post.SECURITY_ADMIN}, Relation.ANY, OPEN), rule({Post.CLOUD_CHIEF}, Relation.OWNER, OPEN))
APPROVE_HANDOVER = Action("accounts.handover.approve", N_("批准工作交接"), _LEADERS)
SETTLE_HANDOVER = Action("accounts.handover.settle", N_("指定接收人、撤销工作交接"), _LEADERS)

FLAG_TITLES = {
    ORDINARY: N_("不担任三员岗位的人员"),
    OPEN: N_("尚未办结"),
}

VIEW_CLIENTS = Action(
    "accounts.client.view",
    N_("查看应用和密钥"),
    (rule(OVERSEERS | PLATFORM_STAFF), rule(DEPARTMENT_READERS, Relation.OWNER)),
)
CREATE_CLIENT = Action("accounts.client.create", N_("登记应用"), (rule(KEEPERS_OF_CLIENTS, Relation.OWNER),))
ISSUE_KEY = Action("accounts.key.issue", N_("签发密钥"), (rule(KEEPERS_OF_CLIENTS, Relation.OWNER),))
REVOKE_KEY = Action(
    "accounts.key.revoke",
    N_("吊销密钥"),
    (rule(KEEPERS_OF_CLIENTS, Relation.OWNER), rule({Post.CENTRE_ENGINEER, Post.SECURITY_ADMIN})),
)

VIEW_TOKENS = Action("accounts.token.view", N_("查看本人的接口令牌"), (rule(SIGNED_IN, Relation.SELF),))
ISSUE_TOKEN = Action("accounts.token.issue", N_("签发本人的接口令牌"), (rule(SIGNED_IN, Relation.SELF),))
REVOKE_TOKEN = Action(
    "accounts.token.revoke",
    N_("吊销接口令牌"),
    (rule(SIGNED_IN, Relation.SELF), rule({Post.SECURITY_ADMIN})),
)
