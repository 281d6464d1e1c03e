"""Addresses of the pages of accounts, under /accounts/ beside allauth's."""

from django.urls import path

from jutong.registry.accounts.web import absences, clients, contractors, handovers, me, people, rights

app_name = "accounts"

urlpatterns = [
    path("", me.account, name="me"),
    path("post/", me.switch, name="switch"),
    path("posts-menu/", me.posts_menu, name="posts_menu"),
    path("tokens/", me.issue_token, name="issue_token"),
    path("tokens/<slug:token_no>/revocation/", me.revoke_token, name="revoke_token"),
    path("clients/", clients.clients, name="clients"),
    path("clients/<slug:client_no>/", clients.client, name="client"),
    path("keys/<slug:key_id>/rotation/", clients.rotate_key, name="rotate_key"),
    path("keys/<slug:key_id>/revocation/", clients.revoke_key, name="revoke_key"),
    path("people/", people.people, name="people"),
    path("people/<slug:person_no>/", people.person, name="person"),
    path("people/<slug:person_no>/disabling/", people.disable, name="disable"),
    path("people/<slug:person_no>/password/", people.reset_password, name="reset_password"),
    path("appointments/<int:appointment_no>/end/", people.end_appointment, name="end_appointment"),
    path("rights/", rights.rights, name="rights"),
    path("contract/", contractors.contract, name="contract_panel"),
    path("contractors/", contractors.contractors, name="contractors"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:absence_no>/ending/", absences.end, name="end_absence"),
    path("handovers/", handovers.handovers, name="handovers"),
    path("handovers/<slug:handover_no>/", handovers.handover, name="handover"),
    path("handovers/<slug:handover_no>/successor/", handovers.successor, name="name_successor"),
    path("handovers/<slug:handover_no>/confirmation/", handovers.confirm, name="confirm_handover"),
    path("handovers/<slug:handover_no>/approval/", handovers.approve, name="approve_handover"),
    path("handovers/<slug:handover_no>/cancellation/", handovers.cancel, name="cancel_handover"),
]
