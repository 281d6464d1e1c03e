"""Who may read the register, and who may change it."""

from jutong.kernel.policy import EVERY_POST, Action, Post, Relation, rule
from jutong.kernel.text import N_

READ_REGISTER = Action("organisations.register.read", N_("查看单位与行政区划"), (rule(EVERY_POST),))
CREATE_ORGANISATION = Action("organisations.organisation.create", N_("登记单位"), (rule({Post.SYSTEM_ADMIN}),))
RENAME_ORGANISATION = Action("organisations.organisation.rename", N_("变更单位名称"), (rule({Post.SYSTEM_ADMIN}),))
MAINTAIN_OFFICES = Action(
    "organisations.office.maintain",
    N_("维护内设机构"),
    (rule({Post.SYSTEM_ADMIN}), rule({Post.DATA_STEWARD}, Relation.OWNER)),
)

# --- Reform: our default, the Rules are silent. Who releases a plan is said by its procedure. ------------------------
PREPARE_REFORM = Action(
    "organisations.reform.prepare",
    N_("编制机构调整方案"),
    (rule({Post.BUREAU_REVIEWER, Post.SYSTEM_ADMIN}),),
)
VIEW_REFORM = Action(
    "organisations.reform.view",
    N_("查看机构调整方案"),
    (
        rule(
            {
                Post.BUREAU_REVIEWER,
                Post.DATA_MONITOR,
                Post.CENTRE_ENGINEER,
                Post.SYSTEM_ADMIN,
                Post.SECURITY_ADMIN,
                Post.AUDIT_ADMIN,
                Post.AUDITOR,
            }
        ),
        rule({Post.CLOUD_CHIEF, Post.DATA_STEWARD}, Relation.OWNER),
    ),
)
