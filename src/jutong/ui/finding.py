"""Search over everything (全站查找): each room says how it finds its own things, and who may look.

    finding.register("organisations", title=N_("单位"), url_name="organisations:departments", find=find, order=30)

`find(subject, text, most)` gives the first few rows the subject may see; the address is the room's own list, which
takes the same `q` and shows them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from jutong.kernel.policy import Subject
from jutong.ui.components import ListRow
from jutong.ui.navigation import Visible, address, signed_in

Find = Callable[[Subject, str, int], Sequence[ListRow]]


@dataclass(frozen=True, slots=True)
class Finder:
    """What one room finds."""

    name: str
    title: str
    url_name: str
    find: Find
    order: int
    visible: Visible
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind: the first rows, and the address of all."""

    name: str
    title: str
    rows: Sequence[ListRow]
    more: bool
    url: str
    icon: str


_finders: dict[str, Finder] = {}
SHOWN = 5


def register(
    name: str,
    *,
    title: str,
    url_name: str,
    find: Find,
    order: int = 100,
    visible: Visible = signed_in,
    icon: str = "search",
) -> None:
    """Add a kind of thing to what can be found everywhere; a second one of the same name replaces the first."""
    _finders[name] = Finder(name, title, url_name, find, order, visible, icon)


def find(subject: Subject, text: str) -> list[Group]:
    """What the subject may see of what the text names, by kind; kinds without a match are left out."""
    groups = []
    for finder in sorted(_finders.values(), key=lambda each: (each.order, each.name)):
        if not finder.visible(subject):
            continue
        rows = finder.find(subject, text, SHOWN + 1)
        if rows:
            groups.append(
                Group(
                    finder.name,
                    gettext(finder.title),
                    rows[:SHOWN],
                    len(rows) > SHOWN,
                    address(finder.url_name),
                    finder.icon,
                )
            )
    return groups
