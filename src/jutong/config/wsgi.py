"""The portal and its API as a WSGI application (served by granian)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jutong.config.settings")
application = get_wsgi_application()
