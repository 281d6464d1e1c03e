"""Notices and contact points are for the person they belong to; operators see how messages fare."""

from jutong.kernel.policy import SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

READ_NOTICES = Action("notices.notice.read", N_("查看本人的通知"), (rule(SIGNED_IN, Relation.SELF),))
MANAGE_CONTACTS = Action("notices.contact.manage", N_("设置本人接收通知的方式"), (rule(SIGNED_IN, Relation.SELF),))
SEE_DELIVERIES = Action(
    "notices.dispatch.see", N_("查看通知发送情况"), (rule({Post.SYSTEM_ADMIN, Post.CENTRE_ENGINEER}),)
)
SEE_HOOKS = Action(
    "notices.hook.see",
    N_("查看单位通知接口"),
    (
        rule({Post.SYSTEM_ADMIN, Post.CENTRE_ENGINEER}),
        rule({Post.DATA_COORDINATOR, Post.CLIENT_DEVELOPER}, Relation.OWNER),
    ),
)
# System administrators are the bureau's and the centre's; they register the systems of all organisations.
MANAGE_HOOKS = Action("notices.hook.manage", N_("登记和停用单位通知接口"), (rule({Post.SYSTEM_ADMIN}),))
RESEND = Action("notices.dispatch.resend", N_("重新发送失败的通知"), (rule({Post.SYSTEM_ADMIN}),))
