"""Who may do what with sources, permitted addresses, uploads and mounts (Art. 34(3), 39).

OWNER is the department a source, upload or list entry belongs to; PROVIDER the one whose resource is mounted.
Credentials are shown to nobody, so there is no action for seeing them.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

STEWARDS: Final = frozenset({Post.DATA_STEWARD})
CENTRE: Final = frozenset({Post.CENTRE_ENGINEER})
WATCHERS: Final = frozenset({Post.BUREAU_REVIEWER, Post.CENTRE_ENGINEER, Post.DATA_MONITOR})

VIEW_SOURCES: Final = Action(
    "mounting.source.view", N_("查看数据源"), (rule(STEWARDS, Relation.OWNER), rule(CENTRE, Relation.ANY))
)
MANAGE_SOURCES: Final = Action("mounting.source.manage", N_("登记和维护数据源"), (rule(STEWARDS, Relation.OWNER),))
SCAN_SOURCES: Final = Action("mounting.source.scan", N_("扫描数据源"), (rule(STEWARDS, Relation.OWNER),))
VIEW_FILES: Final = Action(
    "mounting.file.view", N_("查看上传文件"), (rule(STEWARDS, Relation.OWNER), rule(CENTRE, Relation.ANY))
)
FETCH_FILES: Final = Action("mounting.file.fetch", N_("取回上传文件"), (rule(STEWARDS, Relation.OWNER),))
UPLOAD_FILES: Final = Action("mounting.file.upload", N_("上传归集文件"), (rule(STEWARDS, Relation.OWNER),))
VIEW_NETWORKS: Final = Action(
    "mounting.network.view",
    N_("查看允许访问名单"),
    (rule({Post.SYSTEM_ADMIN, Post.CENTRE_ENGINEER}, Relation.ANY), rule(STEWARDS, Relation.OWNER)),
)
MANAGE_NETWORKS: Final = Action("mounting.network.manage", N_("维护允许访问名单"), (rule({Post.SYSTEM_ADMIN}),))
VIEW_MOUNTS: Final = Action(
    "mounting.mount.view",
    N_("查看挂载"),
    (
        rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR, Post.CLOUD_CHIEF}, Relation.PROVIDER),
        rule(WATCHERS, Relation.ANY),
    ),
)
MANAGE_MOUNTS: Final = Action("mounting.mount.manage", N_("挂载数据资源"), (rule(STEWARDS, Relation.PROVIDER),))
