"""Who may see and steer runs (Art. 39). PROVIDER is the department whose resource is gathered.

Of a contribution to an assembled resource, PROVIDER is the lead department and OWNER the contributor. Of a direct link,
OWNER is the organisation that reports it and CONSUMER the other end.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

VIEW_RUNS: Final = Action(
    "exchange.run.view",
    N_("查看交换运行"),
    (
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.PROVIDER),
        rule({Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER, Post.DATA_MONITOR}, Relation.ANY),
    ),
)
VIEW_CONTRIBUTIONS: Final = Action(
    "exchange.contribution.view",
    N_("查看汇聚供数"),
    (
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.PROVIDER),
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.OWNER),
        rule({Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER, Post.DATA_MONITOR}, Relation.ANY),
    ),
)
MANAGE_CONTRIBUTIONS: Final = Action(
    "exchange.contribution.manage",
    N_("邀请和终止汇聚供数"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER),),
)
ANSWER_CONTRIBUTION: Final = Action(
    "exchange.contribution.answer",
    N_("答复供数邀请"),
    (rule({Post.DATA_STEWARD}, Relation.OWNER),),
)
VIEW_LINKS: Final = Action(
    "exchange.link.view",
    N_("查看直连"),
    (
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.OWNER),
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.CONSUMER),
        rule({Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER, Post.DATA_MONITOR}, Relation.ANY),
    ),
)
MANAGE_LINKS: Final = Action(
    "exchange.link.manage",
    N_("登记直连、列取消计划、登记断开"),
    (rule({Post.DATA_STEWARD}, Relation.OWNER),),
)
STEER_RUNS: Final = Action(
    "exchange.run.steer",
    N_("启动、停止和重试交换运行"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER), rule({Post.CENTRE_ENGINEER}, Relation.ANY)),
)
VIEW_REJECTS: Final = Action(
    "exchange.reject.view",
    N_("查看拒收记录"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER), rule({Post.CENTRE_ENGINEER}, Relation.ANY)),
)
MAKE_SNAPSHOTS: Final = Action(
    "exchange.snapshot.make",
    N_("生成归集库快照"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER), rule({Post.CENTRE_ENGINEER}, Relation.ANY)),
)
FETCH_SNAPSHOTS: Final = Action(
    "exchange.snapshot.fetch",
    N_("下载归集库快照"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER),),
)
ANSWER_INQUIRY: Final = Action(
    "exchange.inquiry.answer",
    N_("答复归集问询"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER),),
)
CORRECT_REJECTS: Final = Action(
    "exchange.reject.correct",
    N_("改正并重放拒收记录"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER),),
)
