"""The menu: sections people know, and the entries that rooms register in `AppConfig.ready`.

    from jutong.ui import navigation
    navigation.register(navigation.CATALOGUE, title=N_("资源检索"), url_name="catalogue:search", order=10)

An entry appears when `visible(subject)` says so; a section appears when one of its entries does.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from jutong.kernel.policy import ANONYMOUS, Post, Subject
from jutong.kernel.text import N_

logger = logging.getLogger(__name__)

Visible = Callable[[Subject], bool]


def anyone(subject: Subject) -> bool:
    """Visible to all, the public included."""
    return True


def signed_in(subject: Subject) -> bool:
    """Visible to people in a post."""
    return subject.signed_in


@dataclass(frozen=True, slots=True)
class Section:
    """A word of the main menu (栏目)."""

    key: str
    title: str
    order: int


HOME = Section("home", N_("首页"), 10)
CATALOGUE = Section("catalogue", N_("数据目录"), 20)
SUPPLY_DEMAND = Section("supply_demand", N_("供需对接"), 30)
SHARING = Section("sharing", N_("共享申请"), 35)
MOUNTING = Section("mounting", N_("数据挂载"), 40)
EXCHANGE = Section("exchange", N_("数据交换"), 50)
GATEWAY = Section("gateway", N_("接口服务"), 60)
QUALITY = Section("quality", N_("质量校核"), 70)
REPORTS = Section("reports", N_("统计通报"), 80)
INSPECTION = Section("inspection", N_("督查督办"), 90)
KNOWLEDGE = Section("knowledge", N_("知识库"), 100)
OPERATIONS = Section("operations", N_("平台管理"), 110)
WORKBENCH = Section("workbench", N_("个人工作台"), 120)
PERSON = Section("person", N_("我的"), 999)  # entries of the menu under the person's name

SECTIONS = (
    HOME, CATALOGUE, SUPPLY_DEMAND, SHARING, MOUNTING, EXCHANGE, GATEWAY, QUALITY, REPORTS, INSPECTION, KNOWLEDGE,
    OPERATIONS, WORKBENCH,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry: where it leads and who sees it."""

    section: Section
    title: str
    url_name: str
    order: int = 100
    visible: Visible = signed_in
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as shown on one page, in the language of the request."""

    title: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A section as shown on one page; with one link it is a plain link itself."""

    key: str
    title: str
    links: tuple[Link, ...]
    active: bool

    @property
    def url(self) -> str:
        return self.links[0].url

    @property
    def single(self) -> bool:
        return len(self.links) == 1


_entries: dict[str, Entry] = {}
_doors: dict[str, str] = {}
_first_screens: dict[Post, str] = {}

DOORS = frozenset(
    {"home", "search", "find", "login", "logout", "language", "elder", "profile", "api_docs", "workbench"}
)


def register(
    section: Section, *, title: str, url_name: str, order: int = 100, visible: Visible = signed_in, icon: str = ""
) -> None:
    """Add a menu entry. `title` is Chinese source text; a second entry for the same address replaces the first."""
    _entries[url_name] = Entry(section, title, url_name, order, visible, icon)


def plug(**doors: str) -> None:
    """Tell the layout where its own doors lead: `plug(search="catalogue:search", login="account_login")`.

    Raises ValueError: a door the layout does not have.
    """
    if unknown := doors.keys() - DOORS:
        raise ValueError(f"unknown doors: {sorted(unknown)}")
    _doors.update(doors)


def begin_at(url_name: str, posts: Iterable[Post]) -> None:
    """Have people in these posts begin at this page; everybody else begins at the workbench."""
    _first_screens.update(dict.fromkeys(posts, url_name))


def first_screen(subject: Subject) -> str:
    """Where a person begins after signing in: the page of the post, else the workbench, else the home page."""
    at = _first_screens.get(subject.post, "")
    return (address(at) if at else "") or (door("workbench") if subject.signed_in else "") or door("home") or "/"


def entries() -> tuple[Entry, ...]:
    """All registered entries, in the order of the menu."""
    return tuple(sorted(_entries.values(), key=lambda entry: (entry.section.order, entry.order, entry.url_name)))


def doors() -> dict[str, str]:
    """The plugged doors and the names of their addresses."""
    return dict(_doors)


def door(name: str) -> str:
    """The address behind a door of the layout; empty while no room has plugged it."""
    return address(_doors[name]) if name in _doors else ""


def address(url_name: str) -> str:
    """The address of a registered name; empty and logged when no room defines it, which a system check reports too."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        logger.error("the layout points to %r, which no urls define", url_name)
        return ""


def subject_of(request: HttpRequest) -> Subject:
    """Who acts in this request; the public before `accounts` has looked."""
    subject: Subject = getattr(request, "subject", ANONYMOUS)
    return subject


def menus(request: HttpRequest) -> tuple[Menu, ...]:
    """The main menu as this request's subject sees it; the longest matching address is the active one."""
    subject = subject_of(request)
    seen = [(entry, address(entry.url_name)) for entry in entries() if entry.visible(subject)]
    found = [(entry, url) for entry, url in seen if url]
    here = max((url for _, url in found if _leads_to(url, request.path)), key=len, default=None)
    menus = []
    for section in SECTIONS:
        links = tuple(
            Link(gettext(entry.title), url, entry.icon, url == here) for entry, url in found if entry.section is section
        )
        if links:
            menus.append(Menu(section.key, gettext(section.title), links, any(link.active for link in links)))
    return tuple(menus)


def person_links(request: HttpRequest) -> tuple[Link, ...]:
    """Entries of the menu under the person's name."""
    subject = subject_of(request)
    links = []
    for entry in entries():
        if entry.section is PERSON and entry.visible(subject) and (url := address(entry.url_name)):
            links.append(Link(gettext(entry.title), url, entry.icon, url == request.path))
    return tuple(links)


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url if url.endswith("/") else f"{url}/"))
