"""What accounts needs in the settings, as plain constants: `jutong.config.settings` imports them by name.

Nothing here imports Django. Templates of this room restyle allauth's, so the room must stand before `allauth` in
INSTALLED_APPS.
"""

from datetime import timedelta
from typing import Any

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/begin"  # the portal leads on to the first screen of the post
LOGOUT_REDIRECT_URL = "/accounts/login/"

# Lists that the settings weave into their own; everything else here is a setting as it stands.
PARTS = frozenset({"PARTS", "ALLAUTH_APPS", "MIDDLEWARE", "PASSWORD_PROFILES"})

ALLAUTH_APPS = ["allauth", "allauth.account", "allauth.mfa", "axes"]
MIDDLEWARE = [
    "allauth.account.middleware.AccountMiddleware",
    "jutong.registry.accounts.middleware.SubjectMiddleware",
    "axes.middleware.AxesMiddleware",
]

# --- Passwords -------------------------------------------------------------------------------------------------------
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_PROFILES: dict[str, dict[str, Any]] = {
    # GB/T 22239 (等保) level 3, 8.1.4.1: complexity and periodic change. The numbers are our defaults.
    "dengbao-3": {"min_length": 10, "min_kinds": 3, "history": 5, "expiry_days": 90},
    # OWASP ASVS 5.0 V6.2: length instead of composition (V6.2.5), no periodic change (V6.2.10).
    "asvs": {"min_length": 15, "min_kinds": 1, "history": 0, "expiry_days": 0},
}
JUTONG_PASSWORD_PROFILE = "dengbao-3"  # noqa: S105
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "jutong.registry.accounts.passwords.ProfileValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "jutong.registry.accounts.passwords.ContextWordsValidator"},
    {"NAME": "jutong.registry.accounts.passwords.HistoryValidator"},
]

# --- Sessions --------------------------------------------------------------------------------------------------------
# Opaque keys in the database, new at sign-in. SubjectMiddleware ends a session after the idle time; the absolute
# limit is its age.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
JUTONG_SESSION_IDLE_SECONDS = 30 * 60

# --- allauth: sign-in by login name, nobody signs up ----------------------------------------------------------------
ACCOUNT_ADAPTER = "jutong.registry.accounts.web.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
# axes counts failures by account and address; allauth's own count in the memory of one process would say otherwise.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": None}

MFA_ADAPTER = "jutong.registry.accounts.web.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "聚通 Jutong"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- axes: lock-out by account and address, never for good -----------------------------------------------------------
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = "jutong.registry.accounts.lockout.counted_by"
AXES_USERNAME_CALLABLE = "jutong.registry.accounts.lockout.login_name_of"
AXES_LOCKOUT_CALLABLE = "jutong.registry.accounts.lockout.refuse"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
