"""Who sees cases and procedures. Who may act in a step is for the step to say (`domain.moves`)."""

from jutong.kernel.policy import EVERY_POST, SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

_SEES_ALL = {Post.BUREAU_REVIEWER, Post.DATA_MONITOR, Post.AUDITOR}

SEE_CASE = Action(
    "procedures.case.see",
    N_("查看办件"),
    (
        rule(_SEES_ALL),
        # A party's people see its cases; firms that work for it do not.
        rule(SIGNED_IN - _SEES_ALL - {Post.CONTRACTOR}, Relation.OWNER),
        rule(SIGNED_IN - _SEES_ALL, Relation.SELF),
    ),
)
URGE_CASE = Action(
    "procedures.case.urge",
    N_("催办"),
    (
        rule({Post.DATA_MONITOR, Post.BUREAU_REVIEWER}, Relation.ANY, "open"),
        # The applicant's own people.
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.CONSUMER, "open"),
    ),
)
COUNT_RETURNS = Action(
    "procedures.returns.see",
    N_("查看退回补正统计"),
    (rule({Post.BUREAU_REVIEWER, Post.DATA_MONITOR, Post.AUDITOR}),),
)
# What a department's people tell each other is the department's own, and its overseers'.
SEE_INNER = Action(
    "procedures.inner.see",
    N_("查看内部流转"),
    (rule({Post.DATA_MONITOR, Post.AUDITOR}), rule(SIGNED_IN - {Post.CONTRACTOR}, Relation.OWNER)),
)
SEE_SCHEME = Action(
    "procedures.scheme.see",
    N_("查看内部流转设置"),
    (rule({Post.DATA_MONITOR, Post.AUDITOR}), rule(SIGNED_IN - {Post.CONTRACTOR}, Relation.OWNER)),
)
LAY_DOWN_SCHEME = Action(
    "procedures.scheme.lay_down",
    N_("设置内部流转"),
    (rule({Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.OWNER),),
)
FLAG_TITLES = {"open": N_("尚未办结")}
SEE_PROCEDURES = Action("procedures.procedure.see", N_("查看办理流程"), (rule(EVERY_POST),))
RECHECK = Action(
    "procedures.assignees.recheck", N_("重新核对办理人"), (rule({Post.BUREAU_REVIEWER, Post.SYSTEM_ADMIN}),)
)
