"""Addresses of the pages of the outbox, under /outbox/."""

from django.urls import path

from jutong.foundation.outbox.web import delivery

app_name = "outbox"

urlpatterns = [
    path("", delivery.delivery, name="delivery"),
    path("stuck/<int:stuck_id>/retry/", delivery.retry, name="retry"),
    path("stuck/<int:stuck_id>/skip/", delivery.skip, name="skip"),
]
