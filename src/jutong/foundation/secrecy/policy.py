"""Who sees what the gate stopped, and who may release a false alarm.

The secrecy officer (保密员) of a department is its data coordinator, our default: the post settles and does not
approve, and is never the one who types. Where a department has none, the security administrator releases. Nobody
releases what he sent himself.
"""

from jutong.kernel.policy import SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

SECRECY_OFFICER = Post.DATA_COORDINATOR

VIEW_STOPS = Action(
    "secrecy.stop.view",
    N_("查看保密检查拦截记录"),
    (
        rule({Post.SECURITY_ADMIN, Post.AUDIT_ADMIN, Post.AUDITOR}),
        rule({SECRECY_OFFICER}, Relation.OWNER),
        rule(SIGNED_IN, Relation.SELF),
    ),
)
RELEASE = Action(
    "secrecy.stop.release",
    N_("放行保密检查误报"),
    (rule({Post.SECURITY_ADMIN}), rule({SECRECY_OFFICER}, Relation.OWNER)),
)
WITHDRAW = Action(
    "secrecy.release.withdraw",
    N_("撤回保密检查放行"),
    (rule({Post.SECURITY_ADMIN}), rule({SECRECY_OFFICER}, Relation.OWNER)),
)
VIEW_FIGURES = Action(
    "secrecy.figures.view",
    N_("查看保密检查统计"),
    (rule({Post.SECURITY_ADMIN, Post.AUDIT_ADMIN, Post.AUDITOR, SECRECY_OFFICER}),),
)
