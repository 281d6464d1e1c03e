"""Who may read the log. Nobody may change it."""

from jutong.kernel.policy import EVERY_POST, SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

_SEES_ALL = {Post.AUDITOR, Post.AUDIT_ADMIN}

READ_ENTRIES = Action(
    "audit.entry.read",
    N_("查阅审计日志"),
    (
        rule(_SEES_ALL),
        # An organisation sees what was done in its name; firms that work for it do not.
        rule(SIGNED_IN - _SEES_ALL - {Post.CONTRACTOR}, Relation.OWNER),
    ),
)
EXPORT_LOG = Action("audit.log.export", N_("导出审计日志"), (rule(_SEES_ALL),))
# Checkpoints name nothing but a count and a hash; the more people keep them, the better.
READ_CHECKPOINTS = Action("audit.checkpoint.read", N_("查看审计检查点"), (rule(EVERY_POST),))
