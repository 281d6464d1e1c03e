"""目录汇编: books ordered, made with progress, and taken away."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.readers import domain, models, queries
from jutong.supply.readers.services import books as services
from jutong.supply.readers.values import BookScope, BookState
from jutong.ui.components import Badge, Column, Progress, Tone, render_progress
from jutong.ui.lists import Filter, Listing

STATE_TONES = {
    BookState.WAITING: Tone.ACTIVE,
    BookState.MAKING: Tone.ACTIVE,
    BookState.DONE: Tone.GOOD,
    BookState.FAILED: Tone.BAD,
}


class BookForm(forms.Form):
    """Which part of the catalogue is bound."""

    scope = forms.ChoiceField(
        label=gettext_lazy("汇编范围"),
        choices=[(scope.value, gettext_lazy(scope.label)) for scope in BookScope if scope is not BookScope.SEARCH],
        widget=forms.RadioSelect,
        initial=BookScope.REGION.value,
        help_text=gettext_lazy("按检索结果汇编的，在资源检索页点“汇编成册”。"),
    )
    city = forms.ChoiceField(
        label=gettext_lazy("市"), required=False, help_text=gettext_lazy("范围为一个市的目录时选择。")
    )
    provider = forms.ChoiceField(
        label=gettext_lazy("部门"), required=False, help_text=gettext_lazy("范围为一个部门的目录时选择。")
    )
    classification = forms.CharField(
        label=gettext_lazy("分类代码"),
        required=False,
        max_length=38,
        help_text=gettext_lazy("范围为一个分类的目录时填写，例如 303001；代码可在“分类目录”中查到。"),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        nothing = ("", _("请选择"))
        cities = [(found.code, found.name) for found in organisations.regions_below(rulebook.home_region())]
        providers = [(found.uscc, found.name) for found in organisations.departments()]
        self.fields["city"].choices = [nothing, *cities]  # type: ignore[attr-defined]
        self.fields["provider"].choices = [nothing, *providers]  # type: ignore[attr-defined]

    def code(self) -> str:
        """The code that belongs to the chosen range."""
        return str(self.cleaned_data.get(self.cleaned_data["scope"], ""))


def state_badge(row: models.Book) -> Badge:
    state = BookState(row.state)
    return Badge(_(state.label), STATE_TONES[state])


def _rows(request: HttpRequest, found: Sequence[models.Book]) -> list[dict[str, Any]]:
    return [
        {
            "title": (row.title, reverse("readers:book", args=[row.book_no])),
            "book_no": row.book_no,
            "scope": Badge(_(BookScope(row.scope).label)),
            "state": state_badge(row),
            "total": row.total,
            "pages": row.pages or None,
            "size_bytes": row.size_bytes or None,
            "requested_at": row.requested_at,
        }
        for row in found
    ]


BOOKS = Listing(
    name="readers.books",
    title=N_("目录汇编"),
    section=N_("数据目录"),
    unit=N_("册"),
    columns=(
        Column("title", N_("名称"), "link", sort="title"),
        Column("book_no", N_("汇编编号"), "code", sort="book_no"),
        Column("scope", N_("汇编范围"), "badge"),
        Column("state", N_("状态"), "badge"),
        Column("total", N_("资源（项）"), "number", sort="total"),
        Column("pages", N_("页数"), "number", sort="pages"),
        Column("size_bytes", N_("大小"), "size", sort="size_bytes"),
        Column("requested_at", N_("编排时间"), "moment", sort="requested_at"),
    ),
    rows=_rows,
    search=("title", "book_no"),
    placeholder=N_("名称或汇编编号"),
    filters=(Filter.of("state", N_("状态"), BookState),),
    default="-requested_at",
    api="/api/v1/readers/books",
    empty=(N_("尚无目录汇编"), N_("在上方选择范围，编排后可下载为带目录和索引的 PDF。")),
    icon="book",
)


@require_http_methods(["GET", "POST"])
def books(request: SubjectRequest) -> HttpResponseBase:
    """One's own books, and a new one; the search page posts its question here."""
    question = request.POST.get("question", "").replace("\x00", "")
    form = BookForm(request.POST if request.method == "POST" and not question else None)
    if request.method == "POST" and (question or form.is_valid()):
        try:
            row = services.order_book(
                scope=BookScope.SEARCH if question else BookScope(form.cleaned_data["scope"]),
                code="" if question else form.code(),
                question=question,
                by=request.subject,
                at=clock.now(),
            )
        except domain.ReadersError as error:
            messages.error(request, error.words(_))
            if not question:
                form.add_error(None, error.words(_))
        else:
            return redirect("readers:book", row.book_no)
    status = 422 if form.errors else 200
    return BOOKS.respond(request, queries.books(request.subject), "readers/books.html", {"form": form}, status=status)


@require_GET
def book(request: SubjectRequest, book_no: str) -> HttpResponse:
    """One book: progress while the worker is at it, then the file."""
    row = queries.get_book(book_no, request.subject)
    state = BookState(row.state)
    context = {
        "row": row,
        "state": state_badge(row),
        "progress": progress_of(row) if state.running else None,
        "done": state is BookState.DONE,
        "error": error_words(row),
        "facts": [
            (_("汇编编号"), row.book_no),
            (_("汇编范围"), _(BookScope(row.scope).label)),
            (_("资源（项）"), row.total),
            (_("页数"), row.pages or "—"),
            (_("编排时间"), row.requested_at),
            (_("完成时间"), row.finished_at or "—"),
            (_("文件摘要"), row.digest or "—"),
        ],
        "api_path": f"/api/v1/readers/books/{row.book_no}",
    }
    return render(request, "readers/book.html", context)


def error_words(row: models.Book) -> str:
    """Why nothing came of a book, in the reader's language; empty where something did."""
    if not row.error:
        return ""
    text: str = _(row.error["message"])
    return text.format(**row.error["details"]) if row.error["details"] else text


@require_GET
def progress(request: SubjectRequest, book_no: str) -> HttpResponse:
    """The bar as it stands now; when the worker is done the page is fetched anew."""
    row = queries.get_book(book_no, request.subject)
    response = render_progress(request, progress_of(row))
    if not BookState(row.state).running:
        response["HX-Refresh"] = "true"
    return response


def progress_of(row: models.Book) -> Progress:
    """A book's progress as the bar shows it."""
    return Progress(
        title=_("编排"),
        done=row.done,
        total=row.total,
        url=reverse("readers:book_progress", args=[row.book_no]),
        running=BookState(row.state).running,
        state=state_badge(row),
        unit=_("项"),
        as_of=row.progress_at or row.requested_at,
    )


@require_GET
def file(request: SubjectRequest, book_no: str) -> HttpResponseBase:
    """The PDF."""
    try:
        ref, content = services.fetch(book_no=book_no, by=request.subject, at=clock.now())
    except domain.BookNotReady as error:
        messages.error(request, error.words(_))
        return redirect("readers:book", book_no)
    return FileResponse(content, as_attachment=True, filename=ref.name, content_type=ref.media_type)


@require_POST
def discard(request: SubjectRequest, book_no: str) -> HttpResponse:
    """删除."""
    try:
        services.discard(book_no=book_no, by=request.subject, at=clock.now())
    except domain.BookNotReady as error:
        messages.error(request, error.words(_))
        return redirect("readers:book", book_no)
    messages.success(request, _("已删除。"))
    return redirect("readers:books")
