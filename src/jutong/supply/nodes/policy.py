"""Who keeps nodes and consents to what leaves through them (Art. 20). OWNER is the department whose network it is in.

The centre's engineer installs and watches nodes; only the department's own steward says what may leave.
"""

from typing import Final

from jutong.kernel.policy import Action, Post, Relation, rule
from jutong.kernel.text import N_

STEWARDS: Final = frozenset({Post.DATA_STEWARD})
CENTRE: Final = frozenset({Post.CENTRE_ENGINEER})

VIEW_NODES: Final = Action(
    "nodes.node.view", N_("查看前置机"), (rule(STEWARDS, Relation.OWNER), rule(CENTRE, Relation.ANY))
)
MANAGE_NODES: Final = Action(
    "nodes.node.manage", N_("接入和维护前置机"), (rule(STEWARDS, Relation.OWNER), rule(CENTRE, Relation.ANY))
)
ADD_SOURCES: Final = Action("nodes.source.add", N_("登记经前置机接入的数据源"), (rule(STEWARDS, Relation.OWNER),))
DECIDE_RELEASES: Final = Action("nodes.release.decide", N_("批准数据经前置机传出"), (rule(STEWARDS, Relation.OWNER),))
