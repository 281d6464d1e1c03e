"""Addresses of the exchange's pages, under /exchange/."""

from django.urls import path

from jutong.base import converters  # noqa: F401 - makes `resource_code` known
from jutong.supply.exchange.web import (
    alarms,
    answering,
    assembled,
    corrections,
    freshness,
    lineage,
    links,
    plans,
    runs,
    snapshots,
)

app_name = "exchange"

urlpatterns = [
    path("", runs.run_list, name="runs"),
    path("lineage/<resource_code:code>/", lineage.lineage, name="lineage"),
    path("plans/", plans.plan_list, name="plans"),
    path("plans/<resource_code:code>/", plans.plan, name="plan"),
    path("runs/<slug:run_no>/", runs.run, name="run"),
    path("runs/<slug:run_no>/progress/", runs.progress, name="progress"),
    path("runs/<slug:run_no>/log/", runs.log, name="log"),
    path("runs/<slug:run_no>/rejects/", corrections.rejects, name="rejects"),
    path("runs/<slug:run_no>/rejects/file/", corrections.bring, name="bring_corrections"),
    path("runs/<slug:run_no>/rejects/replay/", corrections.replay, name="replay"),
    path("runs/<slug:run_no>/rejects/<int:number>/", corrections.reject, name="reject"),
    path("runs/<slug:run_no>/stop/", runs.stop, name="stop"),
    path("runs/<slug:run_no>/retry/", runs.retry, name="retry"),
    path("snapshots/<resource_code:code>/", snapshots.snapshots, name="snapshots"),
    path("snapshots/<resource_code:code>/<int:number>/", snapshots.fetch, name="snapshot"),
    path("inquiries/", answering.inquiry_list, name="inquiries"),
    path("inquiries/<slug:inquiry_no>/", answering.inquiry, name="inquiry"),
    path("inquiries/<slug:inquiry_no>/change/", answering.start_change, name="start_change"),
    path("alarms/", alarms.alarm_list, name="alarms"),
    path("alarms/<slug:alarm_no>/acknowledge/", alarms.acknowledge, name="acknowledge"),
    path("freshness/", freshness.resource_list, name="freshness"),
    path("freshness/departments/", freshness.department_list, name="departments"),
    path("assembled/<resource_code:code>/", assembled.assembly, name="assembly"),
    path("links/", links.link_list, name="links"),
    path("links/new/", links.new, name="new_link"),
    path("links/<slug:link_no>/", links.link, name="link"),
    path("contributions/", assembled.contribution_list, name="contributions"),
    path("contributions/<slug:contribution_no>/", assembled.contribution, name="contribution"),
    path("resources/<resource_code:code>/start/", runs.start, name="start"),
    path("panels/asked/", answering.panel, name="asked_panel"),
    path("panels/resource/<resource_code:code>/", runs.panel, name="panel"),
]
