"""The WSGI application: `granian --interface wsgi keguan.doors.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from keguan.doors.web.whole_body import WholeBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keguan.settings")

application = WholeBody(get_wsgi_application())
