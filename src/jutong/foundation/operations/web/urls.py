"""Mounted at the root, where balancers and Prometheus look by custom."""

from django.urls import path

from jutong.foundation.operations.web import health

app_name = "operations"
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
