"""Addresses of the pages of procedures, under /procedures/."""

from django.urls import path

from jutong.foundation.procedures.web import acting, cases, definitions, tasks

app_name = "procedures"

urlpatterns = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/claim/", tasks.claim_several, name="claim_several"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<slug:case_no>/", cases.case, name="case"),
    path("cases/<slug:case_no>/transitions/<slug:transition>/", acting.take, name="take"),
    path("cases/<slug:case_no>/claim/", acting.claim, name="claim"),
    path("cases/<slug:case_no>/release/", acting.release, name="release"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("definitions/<str:name>/", definitions.definition, name="definition"),
]
