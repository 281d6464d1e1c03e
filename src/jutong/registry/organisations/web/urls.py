"""Addresses of the register's pages."""

from django.urls import path

from jutong.registry.organisations.web import departments, reforms, regions

app_name = "organisations"

urlpatterns = [
    path("", departments.departments, name="departments"),
    path("regions/", regions.regions, name="regions"),
    path("regions/<slug:code>/", regions.regions, name="region"),
    path("reforms/", reforms.plans, name="reforms"),
    path("reforms/new/", reforms.new, name="reform_new"),
    path("reforms/<slug:plan_no>/", reforms.plan_page, name="reform"),
    path("reforms/<slug:plan_no>/edit/", reforms.edit, name="reform_edit"),
    path("reforms/<slug:plan_no>/lines/", reforms.check, name="reform_check"),
    path("reforms/<slug:plan_no>/listing/", reforms.list_anew, name="reform_list_anew"),
    path("reforms/<slug:plan_no>/submission/", reforms.submit, name="reform_submit"),
    path("reforms/<slug:plan_no>/cancellation/", reforms.cancel, name="reform_cancel"),
    path("reforms/<slug:plan_no>/carrying-out/", reforms.carry_out, name="reform_carry_out"),
    path("reforms/<slug:plan_no>/progress/", reforms.progress, name="reform_progress"),
    path("<slug:uscc>/", departments.department, name="department"),
    path("<slug:uscc>/names/", departments.rename, name="rename"),
    path("<slug:uscc>/dates/", departments.note_dates, name="note_dates"),
    path("<slug:uscc>/offices/", departments.add_office, name="add_office"),
    path("<slug:uscc>/offices/<int:office_no>/closing/", departments.close_office, name="close_office"),
]
