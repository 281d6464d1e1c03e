"""Who finds duplicates, decides about them, and sees a negotiation. PROVIDER is a department that takes part in it.

Guide 6.2.6: the authority finds what is collected twice while it reviews, and negotiates whose it is. A department
learns of it when it is asked.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

REVIEWERS: Final = frozenset({Post.BUREAU_REVIEWER})
WATCHERS: Final = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})
DEPARTMENT_READERS: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})

VIEW_PAIRS: Final = Action("duplicates.pair.view", N_("查看疑似重复"), (rule(WATCHERS),))
JUDGE_PAIRS: Final = Action("duplicates.pair.judge", N_("认定重复采集"), (rule(REVIEWERS),))
START_SEARCH: Final = Action("duplicates.search.start", N_("查找重复采集"), (rule(REVIEWERS),))
VIEW_NEGOTIATION: Final = Action(
    "duplicates.negotiation.view",
    N_("查看数源协商"),
    (rule(DEPARTMENT_READERS, Relation.PROVIDER), rule(WATCHERS)),
)
OPEN_NEGOTIATION: Final = Action("duplicates.negotiation.open", N_("发起数源协商"), (rule(REVIEWERS),))
