"""Django's settings, derived from the one environment. Nothing here reads the process environment."""

from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy

from jutong.config.database import django_database
from jutong.config.environment import environment
from jutong.config.rooms import ROOMS
from jutong.config.secrets_store import secret_bytes
from jutong.kernel.crypto import SealingKey, SigningKey
from jutong.registry.accounts import setup as accounts
from jutong.ui.site import Site

django_stubs_ext.monkeypatch()

env = environment()
SOURCE = Path(__file__).resolve().parent.parent

DEBUG = False
SECRET_KEY = secret_bytes("django", 48).hex()
ALLOWED_HOSTS = sorted({env.base_url.split("://")[1].rsplit(":", 1)[0], "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [env.base_url]
SECURE = env.base_url.startswith("https://")

# --- The site: header and footer -------------------------------------------------------------------------------------
UI_SITE = Site(**env.site)

# --- The house -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    *ROOMS,
    # Below the rooms: their templates restyle those of ui and of allauth.
    "jutong.ui",
    "jutong.config",
    *accounts.ALLAUTH_APPS,
    "ninja",
]
MIDDLEWARE = [
    "jutong.foundation.operations.web.middleware.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "jutong.ui.middleware.ContentSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jutong.base.middleware.ErrorPagesMiddleware",
    *accounts.MIDDLEWARE,
    # Last, so that it knows who sends; its look at what was sent still comes before any view.
    "jutong.foundation.secrecy.web.middleware.SecrecyMiddleware",
]
ROOT_URLCONF = "jutong.config.urls"
WSGI_APPLICATION = "jutong.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "jutong.ui.context.page",
            ],
        },
    }
]

# --- Database and jobs -----------------------------------------------------------------------------------------------
DATABASES = {"default": django_database(env.database_url)}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- Language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", gettext_lazy("中文")), ("en", gettext_lazy("English"))]
LOCALE_PATHS = [SOURCE / "kernel" / "locale", SOURCE / "base" / "locale", SOURCE / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Static files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.data_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Browser ---------------------------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "jutong-session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "jutong-csrf"
LANGUAGE_COOKIE_NAME = "jutong-language"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# A large upload waits in a file without a name: nothing of a refused one is left behind, not even by a killed process.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "jutong.foundation.secrecy.web.uploads.NamelessFileUploadHandler",
]

# --- People ----------------------------------------------------------------------------------------------------------
globals().update(
    {name: value for name, value in vars(accounts).items() if name.isupper() and name not in accounts.PARTS}
)

# --- What rooms are handed -------------------------------------------------------------------------------------------
JUTONG_DATA_DIR = env.data_dir
JUTONG_FILES_DIR = env.data_dir / "files"
JUTONG_BASE_URL = env.base_url
JUTONG_GATEWAY_URL = env.gateway_url
JUTONG_PORTS = (env.portal_port, env.gateway_port)
# How old figures of the first screens may be that many people look at; each says its moment.
OVERVIEW_KEPT_SECONDS = 20
JUTONG_SMTP, JUTONG_SMS = env.smtp, env.sms
JUTONG_OPENLINEAGE_URL, JUTONG_OPENLINEAGE_TOKEN = env.openlineage_url, env.openlineage_token
JUTONG_KEK_ROOT = secret_bytes("root-kek")
# Only the public half: whoever holds this process may seal client secrets and open none.
JUTONG_GATEWAY_PUBLIC_KEY = SealingKey(secret_bytes("gateway")).public
JUTONG_AUDIT_SIGNING_KEY = secret_bytes("audit")
JUTONG_SECRECY_KEY = secret_bytes("secrecy")
# Only the public half: versions of the node's program are signed by the command, not by a page.
JUTONG_NODE_RELEASE_KEY = SigningKey(secret_bytes("node-release")).public
# Signs and opens the packages that are carried between the platform and nodes without a network.
JUTONG_FERRY_KEY = secret_bytes("ferry")
