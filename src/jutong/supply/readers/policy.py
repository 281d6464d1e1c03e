"""Who may follow, say, answer, hide, rate and bind. PROVIDER is the department whose resource a remark is about.

Flags of remarks: `shown` while nobody hid it; `answered`; `public` where its resource is open to society and published.
The Rules are silent about all of this; it is our default. What is said of a department the bureau hides, not it.
"""

from typing import Final

from jutong.kernel.policy import EVERY_POST, SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

ANSWERERS: Final = frozenset({Post.DATA_STEWARD})
PROVIDER_READERS: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR})
MODERATORS: Final = frozenset({Post.BUREAU_REVIEWER})

FOLLOW: Final = Action("readers.follow.keep", N_("关注目录"), (rule(SIGNED_IN, Relation.SELF),))
RATE: Final = Action("readers.rating.give", N_("为数据资源评分"), (rule(SIGNED_IN, Relation.SELF),))
VIEW_REMARK: Final = Action(
    "readers.remark.view",
    N_("查看留言"),
    (
        rule(EVERY_POST, Relation.ANY, "shown", "answered", "public"),
        rule(SIGNED_IN, Relation.ANY, "shown"),
        rule(SIGNED_IN, Relation.SELF),
        rule(PROVIDER_READERS, Relation.PROVIDER),
        rule(MODERATORS),
    ),
)
MAKE_REMARK: Final = Action("readers.remark.make", N_("评论、咨询和纠错"), (rule(SIGNED_IN),))
ANSWER_REMARK: Final = Action("readers.remark.answer", N_("答复留言"), (rule(ANSWERERS, Relation.PROVIDER, "shown"),))
HIDE_REMARK: Final = Action("readers.remark.hide", N_("隐藏留言"), (rule(MODERATORS),))
VIEW_BOOK: Final = Action("readers.book.view", N_("查看目录汇编"), (rule(SIGNED_IN, Relation.SELF),))
MAKE_BOOK: Final = Action("readers.book.make", N_("编排目录汇编"), (rule(SIGNED_IN, Relation.SELF),))

FLAG_TITLES: Final = {
    "shown": N_("未隐藏"),
    "answered": N_("已答复"),
    "public": N_("资源已向社会开放"),
}
