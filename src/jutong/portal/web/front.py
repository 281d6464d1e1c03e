"""首页: what is open to society, for people who come without knowing the platform."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jutong.assessment.overview import api as overview
from jutong.assessment.overview.values import OpenData, OpenResource
from jutong.base.http import public
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import ResourceClass
from jutong.ui.components import Fact, ListRow, Total
from jutong.ui.formatting import day_words, number_words
from jutong.ui.site import PENDING, site

PROVIDERS_SHOWN = 12
DCAT = "/api/v1/interchange/dcat/catalog"


@dataclass(frozen=True, slots=True)
class Chip:
    """A way into the catalogue: what lies behind it, and how much."""

    title: str
    url: str
    resources: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """Ways into the catalogue of one kind."""

    title: str
    chips: tuple[Chip, ...]


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: search, what is open and where to begin, how to get data and whom to ask; for all."""
    opened = overview.open_data(at=clock.now())
    context = {
        "opened": opened,
        "totals": _totals(opened),
        "shelves": _shelves(opened),
        "newest": [_newest_row(each) for each in opened.newest],
        "most_used": [_used_row(each) for each in opened.most_used],
        "contacts": _contacts(),
        "dcat": DCAT,
    }
    return render(request, "portal/home.html", context)


def _totals(opened: OpenData) -> list[Total]:
    called = _("近 {days} 日调用").format(days=opened.days)
    return [
        Total(number_words(opened.resources), _("开放资源"), _("项"), url=_search()),
        Total(number_words(len(opened.providers)), _("开放部门"), _("个")),
        Total(
            number_words(opened.mounted), _("数据已接通"), _("项"), url=_search(mounted="1"),
            hint=_("数据已挂载到平台的开放资源"),
        ),
        Total(number_words(opened.calls), called, _("次"), hint=_("开放资源的接口被调用的次数")),
    ]  # fmt: skip


def _shelves(opened: OpenData) -> list[Shelf]:
    """By topic and basic library as the tree has them; what is a department's own, by department."""
    kinds = (ResourceClass.TOPIC, ResourceClass.BASIC)
    shelves = [
        Shelf(
            _(kind.label),
            tuple(
                Chip(each.title, _search(classification=each.code), each.resources)
                for each in opened.divisions
                if each.code.startswith(str(kind.value))
            ),
        )
        for kind in kinds
    ]
    providers = tuple(
        Chip(each.title, _search(provider=each.uscc), each.resources) for each in opened.providers[:PROVIDERS_SHOWN]
    )
    return [shelf for shelf in (*shelves, Shelf(_("提供部门"), providers)) if shelf.chips]


def _newest_row(each: OpenResource) -> ListRow:
    published = Fact(day_words(each.published_at), "calendar", _("发布日期"))
    return _row(each, [Fact(_(each.update_cycle.label), "refresh", _("更新周期")), published])


def _used_row(each: OpenResource) -> ListRow:
    calls = _("调用 {count} 次").format(count=number_words(each.calls))
    return _row(each, [Fact(calls, "chart-bar", _("调用次数"))])


def _row(each: OpenResource, facts: Iterable[Fact]) -> ListRow:
    return ListRow(
        title=each.title,
        url=reverse("catalogue:resource", args=[each.code]),
        facts=[Fact(each.provider_title, "building", _("提供方")), *facts],
    )


def _contacts() -> list[tuple[str, str]]:
    """Who answers for the site. A number that nobody has given yet is not shown."""
    here = site()
    found = [(_("主办"), _(here.host)), (_("承办"), _(here.operator))]
    if here.telephone != PENDING:
        found.append((_("联系电话"), _(here.telephone)))
    found.append((_("对某项数据有疑问"), _("请联系资源页所列的提供部门。")))
    return found


def _search(**choices: str) -> str:
    return f"{reverse('catalogue:search')}?{urlencode({'open': '1', **choices})}"
