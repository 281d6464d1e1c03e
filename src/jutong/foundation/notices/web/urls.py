"""Addresses of the pages of notices, under /notices/."""

from django.urls import path

from jutong.foundation.notices.web import inbox

app_name = "notices"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("bell/", inbox.bell, name="bell"),
    path("read/", inbox.read_all, name="read_all"),
    path("read/several/", inbox.read_several, name="read_several"),
    path("<int:notice_id>/", inbox.follow, name="follow"),
]
