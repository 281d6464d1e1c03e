"""Addresses of the exchange's pages, under /exchange/."""

from django.urls import path

from jutong.base import converters  # noqa: F401 - makes `resource_code` known
from jutong.supply.exchange.web import plans, runs

app_name = "exchange"

urlpatterns = [
    path("", runs.run_list, name="runs"),
    path("plans/", plans.plan_list, name="plans"),
    path("plans/<resource_code:code>/", plans.plan, name="plan"),
    path("runs/<slug:run_no>/", runs.run, name="run"),
    path("runs/<slug:run_no>/progress/", runs.progress, name="progress"),
    path("runs/<slug:run_no>/rejects/", runs.rejects, name="rejects"),
    path("runs/<slug:run_no>/stop/", runs.stop, name="stop"),
    path("runs/<slug:run_no>/retry/", runs.retry, name="retry"),
    path("resources/<resource_code:code>/start/", runs.start, name="start"),
    path("panels/resource/<resource_code:code>/", runs.panel, name="panel"),
]
