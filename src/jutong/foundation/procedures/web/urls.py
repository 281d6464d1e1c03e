"""Addresses of the pages of procedures, under /procedures/."""

from django.urls import path

from jutong.foundation.procedures.web import acting, cases, definitions, schemes, sheet, tasks

app_name = "procedures"

urlpatterns = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/claim/", tasks.claim_several, name="claim_several"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<slug:case_no>/", cases.case, name="case"),
    path("cases/<slug:case_no>/sheet.pdf", sheet.pdf, name="sheet_pdf"),
    path("cases/<slug:case_no>/sheet.docx", sheet.docx, name="sheet_docx"),
    path("cases/<slug:case_no>/transitions/<slug:transition>/", acting.take, name="take"),
    path("cases/<slug:case_no>/transitions/<slug:transition>/inner/", acting.propose, name="propose"),
    path("cases/<slug:case_no>/inner/<int:seat_no>/", acting.give_opinion, name="opinion"),
    path("cases/<slug:case_no>/inner-withdrawal/", acting.take_back, name="take_back"),
    path("cases/<slug:case_no>/urge/", acting.urge, name="urge"),
    path("cases/<slug:case_no>/claim/", acting.claim, name="claim"),
    path("cases/<slug:case_no>/release/", acting.release, name="release"),
    path("inner/", schemes.schemes, name="schemes"),
    path("inner/<str:kind>/", schemes.scheme, name="scheme"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("definitions/<str:name>/", definitions.definition, name="definition"),
]
