"""Addresses of the rulebook's pages."""

from django.urls import path

from jutong.foundation.rulebook.web import calendar, rules

app_name = "rulebook"

urlpatterns = [
    path("", rules.rules, name="rules"),
    path("code-lists/<slug:name>/", rules.code_list, name="code_list"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/emergency/", calendar.emergency, name="emergency"),
    path("calendar/template/", calendar.template, name="calendar_template"),
]
