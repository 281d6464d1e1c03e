"""Addresses of the overview, under /overview/."""

from django.urls import path

from jutong.assessment.overview.web import calls, ledger, operations, panels, paper, region, screen, wall

app_name = "overview"
urlpatterns = [
    path("", region.region, name="region"),
    path("wall/", wall.wall, name="wall"),
    path("wall/now/", wall.now, name="wall_now"),
    path("ledger/", ledger.own_ledger, name="ledger"),
    path("ledger/<slug:uscc>/", ledger.ledger, name="ledger_of"),
    path("ledger/<slug:uscc>/paper.pdf", paper.pdf, name="ledger_pdf"),
    path("ledger/<slug:uscc>/paper.docx", paper.docx, name="ledger_docx"),
    path("screen/", screen.screen, name="screen"),
    path("screen/now/", screen.now, name="screen_now"),
    path("calls/", calls.calls, name="calls"),
    path("operations/", operations.operations, name="operations"),
    path("operations/now/", operations.now, name="operations_now"),
    path("panels/health/", panels.health, name="health_panel"),
    path("panels/region/", panels.region, name="region_panel"),
    path("panels/wall/", panels.wall, name="wall_panel"),
    path("panels/platform/", panels.platform, name="platform_panel"),
    path("panels/shortcuts/", panels.shortcuts, name="shortcuts_panel"),
]
