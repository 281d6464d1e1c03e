"""The pages of allauth that this platform has: signing in and out, one's password, second factors.

Its pages for e-mail addresses and password resets by mail are left out: accounts here have no address, and a page
that cannot work is a way to fail. Sign-up stays, to say that it is closed.
"""

from allauth.account import views as account
from django.urls import include, path

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]
