"""Addresses of the pages of notices, under /notices/."""

from django.urls import path

from jutong.foundation.notices.web import dispatches, hooks, inbox, settings

app_name = "notices"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("bell/", inbox.bell, name="bell"),
    path("read/", inbox.read_all, name="read_all"),
    path("read/several/", inbox.read_several, name="read_several"),
    path("settings/", settings.settings, name="settings"),
    path("settings/habits/", settings.set_habits, name="set_habits"),
    path("settings/<slug:channel>/", settings.enter, name="enter_contact"),
    path("settings/<slug:channel>/confirmation/", settings.confirm, name="confirm_contact"),
    path("settings/<slug:channel>/removal/", settings.remove, name="remove_contact"),
    path("dispatches/", dispatches.dispatches, name="dispatches"),
    path("dispatches/<int:dispatch_id>/resending/", dispatches.resend, name="resend"),
    path("hooks/", hooks.hooks, name="hooks"),
    path("hooks/registration/", hooks.register, name="register_hook"),
    path("hooks/<slug:hook_no>/", hooks.hook, name="hook"),
    path("hooks/<slug:hook_no>/trial/", hooks.try_out, name="try_hook"),
    path("hooks/<slug:hook_no>/end/", hooks.end, name="end_hook"),
    path("<int:notice_id>/", inbox.follow, name="follow"),
]
