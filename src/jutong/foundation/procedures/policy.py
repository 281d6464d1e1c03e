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
SEE_PROCEDURES = Action("procedures.procedure.see", N_("查看办理流程"), (rule(EVERY_POST),))
RECHECK = Action(
    "procedures.assignees.recheck", N_("重新核对办理人"), (rule({Post.BUREAU_REVIEWER, Post.SYSTEM_ADMIN}),)
)
