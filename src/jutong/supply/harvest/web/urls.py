"""Addresses of the pages of harvesting, under /harvest/."""

from django.urls import path

from jutong.supply.harvest.web import feeds, harvests, words

app_name = "harvest"

urlpatterns = [
    path("", feeds.feed_list, name="feeds"),
    path("feeds/new/", feeds.new, name="new_feed"),
    path("feeds/<slug:feed_no>/", feeds.feed, name="feed"),
    path("feeds/<slug:feed_no>/edit/", feeds.edit, name="edit_feed"),
    path("feeds/<slug:feed_no>/remove/", feeds.remove, name="remove_feed"),
    path("feeds/<slug:feed_no>/start/", feeds.start, name="start"),
    path("harvests/", harvests.harvest_list, name="harvests"),
    path("harvests/<slug:harvest_no>/", harvests.harvest, name="harvest"),
    path("harvests/<slug:harvest_no>/progress/", harvests.progress, name="progress"),
    path("harvests/<slug:harvest_no>/records/", harvests.records, name="records"),
    path("harvests/<slug:harvest_no>/confirm/", harvests.confirm, name="confirm"),
    path("harvests/<slug:harvest_no>/resume/", harvests.resume, name="resume"),
    path("harvests/<slug:harvest_no>/stop/", harvests.stop, name="stop"),
    path("harvests/<slug:harvest_no>/discard/", harvests.discard, name="discard"),
    path("words/", words.word_list, name="words"),
    path("words/<int:word_id>/remove/", words.remove, name="remove_word"),
]
