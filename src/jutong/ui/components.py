"""Frozen values that views hand to the tags of `{% load ui %}`.

Texts in them are shown as they are: a view translates what is a term (`gettext(...)`) and leaves data alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jutong.kernel.workdays import LimitUnit


class Tone(StrEnum):
    """What a state means to the person who reads it; the colour follows. The word always stands with it."""

    NEUTRAL = "neutral"  # a kind, not a state
    ACTIVE = "active"  # under way, information
    GOOD = "good"  # done, in order
    ATTENTION = "attention"  # soon due, wants a look
    BAD = "bad"  # over due, failed, refused
    MUTED = "muted"  # ended, withdrawn, not yet


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a word and a tone."""

    text: str
    tone: Tone = Tone.NEUTRAL
    icon: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A small fact under the title of a list row: icon, text, and what it is (read aloud, shown on hover)."""

    text: str
    icon: str = ""
    name: str = ""
    code: bool = False


@dataclass(frozen=True, slots=True)
class ListRow:
    """One result of a list: title that leads on, summary, states at the right, facts below."""

    title: str
    url: str
    summary: str = ""
    badges: Sequence[Badge] = ()
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A figure of the totals strip, with its unit and, where it leads on, its address."""

    value: str
    title: str
    unit: str = ""
    url: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet with the number of results it has; None where counting would cost too much."""

    value: str
    title: str
    count: int | None = None
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of choices that narrow a list; `name` is the parameter in the address.

    `mark` tells groups apart that share one parameter.
    """

    name: str
    title: str
    choices: Sequence[Choice]
    single: bool = False
    mark: str = ""

    @property
    def selected(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.choices if choice.selected)


@dataclass(frozen=True, slots=True)
class Sorting:
    """A way to order a list, as a choice of the sort menu."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `sort` is the value of the address's `sort` parameter; without it the head does not sort.

    `kind`: `text`, `number` (to the right), `code` (fixed width, with a copy button), `day`, `moment`, `ratio`,
    `size`, `duration`, `badge` (a Badge), `link` (a pair of title and address). `only` keeps a column to the `page`
    or to the `file`; `total` says that its numbers add up, so that a file sums them.
    """

    key: str
    title: str
    kind: str = "text"
    sort: str = ""
    hint: str = ""
    only: str = ""  # page | file
    total: bool = False

    def translated(self, translate: Callable[[str], str]) -> "Column":
        """The column with its words in the language of the page."""
        return replace(self, title=translate(self.title), hint=translate(self.hint) if self.hint else "")


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: a link of its own, so that it can be sent to a colleague."""

    title: str
    url: str
    active: bool = False
    count: int | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of 当前位置; the last one has no address."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """An action offered beside a progress bar or in an empty state. `method` post asks for a form."""

    title: str
    url: str
    icon: str = ""
    method: str = "get"
    confirm: str = ""
    tone: str = "secondary"


@dataclass(frozen=True, slots=True)
class Progress:
    """Long work as it stands: rows done of total, speed, time left (长任务进度).

    While `running`, the bar fetches itself anew from `url`, which answers with `render_progress(request, …)`.
    """

    title: str
    done: int
    total: int | None
    url: str
    running: bool
    state: Badge
    unit: str = ""
    per_second: float | None = None
    seconds_left: float | None = None
    as_of: datetime | None = None
    message: str = ""
    buttons: Sequence[Button] = ()
    every_seconds: int = 1

    @property
    def ratio(self) -> float | None:
        """Done part (0–1); None while the total is unknown."""
        if self.total is None:
            return None
        return min(self.done / self.total, 1.0) if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A term of the Rules: due day, working days left, the article that sets it.

    `workdays_left` counts in `unit`: working days, else calendar days.
    """

    due_on: date | None
    workdays_left: int | None = None
    article: str = ""
    limit: str = ""
    done: bool = False
    unit: str = LimitUnit.WORKDAY


@dataclass(frozen=True, slots=True)
class Tile:
    """A place on the schematic tile map (示意图): where it stands in the grid, and its figure; level 0–4 shades it."""

    title: str
    row: int
    column: int
    value: str = ""
    level: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture made by ECharts from `option`, with its table view and its downloads (图表).

    A view makes the value and the template shows it, on any page:

        chart = Chart(_("调用次数"), option, columns, rows, height="large", as_of=at, source=_("网关调用日志"))
        {% card title=chart.title flush=False %}{% chart chart "calls" %}{% endcard %}

    `option` is ECharts' option as plain data: no functions and no HTML, which the page's policy refuses. `color`,
    fonts, tooltips as text and reduced motion are filled in by `ui.js`; a data point with a `url` leads there.
    `columns` and `rows` are the same figures as plain values (numbers stay numbers, moments stay moments): they are
    the table view, what a screen reader is given, and the CSV. The second argument of the tag is an id that is
    unique in the page. The reader gets three buttons: table or picture, PNG, CSV. On paper the picture is printed
    with its table below. Without ECharts, or where it fails, the table is shown. `height`: small, medium, large, tall.
    """

    title: str
    option: Mapping[str, Any]
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    height: str = "medium"  # small | medium | large | tall
    as_of: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of a list, for the pagination. `capped`: the total is a floor (“10,000+”)."""

    number: int
    last: int
    total: int
    capped: bool = False
    window: tuple[int | None, ...] = field(default=())

    @classmethod
    def of(cls, page: "Page[Any]", *, capped: bool = False) -> "Pages":
        last = page.paginator.num_pages
        return cls(page.number, last, page.paginator.count, capped, window_of(page.number, last))


def window_of(number: int, last: int) -> tuple[int | None, ...]:
    """Page numbers to offer: first, last and the neighbours; None where some are left out."""
    near = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    window: list[int | None] = []
    for page in near:
        if window and window[-1] is not None and page - window[-1] > 1:
            window.append(page - 1 if page - window[-1] == 2 else None)
        window.append(page)
    return tuple(window)


def render_progress(request: HttpRequest, progress: Progress) -> HttpResponse:
    """The answer of `progress.url`: the bar as it stands now. A bar that no longer runs stops asking."""
    return render(request, "ui/progress.html", {"progress": progress})
