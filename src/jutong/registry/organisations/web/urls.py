"""Addresses of the register's pages."""

from django.urls import path

from jutong.registry.organisations.web import departments, regions

app_name = "organisations"

urlpatterns = [
    path("", departments.departments, name="departments"),
    path("regions/", regions.regions, name="regions"),
    path("regions/<slug:code>/", regions.regions, name="region"),
    path("<slug:uscc>/", departments.department, name="department"),
    path("<slug:uscc>/names/", departments.rename, name="rename"),
    path("<slug:uscc>/offices/", departments.add_office, name="add_office"),
    path("<slug:uscc>/offices/<int:office_no>/closing/", departments.close_office, name="close_office"),
]
