"""Who may read the Rules, and who may change the calendar."""

from jutong.kernel.policy import EVERY_POST, Action, Post, rule
from jutong.kernel.text import N_

READ_RULES = Action("rulebook.rules.read", N_("查看规则与工作日历"), (rule(EVERY_POST),))
# A city's emergency day (台风停工) is entered on its notice by the bureau, which every region reaches at any hour.
ENTER_EMERGENCY = Action(
    "rulebook.emergency.enter", N_("登记应急停工日"), (rule({Post.SYSTEM_ADMIN, Post.BUREAU_REVIEWER}),)
)
CHANGE_CALENDAR = Action("rulebook.calendar.change", N_("维护工作日历"), (rule({Post.SYSTEM_ADMIN}),))
