"""Who may see and steer runs (Art. 39). PROVIDER is the department whose resource is gathered."""

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
