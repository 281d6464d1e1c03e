"""Addresses of the gateway's pages."""

from django.urls import path

from jutong.delivery.gateway.web import calls

app_name = "gateway"
urlpatterns = [
    path("calls/", calls.call_list, name="calls"),
    path("calls/<str:call_no>/", calls.call_detail, name="call"),
    path("statistics/", calls.statistics, name="statistics"),
    path("panels/resource/<path:code>/", calls.resource_panel, name="resource_panel"),
]
