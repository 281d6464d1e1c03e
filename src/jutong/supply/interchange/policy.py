"""Who may import catalogue files. PROVIDER is the department for which the import is made.

Writing files needs no right of its own: a file holds what its reader may see in the catalogue anyway.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

VIEW_IMPORT: Final = Action(
    "interchange.import.view",
    N_("查看目录导入"),
    (rule({Post.DATA_STEWARD, Post.DATA_COORDINATOR}, Relation.PROVIDER),),
)
MANAGE_IMPORT: Final = Action(
    "interchange.import.manage",
    N_("导入目录文件"),
    (rule({Post.DATA_STEWARD}, Relation.PROVIDER),),
)
