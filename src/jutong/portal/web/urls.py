"""Addresses of the portal; mounted at the root."""

from django.urls import path

from jutong.portal.web import finding, front, pages, switches, tasks

app_name = "portal"
urlpatterns = [
    path("", front.home, name="home"),
    path("begin", pages.begin, name="begin"),
    path("workbench", pages.workbench, name="workbench"),
    path("workbench/tasks", tasks.tasks, name="tasks"),
    path("workbench/first-tasks", tasks.first_tasks, name="first_tasks"),
    path("find", finding.everything, name="find"),
    path("language", switches.language, name="language"),
    path("elder", switches.elder, name="elder"),
]
