"""Lists declared once: search, filters and order from the address, pages, and files, for each list alike (列表).

    REQUESTS = Listing(
        name="sharing.requests",
        title=N_("数据申请"),
        unit=N_("件"),
        columns=(
            Column("resource", N_("数据资源"), "link"),
            Column("state", N_("状态"), "badge"),
            Column("submitted_at", N_("提交时间"), "moment", sort="submitted_at"),
        ),
        rows=_rows,  # (request, found rows) -> one dict a row, in as few queries for a hundred rows as for one
        search=("request_no", "resource_title"),
        filters=(Filter.of("state", N_("状态"), RequestState),),
        default="-submitted_at",
        api="/api/v1/sharing/requests",
    )

    def requests(request):
        return REQUESTS.respond(request, queries.requests(request.subject))

The rows handed over are those the subject may see; everything here only narrows and orders them. The page extends
`ui/listing.html` or shows `{% listing listed %}` itself. `?file=xlsx` and `?file=csv` answer with the file of the
same rows, all of them. Words of a declaration are marked by `N_` and translated here.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import Any, BinaryIO, Protocol, cast

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import F, Model, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from jutong.kernel import clock
from jutong.kernel.policy import POST_NAMES, Subject
from jutong.kernel.text import N_
from jutong.ui import sheets
from jutong.ui.components import Badge, Choice, Column, Crumb, Facet, ListRow, Pages, Tone
from jutong.ui.formatting import moment_words
from jutong.ui.navigation import subject_of

Found = QuerySet[Any] | Sequence[Any]
Rows = Callable[[HttpRequest, Sequence[Any]], list[dict[str, Any]]]
CHUNK_ROWS = 1_000
TEXT_MAX = 100
SPOOLED_BYTES = 2 * 1024 * 1024
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class Recorder(Protocol):
    """Tells the audit log that a list was taken as a file; `audit.api.record_export` is one."""

    def __call__(self, name: str, *, by: Subject, at: datetime, rows: int, kind: str, filters: list[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Filter:
    """Choices that narrow a list; `name` is the parameter in the address, `lookup` the field it compares (筛选项)."""

    name: str
    title: str
    choices: Callable[[], Iterable[tuple[str, str]]]
    lookup: str = ""
    single: bool = False

    @classmethod
    def of(cls, name: str, title: str, kinds: type[Enum], lookup: str = "", *, single: bool = False) -> "Filter":
        """A filter over the values of an enumeration, each of which has a `label`."""
        return cls(name, title, lambda: [(str(each.value), each.label) for each in kinds], lookup, single)  # type: ignore[attr-defined]

    def read(self, request: HttpRequest) -> tuple[Facet, list[str]]:
        """The facet as this address has it, and what is chosen; values that do not exist are left out."""
        known = [(value, gettext(title)) for value, title in self.choices()]
        asked = set(request.GET.getlist(self.name))
        chosen = [value for value, _ in known if value in asked][: 1 if self.single else None]
        choices = [Choice(value, title, selected=value in chosen) for value, title in known]
        return Facet(self.name, gettext(self.title), choices, self.single), chosen

    def narrow(self, rows: Found, chosen: list[str]) -> Found:
        """The rows that bear one of the chosen values."""
        if not chosen:
            return rows
        field_name = self.lookup or self.name
        if isinstance(rows, QuerySet):
            return rows.filter(**{f"{field_name}__in": chosen})
        return [row for row in rows if str(getattr(row, field_name)) in chosen]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Something to be done to all ticked rows at once; the address takes the ticks as `row` (批量操作)."""

    title: str
    url_name: str
    icon: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list as a room declares it. See the head of this module.

    `search` names the fields the search box looks through (`finds`: the view looks for `q` by itself), `filters` the
    facets, `default` the order the rows come in.
    `cap` bounds how many rows can be paged through where counting all would cost too much; files hold all.
    `personal`: the rows hold personal values, so a file bears a watermark. `record` tells the audit log of each file.
    `actions`: each row may hold Buttons under the key `actions`, which stand at its end on the page.
    `bulk` needs a key `tick` in each row: the value that is sent, or an empty text where the row cannot be ticked.
    `empty`: what a list says that has nothing at all, and what to do then.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Rows
    unit: str = N_("条")
    search: Sequence[str] = ()
    finds: bool = False
    placeholder: str = ""
    filters: Sequence[Filter] = ()
    default: str = ""
    page_rows: int = 20
    cap: int = 0
    api: str = ""
    section: str = ""
    personal: bool = False
    record: Recorder | None = None
    actions: bool = False
    bulk: Sequence[Bulk] = ()
    empty: tuple[str, str] = (N_("还没有记录"), "")
    icon: str = "list-search"
    cards: Callable[[HttpRequest, Sequence[Any]], list[ListRow]] | None = None

    def respond(
        self,
        request: HttpRequest,
        found: Found,
        template: str = "ui/listing.html",
        context: Mapping[str, Any] | None = None,
        *,
        facets: Sequence[Facet] = (),
        status: int = 200,
    ) -> HttpResponseBase:
        """The page of the list, or its file where the address asks for one. `facets` are shown before the filters."""
        if (kind := request.GET.get("file", "")) in MEDIA_TYPES and request.method == "GET":
            return self.file(request, found, kind, facets=facets)
        listed = self.listed(request, found, facets=facets)
        return render(request, template, {"listed": listed, "page": listed.pages, **(context or {})}, status=status)

    def listed(self, request: HttpRequest, found: Found, *, facets: Sequence[Facet] = ()) -> "Listed":
        """One page of the list with all that stands around it."""
        rows, own = self._narrowed(request, found)
        rows = self._ordered(request, rows)
        if self.cap:
            rows = rows[: self.cap]
        page = Paginator(rows, self.page_rows).get_page(request.GET.get("page"))
        shown = list(page)
        return Listed(
            self,
            text=self._text(request),
            facets=[*facets, *own],
            pages=Pages.of(page, capped=bool(self.cap) and page.paginator.count >= self.cap),
            columns=[column.translated(gettext) for column in self.columns if column.only != "file"],
            rows=self.rows(request, shown) if shown and not self.cards else [],
            cards=self.cards(request, shown) if shown and self.cards else [],
        )

    def file(self, request: HttpRequest, found: Found, kind: str, *, facets: Sequence[Facet] = ()) -> FileResponse:
        """All rows of the list as XLSX or CSV, as filtered and ordered now. What leaves is told to the audit log."""
        rows, own = self._narrowed(request, found)
        rows = self._ordered(request, rows)
        subject, at = subject_of(request), clock.now()
        head = self._head(request, subject, at, [*facets, *own])
        columns = [column.translated(gettext) for column in self.columns if column.only != "page"]
        write = sheets.write_xlsx if kind == "xlsx" else sheets.write_csv
        file = cast(BinaryIO, tempfile.SpooledTemporaryFile(SPOOLED_BYTES))  # noqa: SIM115 -- closed by the response
        try:
            count = write(file, head, columns, self._all(request, rows))
            if self.record:
                filters = sorted(name for name, value in request.GET.items() if value and name != "file")
                self.record(self.name, by=subject, at=at, rows=count, kind=kind, filters=filters)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        response = FileResponse(
            file, as_attachment=True, filename=head.file_name(kind), content_type=MEDIA_TYPES[kind]
        )  # fmt: skip
        # Shared desks are common: what one person took must not come back from the cache for the next.
        response.headers["Cache-Control"] = "no-store"
        return response

    @property
    def searches(self) -> bool:
        return bool(self.search) or self.finds

    def _text(self, request: HttpRequest) -> str:
        # PostgreSQL keeps no NUL in a text, so none can be sought.
        return request.GET.get("q", "").replace("\x00", "").strip()[:TEXT_MAX] if self.searches else ""

    def _narrowed(self, request: HttpRequest, rows: Found) -> tuple[Found, list[Facet]]:
        facets = []
        for each in self.filters:
            facet, chosen = each.read(request)
            facets.append(facet)
            rows = each.narrow(rows, chosen)
        text = self._text(request) if self.search else ""
        if text and isinstance(rows, QuerySet):
            condition = Q()
            for name in self.search:
                condition |= Q(**{name if "__" in name else f"{name}__icontains": text})
            rows = rows.filter(condition)
        elif text:
            rows = [row for row in rows if any(text in str(getattr(row, name)) for name in self.search)]
        return rows, facets

    def _ordered(self, request: HttpRequest, rows: Found) -> Found:
        asked = request.GET.get("sort", "")
        allowed = {column.sort.lstrip("-") for column in self.columns if column.sort}
        name, down = asked.lstrip("-"), asked.startswith("-")
        if name not in allowed or asked == self.default:
            return rows
        if isinstance(rows, QuerySet):
            return rows.order_by(*_order(rows.model, name, down), "-pk" if down else "pk")
        known = [row for row in rows if getattr(row, name) is not None]
        unknown = [row for row in rows if getattr(row, name) is None]
        return [*sorted(known, key=lambda row: getattr(row, name), reverse=down), *unknown]

    def _all(self, request: HttpRequest, rows: Found) -> Iterator[dict[str, Any]]:
        left = rows.iterator(chunk_size=CHUNK_ROWS) if isinstance(rows, QuerySet) else iter(rows)
        while chunk := list(islice(left, CHUNK_ROWS)):
            yield from self.rows(request, chunk)

    def _head(self, request: HttpRequest, subject: Subject, at: datetime, facets: Sequence[Facet]) -> sheets.Head:
        chosen = [
            f"{facet.title}={'、'.join(choice.title for choice in facet.selected)}"
            for facet in facets
            if facet.selected
        ]
        if text := self._text(request):
            chosen.insert(0, text)
        watermark = ""
        if self.personal:
            watermark = gettext("本表含个人信息，由 %(who)s（%(post)s）于 %(moment)s 导出，仅限履行职责使用。") % {
                "who": subject.display or subject.person_no,
                "post": gettext(POST_NAMES[subject.post]),
                "moment": moment_words(at),
            }
        return sheets.Head(
            title=gettext(self.title),
            organisation=sheets.organisation_of(subject),
            as_of=at,
            unit=gettext(self.unit),
            filters="；".join(chosen),
            filled_by=subject.display,
            watermark=watermark,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as one page shows it."""

    listing: Listing
    text: str
    facets: Sequence[Facet]
    pages: Pages
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    cards: Sequence[ListRow] = field(default=())

    @property
    def title(self) -> str:
        return gettext(self.listing.title)

    @property
    def unit(self) -> str:
        return gettext(self.listing.unit)

    @property
    def placeholder(self) -> str:
        return gettext(self.listing.placeholder or N_("在列表中查找"))

    @property
    def crumbs(self) -> list[Crumb]:
        section = [Crumb(gettext(self.listing.section))] if self.listing.section else []
        return [*section, Crumb(self.title)]

    @property
    def nothing(self) -> tuple[str, str]:
        """What an empty list says: that nothing answers the question, or that there is nothing yet."""
        if self.narrowed:
            return gettext("没有符合条件的记录"), gettext("请更换关键词，或清除筛选条件后再看。")
        title, text = self.listing.empty
        return gettext(title), gettext(text) if text else ""

    @property
    def narrowed(self) -> bool:
        """Is anything chosen or sought?"""
        return bool(self.text) or any(facet.selected for facet in self.facets)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticked row: its title and address, and the fault's words where it was not done."""

    title: str
    url: str = ""
    fault: str = ""


def render_outcomes(
    request: HttpRequest, listing: Listing, outcomes: Sequence[Outcome], *, title: str, back: str, api: str = ""
) -> HttpResponse:
    """The answer to a bulk action, told line by line: each row was done by itself, or was not and why."""
    failed = sum(bool(each.fault) for each in outcomes)
    done = len(outcomes) - failed
    summary = gettext("%(done)s 项已办，%(failed)s 项未办。") % {"done": done, "failed": failed}
    columns = [
        Column("row", gettext(listing.title), "link"),
        Column("state", gettext("结果"), "badge"),
        Column("fault", gettext("原因")),
    ]
    rows = [
        {
            "row": (each.title, each.url) if each.url else each.title,
            "state": Badge(gettext("未办"), Tone.BAD) if each.fault else Badge(gettext("已办"), Tone.GOOD),
            "fault": each.fault,
        }
        for each in outcomes
    ]
    context = {
        "title": title, "summary": summary, "failed": failed, "columns": columns, "rows": rows, "back_url": back,
        "back_title": gettext(listing.title), "api_path": api,
    }  # fmt: skip
    return render(request, "ui/bulk_done.html", context)


def ticked(request: HttpRequest, most: int = 200) -> list[str]:
    """The ticked rows of a bulk action, each once, in the order of the list."""
    return list(dict.fromkeys(request.POST.getlist("row")))[:most]


def _order(model: type[Model], name: str, down: bool) -> list[Any]:
    """Empty values come last either way; where there are none the plain order is kept, which an index can serve."""
    try:
        nullable = bool(getattr(model._meta.get_field(name), "null", True))
    except FieldDoesNotExist:
        nullable = True
    if not nullable:
        return [f"-{name}" if down else name]
    return [F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)]
