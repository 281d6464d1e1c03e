"""Addresses of the pages of sharing, under /sharing/."""

from django.urls import path

from jutong.base import converters  # noqa: F401  (makes `resource_code` known)
from jutong.delivery.sharing.web import apply, disputes, grants, matching, panels, requests, several

app_name = "sharing"

urlpatterns = [
    path("apply/<resource_code:code>/", apply.apply, name="apply"),
    path("requests/", requests.requests, name="requests"),
    path("matching/", matching.matching, name="matching"),
    path("requests/several/", several.handle_several, name="handle_several"),
    path("requests/<slug:request_no>/", requests.request_page, name="request"),
    path("requests/<slug:request_no>/content/", panels.request_content, name="request_content"),
    path("requests/<slug:request_no>/answer/", requests.answer, name="answer"),
    path("requests/<slug:request_no>/dispute/", disputes.raise_dispute, name="raise_dispute"),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<slug:dispute_no>/", disputes.dispute, name="dispute"),
    path("disputes/<slug:dispute_no>/content/", disputes.dispute_content, name="dispute_content"),
    path("grants/", grants.grants, name="grants"),
    path("grants/<slug:grant_no>/", grants.grant, name="grant"),
    path("grants/<slug:grant_no>/revocation/", grants.revoke, name="revoke"),
    path("grants/<slug:grant_no>/return/", grants.give_back, name="give_back"),
    path("grants/<slug:grant_no>/api/", grants.api_page, name="api"),
    path("panels/outlook/<resource_code:code>/", panels.outlook, name="outlook_panel"),
    path("panels/subscribers/<resource_code:code>/", panels.subscribers, name="subscribers_panel"),
]
