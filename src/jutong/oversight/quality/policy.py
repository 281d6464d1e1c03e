"""Who may do what with quality."""

from jutong.kernel.policy import SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

SEE_SCORE = Action("quality.score.see", N_("查看数据质量评分"), (rule(SIGNED_IN, Relation.ANY, "visible"),))
MEASURE = Action(
    "quality.score.measure",
    N_("重新测量数据质量"),
    (
        rule({Post.DATA_STEWARD}, Relation.PROVIDER),
        rule({Post.CENTRE_ENGINEER, Post.BUREAU_REVIEWER}),
    ),
)

FLAG_TITLES = {"visible": N_("可以查看该资源")}
