"""Who may harvest (Art. 11: a department compiles its own catalogue). PROVIDER is the department whose feed it is.

The table of words is the bureau's, since a word means the same in every feed.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

STEWARDS: Final = frozenset({Post.DATA_STEWARD})
READERS: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR})
WATCHERS: Final = frozenset({Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER, Post.DATA_MONITOR})

VIEW_FEEDS: Final = Action(
    "harvest.feed.view", N_("查看采集来源"), (rule(READERS, Relation.PROVIDER), rule(WATCHERS, Relation.ANY))
)
MANAGE_FEEDS: Final = Action("harvest.feed.manage", N_("登记和维护采集来源"), (rule(STEWARDS, Relation.PROVIDER),))
VIEW_HARVESTS: Final = Action(
    "harvest.harvest.view", N_("查看目录采集"), (rule(READERS, Relation.PROVIDER), rule(WATCHERS, Relation.ANY))
)
STEER_HARVESTS: Final = Action(
    "harvest.harvest.steer", N_("启动、确认和停止目录采集"), (rule(STEWARDS, Relation.PROVIDER),)
)
VIEW_WORDS: Final = Action("harvest.word.view", N_("查看采集对照"), (rule(READERS | WATCHERS, Relation.ANY),))
MANAGE_WORDS: Final = Action("harvest.word.manage", N_("维护采集对照"), (rule({Post.BUREAU_REVIEWER}, Relation.ANY),))
