"""Who sees how facts are carried on, and who may mend it."""

from jutong.kernel.policy import Action, Post, rule
from jutong.kernel.text import N_

SEE_DELIVERY = Action(
    "outbox.delivery.see",
    N_("查看事实投递情况"),
    (rule({Post.SYSTEM_ADMIN, Post.CENTRE_ENGINEER, Post.AUDITOR, Post.AUDIT_ADMIN}),),
)
RETRY_STREAM = Action("outbox.stream.retry", N_("重试被搁置的事实"), (rule({Post.SYSTEM_ADMIN, Post.CENTRE_ENGINEER}),))
SKIP_FACT = Action("outbox.fact.skip", N_("跳过被搁置的事实"), (rule({Post.SYSTEM_ADMIN}),))
