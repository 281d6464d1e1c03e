"""Books: asked for, made by the worker with progress that outlives a reload, fetched by who asked."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO, Final

from django.db import transaction
from procrastinate.contrib.django import app

from jutong.base.access import require
from jutong.foundation.documents import api as documents
from jutong.foundation.files import api as kept_files
from jutong.foundation.files.values import FileRef
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError, PlatformFault
from jutong.kernel.policy import Facts, Post, Relation, Subject
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.readers import domain, policy, queries
from jutong.supply.readers.models import Book, BookCounter
from jutong.supply.readers.services import pages
from jutong.supply.readers.services.common import next_number, record
from jutong.supply.readers.values import BookScope, BookState

FILE_KIND: Final = "readers.book"
QUEUE: Final = "readers"
TASK: Final = "readers.make_book"
_CHUNK: Final = 200


@transaction.atomic
def order_book(*, scope: BookScope, code: str = "", question: str = "", by: Subject, at: datetime) -> Book:
    """Have a part of the catalogue bound as a book (目录汇编); the worker makes it.

    Raises NotSignedIn, ScopeUnknown, BookEmpty, BookTooLarge, BooksUnderWay.
    """
    require(by, policy.MAKE_BOOK, Facts({Relation.SELF: by.person_no}))
    found = queries.range_of(scope, code, question)
    under_way = queries.books(by).filter(state__in=[BookState.WAITING, BookState.MAKING]).first()
    if under_way:
        raise domain.BooksUnderWay(book_no=under_way.book_no)
    limit = rulebook.parameter("readers.book_resources_max", on=local_day(at)).whole()
    count = len(catalogue.answers(found.question, by=by, limit=limit + 1))
    if not count:
        raise domain.BookEmpty(field="code")
    if count > limit:
        raise domain.BookTooLarge(field="code", count=limit, limit=limit)
    row = Book.objects.create(
        book_no=next_number(BookCounter, "HB", at),
        person_no=by.person_no,
        scope=scope,
        code=code if scope not in (BookScope.REGION, BookScope.SEARCH) else "",
        question=found.question if scope is BookScope.SEARCH else "",
        title=pages.title_of(scope, found)[:200],
        state=BookState.WAITING,
        requested_by=by.actor.to_json(),
        requested_at=at,
        total=count,
    )
    _record("ordered", row, by.actor, at, scope=scope.value, of=row.code, question=row.question, count=count)
    # In this transaction: there is no book without its job, and no job without its book.
    app.configure_task(TASK, queue=QUEUE).defer(book_no=row.book_no)
    return row


def make_book(*, book_no: str, at: datetime) -> None:
    """Make a book that was asked for; leaves its file, or why nothing came of it. Begun anew after a worker's death."""
    begun = Book.objects.filter(book_no=book_no, state__in=[BookState.WAITING, BookState.MAKING])
    if not begun.update(state=BookState.MAKING, done=0, progress_at=at):
        return
    row = Book.objects.get(book_no=book_no)
    try:
        _make(row, at)
    except JutongError as error:
        _fail(row, error, at)
    except Exception:
        _fail(row, PlatformFault(), at)
        raise


def _make(row: Book, at: datetime) -> None:
    by = _requester(row, at)
    found = queries.range_of(BookScope(row.scope), row.code, row.question)
    resources = _resources(catalogue.answers(found.question, by=by, limit=row.total + _CHUNK))
    if not resources:
        raise domain.BookEmpty
    volume = pages.volume_of(row, found, resources, at=at)
    Book.objects.filter(pk=row.pk).update(total=len(resources))

    def told(parts: int) -> None:
        Book.objects.filter(pk=row.pk).update(done=volume.entries_up_to(parts), progress_at=clock.now())

    bound = documents.bind(
        part_template="readers/book_part.typ",
        parts=volume.parts(),
        book_template="readers/book.typ",
        book=volume.whole,
        at=at,
        told=told,
    )
    actor = by.actor
    file = kept_files.keep(
        BytesIO(bound.content), name=f"{row.title}.pdf", media_type=documents.PDF_TYPE, by=actor, at=at
    )
    with transaction.atomic():
        kept_files.refer([file.no], kind=FILE_KIND, code=row.book_no, by=by)
        Book.objects.filter(pk=row.pk).update(
            state=BookState.DONE,
            done=len(resources),
            pages=pages.page_count(bound),
            file_no=file.no,
            digest=file.digest,
            size_bytes=file.size_bytes,
            progress_at=clock.now(),
            finished_at=clock.now(),
            error=None,
        )
        _record("made", row, actor, at, digest=file.digest, resources=len(resources))


def _requester(row: Book, at: datetime) -> Subject:
    actor = ActorRef(**row.requested_by)
    return accounts.subject_for(person_no=actor.id, post=Post(actor.post), organisation=actor.organisation, at=at)


def _resources(codes: Sequence[str]) -> list[Resource]:
    found: list[Resource] = []
    for start in range(0, len(codes), _CHUNK):
        part = codes[start : start + _CHUNK]
        by_code = catalogue.resources(part)
        found += [by_code[code] for code in part if code in by_code]
    return found


def _fail(row: Book, error: JutongError, at: datetime) -> None:
    details = {name: str(value) for name, value in error.details.items()}
    kept = {"code": error.code, "message": error.message, "details": details}
    Book.objects.filter(pk=row.pk).update(state=BookState.FAILED, error=kept, progress_at=at, finished_at=at)


def fetch(*, book_no: str, by: Subject, at: datetime) -> tuple[FileRef, BinaryIO]:
    """The file of a book, for who asked for it.

    Raises NoSuchBook, BookNotReady.
    """
    row = queries.get_book(book_no, by)
    if row.state != BookState.DONE:
        raise domain.BookNotReady(book_no=book_no)
    return kept_files.fetch(row.file_no, by=by, at=at)


@transaction.atomic
def discard(*, book_no: str, by: Subject, at: datetime) -> None:
    """Give a book up (删除); its file is forgotten.

    Raises NoSuchBook, BookNotReady: it is being made.
    """
    seen = queries.get_book(book_no, by)
    row = Book.objects.select_for_update().get(pk=seen.pk)
    require(by, policy.MAKE_BOOK, queries.facts_of_book(row))
    if BookState(row.state).running:
        raise domain.BookNotReady(book_no=book_no)
    if row.file_no:
        kept_files.forget(row.file_no, kind=FILE_KIND, code=book_no)
    _record("removed", row, by.actor, at)
    row.delete()


def _record(verb: str, row: Book, by: ActorRef, at: datetime, **details: Any) -> None:
    record(f"book.{verb}", by=by, at=at, kind="book", code=row.book_no, **details)


class BooksOwner:
    """This room's say over the files of books: who may see a book may fetch its file."""

    def may_fetch(self, code: str, by: Subject) -> bool:
        row = Book.objects.filter(book_no=code).first()
        return row is not None and queries.may_view_book(row, by)

    def note_fetched(self, code: str, file: FileRef, *, by: Subject, at: datetime) -> None:
        record("book.fetched", by=by.actor, at=at, kind="book", code=code, digest=file.digest)
