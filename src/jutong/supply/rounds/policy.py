"""Who plans, claims, compiles, reports, objects and answers. Guide 6.1, 6.2.

PROVIDER is the department that is asked, or that compiles the entry. Rounds and their lists of titles are common to all
departments, which plan them together (会同各级各部门); where a department's data lie is its own and the bureau's
affair.
Flag of notices: `running` while objections are taken.
"""

from typing import Final

from jutong.kernel.policy import EVERY_POST, Action, Post, Relation, rule
from jutong.kernel.text import N_

REVIEWERS: Final = frozenset({Post.BUREAU_REVIEWER})
OVERSEERS: Final = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})
STEWARDS: Final = frozenset({Post.DATA_STEWARD})
DEPARTMENT_READERS: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})
READERS: Final = DEPARTMENT_READERS | OVERSEERS

_OWN: Final = (rule(DEPARTMENT_READERS, Relation.PROVIDER), rule(OVERSEERS))

VIEW_ROUND: Final = Action("rounds.round.view", N_("查看编制轮次"), (rule(READERS),))
MANAGE_ROUND: Final = Action("rounds.round.manage", N_("组织编制轮次"), (rule(REVIEWERS),))
PREPARE: Final = Action("rounds.participant.prepare", N_("报告组织准备"), (rule(STEWARDS, Relation.PROVIDER),))
CLAIM: Final = Action("rounds.entry.claim", N_("认领目录条目"), (rule(STEWARDS, Relation.PROVIDER),))
SETTLE: Final = Action("rounds.entry.settle", N_("裁定目录认领"), (rule(REVIEWERS),))
VIEW_SURVEY: Final = Action("rounds.survey.view", N_("查看资源调查"), _OWN)
COMPILE: Final = Action("rounds.entry.compile", N_("调查和编制认领的条目"), (rule(STEWARDS, Relation.PROVIDER),))
VIEW_SUBMISSION: Final = Action("rounds.submission.view", N_("查看目录报送"), _OWN)
REPORT: Final = Action("rounds.submission.report", N_("报送本部门目录"), (rule(STEWARDS, Relation.PROVIDER),))
MAKE_REMARK: Final = Action("rounds.remark.make", N_("提出逐项审核意见"), (rule(REVIEWERS),))
VIEW_REGISTER: Final = Action("rounds.register.view", N_("查看权责清单和信息系统"), (rule(READERS),))
KEEP_REGISTER: Final = Action(
    "rounds.register.keep", N_("维护权责清单和信息系统"), (rule(REVIEWERS), rule(STEWARDS, Relation.PROVIDER))
)
VIEW_NOTICE: Final = Action("rounds.notice.view", N_("查看目录公示"), (rule(EVERY_POST),))
MANAGE_NOTICE: Final = Action("rounds.notice.manage", N_("组织目录公示和统一发布"), (rule(REVIEWERS),))
RAISE_OBJECTION: Final = Action(
    "rounds.objection.raise", N_("提出公示异议"), (rule(EVERY_POST, Relation.ANY, "running"),)
)
VIEW_OBJECTION: Final = Action("rounds.objection.view", N_("查看公示异议"), (rule(OVERSEERS),))
ANSWER_OBJECTION: Final = Action("rounds.objection.answer", N_("答复公示异议"), (rule(REVIEWERS),))

FLAG_TITLES: Final = {"running": N_("公示中")}
