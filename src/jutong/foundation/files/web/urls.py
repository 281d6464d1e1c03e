"""Addresses of files, under /files/."""

from django.urls import path

from jutong.foundation.files.web import fetch

app_name = "files"

urlpatterns = [path("<slug:file_no>/", fetch.content, name="content")]
