"""The WSGI application: `granian --interface wsgi keguan.doors.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keguan.settings")

application = get_wsgi_application()
