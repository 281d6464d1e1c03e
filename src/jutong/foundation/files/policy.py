"""Who may bring files. Who may fetch one is for the rooms to say that refer to it, and for whoever brought it."""

from jutong.kernel.policy import SIGNED_IN, Action, Relation, rule
from jutong.kernel.text import N_

KEEP_FILE = Action("files.file.keep", N_("上传文件"), (rule(SIGNED_IN),))
FETCH_OWN_FILE = Action("files.file.fetch", N_("下载本人上传的文件"), (rule(SIGNED_IN, Relation.SELF),))
