"""Books are made in the worker, so that a page or API call returns at once; once a day what is overdue is told."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.readers.services import books, remarks


@app.task(name=books.TASK, queue=books.QUEUE, pass_context=False)
def make_book(book_no: str) -> None:
    """Make one book."""
    books.make_book(book_no=book_no, at=clock.now())


@app.periodic(cron="40 0 * * *")
@app.task(name="readers.tell_overdue", queueing_lock="readers.tell_overdue")
def tell_overdue(timestamp: int) -> None:
    """Tell departments of questions they should have answered by now."""
    remarks.tell_overdue(at=clock.now())
