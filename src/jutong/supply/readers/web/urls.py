"""Addresses of readers, under /readers/."""

from django.urls import path

from jutong.base import converters  # noqa: F401  (makes `resource_code` known)
from jutong.supply.readers.web import books, follows, panels, ratings, remarks

app_name = "readers"

urlpatterns = [
    path("follows/", follows.follows, name="follows"),
    path("follows/change/", follows.change, name="change_follow"),
    path("remarks/", remarks.remarks, name="remarks"),
    path("remarks/<slug:remark_no>/", remarks.remark, name="remark"),
    path("remarks/<slug:remark_no>/answer/", remarks.answer, name="answer"),
    path("remarks/<slug:remark_no>/hide/", remarks.hide, name="hide"),
    path("remarks/<slug:remark_no>/show/", remarks.show, name="show"),
    path("resources/<resource_code:code>/remarks/", remarks.of_resource, name="of_resource"),
    path("resources/<resource_code:code>/rating/", ratings.rate, name="rate"),
    path("books/", books.books, name="books"),
    path("books/<slug:book_no>/", books.book, name="book"),
    path("books/<slug:book_no>/progress/", books.progress, name="book_progress"),
    path("books/<slug:book_no>/file/", books.file, name="book_file"),
    path("books/<slug:book_no>/discard/", books.discard, name="discard_book"),
    path("panels/follow/<resource_code:code>/", panels.follow, name="follow_panel"),
    path("panels/rating/<resource_code:code>/", panels.rating, name="rating_panel"),
    path("panels/remarks/<resource_code:code>/", panels.remarks, name="remarks_panel"),
    path("panels/search/", panels.search, name="search_panel"),
    path("panels/waiting/", panels.waiting, name="waiting_panel"),
]
