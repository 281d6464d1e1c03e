"""Addresses of the pages of the lists, under /lists/."""

from django.urls import path

from jutong.base import converters  # noqa: F401 - makes `resource_code` known
from jutong.supply.lists.web import demands, editions, exclusions, overview, panels, responsibilities, rounds

app_name = "lists"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("findings/", overview.findings, name="findings"),
    path("findings/check/", overview.check, name="check"),
    path("rounds/", rounds.round_list, name="rounds"),
    path("rounds/new/", rounds.new, name="new_round"),
    path("rounds/<slug:round_no>/", rounds.one, name="round"),
    path("rounds/<slug:round_no>/review/", rounds.hand_in, name="hand_in"),
    path("rounds/<slug:round_no>/drop/", rounds.drop, name="drop_round"),
    path("rounds/<slug:round_no>/draw-up/", rounds.draw_up, name="draw_up"),
    path("rounds/<slug:round_no>/confirmation/", rounds.ask, name="ask_confirmation"),
    path("rounds/<slug:round_no>/file/", rounds.bring, name="bring"),
    path("rounds/<slug:round_no>/template/", rounds.template, name="template"),
    path("rounds/<slug:round_no>/demands/new/", demands.new, name="new_demand"),
    path("rounds/<slug:round_no>/exclusions/new/", exclusions.new, name="new_exclusion"),
    path("demands/", demands.demand_list, name="demands"),
    path("demands/<slug:demand_no>/", demands.one, name="demand"),
    path("responsibilities/", responsibilities.responsibility_list, name="responsibilities"),
    path("responsibilities/<slug:responsibility_no>/", responsibilities.one, name="responsibility"),
    path("exclusions/", exclusions.exclusion_list, name="exclusions"),
    path("exclusions/<slug:exclusion_no>/", exclusions.one, name="exclusion"),
    path("exclusions/<slug:exclusion_no>/take-back/", exclusions.take_back, name="take_back"),
    path("editions/", editions.edition_list, name="editions"),
    path("editions/<slug:kind>/<int:number>/", editions.one, name="edition"),
    path("editions/<slug:kind>/<int:number>/differences/", editions.differences, name="differences"),
    path("panels/resource/<resource_code:code>/", panels.resource, name="panel"),
]
