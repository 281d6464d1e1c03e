"""Who compiles the three lists, who answers, who sees them. Art. 38, 39.

CONSUMER is the department that demands, PROVIDER the one that is responsible. Flags: `public` stands for editions of
lists that are published to society, `binding` for entries of the negative list that bind.
"""

from typing import Final

from jutong.kernel.policy import EVERY_POST, SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

STEWARDS: Final = frozenset({Post.DATA_STEWARD})
KEEPERS: Final = frozenset({Post.BUREAU_REVIEWER})
OVERSEERS: Final = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})
DEPARTMENT: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})
READERS: Final = OVERSEERS | DEPARTMENT

VIEW_ROUND: Final = Action("lists.round.view", N_("查看清单批次"), (rule(READERS),))
KEEP_ROUND: Final = Action("lists.round.keep", N_("组织清单批次"), (rule(KEEPERS),))
VIEW_DEMAND: Final = Action(
    "lists.demand.view",
    N_("查看数据需求清单事项"),
    (rule(OVERSEERS), rule(DEPARTMENT, Relation.CONSUMER), rule(DEPARTMENT, Relation.PROVIDER)),
)
ENTER_DEMAND: Final = Action("lists.demand.enter", N_("填报数据需求"), (rule(STEWARDS, Relation.CONSUMER),))
VIEW_RESPONSIBILITY: Final = Action(
    "lists.responsibility.view", N_("查看责任清单事项"), (rule(OVERSEERS), rule(DEPARTMENT, Relation.PROVIDER))
)
KEEP_RESPONSIBILITY: Final = Action("lists.responsibility.keep", N_("编制责任清单"), (rule(KEEPERS),))
VIEW_EXCLUSION: Final = Action(
    "lists.exclusion.view",
    N_("查看负面清单事项"),
    (rule(OVERSEERS), rule(SIGNED_IN, Relation.ANY, "binding"), rule(DEPARTMENT, Relation.PROVIDER)),
)
PROPOSE_EXCLUSION: Final = Action(
    "lists.exclusion.propose", N_("申报负面清单事项"), (rule(KEEPERS), rule(STEWARDS, Relation.PROVIDER))
)
VIEW_EDITION: Final = Action(
    "lists.edition.view",
    N_("查看已发布的清单"),
    (rule(EVERY_POST, Relation.ANY, "public"), rule(SIGNED_IN)),
)
VIEW_FINDING: Final = Action(
    "lists.finding.view", N_("查看清单核对问题"), (rule(OVERSEERS), rule(DEPARTMENT, Relation.PROVIDER))
)
CHECK_LISTS: Final = Action("lists.finding.check", N_("核对清单与目录"), (rule(OVERSEERS),))
VIEW_RATES: Final = Action("lists.rate.view", N_("查看清单指标"), (rule(READERS),))

FLAG_TITLES: Final = {"public": N_("向社会公布"), "binding": N_("已列入负面清单")}
