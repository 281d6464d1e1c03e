"""Notices are for the person they were sent to, and for nobody else."""

from jutong.kernel.policy import SIGNED_IN, Action, Relation, rule
from jutong.kernel.text import N_

READ_NOTICES = Action("notices.notice.read", N_("查看本人的通知"), (rule(SIGNED_IN, Relation.SELF),))
