"""Addresses of the pages of rounds, under /rounds/."""

from django.urls import path

from jutong.supply.rounds.web import entries, notices, panels, registers, rounds

app_name = "rounds"

urlpatterns = [
    path("", rounds.rounds, name="rounds"),
    path("new/", rounds.new, name="new_round"),
    path("panel/", panels.panel, name="panel"),
    path("rates/", rounds.rates, name="rates"),
    path("planned/", entries.planned, name="planned"),
    path("duties/", registers.duties, name="duties"),
    path("systems/", registers.systems, name="systems"),
    path("submissions/", entries.submissions, name="submissions"),
    path("remarks/<slug:draft_no>/", panels.remarks, name="remarks"),
    path("remarks/<slug:draft_no>/new/", panels.make_remark, name="make_remark"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<slug:notice_no>/", notices.notice, name="notice"),
    path("notices/<slug:notice_no>/objections/", notices.object_, name="object"),
    path("notices/<slug:notice_no>/closing/", notices.close, name="close_notice"),
    path("notices/<slug:notice_no>/publication/", notices.publish, name="publish"),
    path("objections/", notices.objections, name="objections"),
    path("objections/<slug:objection_no>/", notices.objection, name="objection"),
    path("objections/<slug:objection_no>/answer/", notices.answer, name="answer"),
    path("entries/claims/", entries.claim_several, name="claim_several"),
    path("entries/<slug:entry_no>/", entries.entry, name="entry"),
    path("entries/<slug:entry_no>/claim/", entries.claim, name="claim"),
    path("entries/<slug:entry_no>/settlement/", entries.settle, name="settle"),
    path("entries/<slug:entry_no>/survey/", entries.survey, name="survey"),
    path("entries/<slug:entry_no>/draft/", entries.draft, name="draft"),
    path("entries/<slug:entry_no>/link/", entries.link, name="link"),
    path("entries/<slug:entry_no>/dropping/", entries.drop, name="drop"),
    path("entries/<slug:entry_no>/release/", entries.release, name="release"),
    path("<slug:round_no>/", rounds.round_, name="round"),
    path("<slug:round_no>/wall/", rounds.wall, name="wall"),
    path("<slug:round_no>/entries/", entries.entries, name="entries"),
    path("<slug:round_no>/entries/new/", entries.new, name="new_entry"),
    path("<slug:round_no>/entries/import/", rounds.import_entries, name="import_entries"),
    path("<slug:round_no>/plan/", rounds.plan, name="plan"),
    path("<slug:round_no>/days/", rounds.days, name="days"),
    path("<slug:round_no>/preparation/", rounds.prepare, name="prepare"),
    path("<slug:round_no>/report/", rounds.report, name="report"),
    path("<slug:round_no>/notice/", rounds.open_notice, name="open_notice"),
    path("<slug:round_no>/closing/", rounds.close, name="close_round"),
]
