"""Who may do what in the catalogue (Art. 39 posts; Guide 6.1 duties).

Flags of resources: `published`; `withdrawn`, whose page stays so that the code still leads somewhere and the successor
is found; `open`. Flag of changes: `general`, where they are of no single department. Flags of drafts: `editable`;
`reported` once it lies before the bureau or has passed it; `submitted` while it waits for review; `approved` while it
waits for publication. PROVIDER is the department whose code the entry bears.
"""

from typing import Final

from jutong.kernel.policy import EVERY_POST, SIGNED_IN, Action, Post, Relation, rule
from jutong.kernel.text import N_

EDITORS: Final = frozenset({Post.DATA_STEWARD})
PROVIDER_READERS: Final = frozenset({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF})
REVIEWERS: Final = frozenset({Post.BUREAU_REVIEWER})

VIEW_RESOURCE: Final = Action(
    "catalogue.resource.view",
    N_("查看数据资源"),
    (
        rule(EVERY_POST, Relation.ANY, "published", "open"),
        rule(SIGNED_IN, Relation.ANY, "published"),
        rule(SIGNED_IN, Relation.ANY, "withdrawn"),
        rule(PROVIDER_READERS, Relation.PROVIDER),
        rule(REVIEWERS, Relation.ANY),
    ),
)
VIEW_DRAFT: Final = Action(
    "catalogue.draft.view",
    N_("查看目录草稿"),
    (
        rule(PROVIDER_READERS, Relation.PROVIDER),
        rule(REVIEWERS, Relation.ANY, "reported"),
    ),
)
CREATE_DRAFT: Final = Action("catalogue.draft.create", N_("编制目录"), (rule(EDITORS, Relation.PROVIDER),))
EDIT_DRAFT: Final = Action("catalogue.draft.edit", N_("修改目录草稿"), (rule(EDITORS, Relation.PROVIDER, "editable"),))
SUBMIT_DRAFT: Final = Action("catalogue.draft.submit", N_("报送目录"), (rule(EDITORS, Relation.PROVIDER, "editable"),))
REVIEW_DRAFT: Final = Action("catalogue.draft.review", N_("审核目录"), (rule(REVIEWERS, Relation.ANY, "submitted"),))
PUBLISH_DRAFT: Final = Action("catalogue.draft.publish", N_("发布目录"), (rule(REVIEWERS, Relation.ANY, "approved"),))
REVISE_RESOURCE: Final = Action(
    "catalogue.resource.revise", N_("更新目录"), (rule(EDITORS, Relation.PROVIDER, "published"),)
)
KEEP_CLASSIFICATION: Final = Action("catalogue.classification.keep", N_("维护分类目录"), (rule(REVIEWERS),))
KEEP_DETAILS: Final = Action("catalogue.detail.keep", N_("维护本部门细目"), (rule(EDITORS, Relation.PROVIDER),))
KEEP_EXTENSION: Final = Action("catalogue.extension.keep", N_("维护扩展元数据"), (rule(REVIEWERS),))
VIEW_CHANGE: Final = Action(
    "catalogue.change.view",
    N_("查看变更记录"),
    (rule(REVIEWERS), rule(PROVIDER_READERS, Relation.ANY, "general"), rule(PROVIDER_READERS, Relation.PROVIDER)),
)
RECORD_CHANGE: Final = Action(
    "catalogue.change.record", N_("记录法律法规和职能变更"), (rule(REVIEWERS), rule(EDITORS, Relation.PROVIDER))
)
WITHDRAW_RESOURCE: Final = Action(
    "catalogue.resource.withdraw", N_("提出数据资源下线"), (rule(EDITORS, Relation.PROVIDER, "published"),)
)
DECLARE_STOP: Final = Action(
    "catalogue.resource.stop", N_("声明停更"), (rule(EDITORS, Relation.PROVIDER, "published"),)
)
KEEP_SEARCH: Final = Action("catalogue.saved_search.keep", N_("订阅检索"), (rule(SIGNED_IN, Relation.SELF),))
KEEP_SYNONYMS: Final = Action("catalogue.synonyms.keep", N_("维护检索同义词"), (rule(REVIEWERS),))
TAKE_OVER: Final = Action("catalogue.resource.take_over", N_("接收移交目录"), (rule(REVIEWERS),))

FLAG_TITLES: Final = {
    "published": N_("已发布"),
    "withdrawn": N_("已下线"),
    "general": N_("涉及各部门"),
    "open": N_("向社会开放"),
    "editable": N_("草稿或已退回"),
    "reported": N_("已报送"),
    "submitted": N_("待审核"),
    "approved": N_("审核通过待发布"),
}
