"""How one installation runs. Everything that differs between installations is an environment variable KEGUAN_*."""

from __future__ import annotations

import os
from pathlib import Path

from keguan.database.connection import connection_settings
from keguan.database.places import application_url, home, state_folder
from keguan.settings.accounts import APPS as ACCOUNT_APPS
from keguan.settings.accounts import IDLE_SECONDS, allauth_settings, identity_providers, mail_settings
from keguan.settings.logs import logging_settings
from keguan.settings.publisher import publisher_settings
from keguan.settings.secret import secret_key


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "yes", "true", "on"}


def _words(name: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


PACKAGE = Path(__file__).resolve().parents[1]
HOME = home()
PROGRAMMES = HOME / "programmes"
PARAMETERS = HOME / "parameters"
WORKDAYS = Path(os.environ.get("KEGUAN_WORKDAYS", PARAMETERS / "workdays.yaml"))

DEBUG = _flag("KEGUAN_DEBUG")
DEMO = _flag("KEGUAN_DEMO")
SECRET_KEY = secret_key(state_folder() / "secret")
ALLOWED_HOSTS = _words("KEGUAN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("KEGUAN_ORIGINS", "")
PUBLISHER = publisher_settings()

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "keguan.components",
    "keguan.registers.trace",
    "keguan.registers.organisations",
    "keguan.registers.parties",
    "keguan.registers.codes",
    "keguan.registers.experts",
    "keguan.registers.projects",
    "keguan.registers.documents",
    "keguan.registers.certificates",
    "keguan.registers.integrity",
    "keguan.registers.funds",
    "keguan.registers.ties",
    "keguan.registers.imports",
    "keguan.registers.exports",
    "keguan.registers.views",
    "keguan.casework",
    "keguan.casework.subscriptions",
    "keguan.casework.reviewing",
    "keguan.panels.matching",
    "keguan.panels.draws",
    "keguan.panels.meetings",
    "keguan.insight.awards",
    "keguan.insight.rounds",
    "keguan.insight.similarity",
    "keguan.insight.search",
    "keguan.doors.mail",
    "keguan.doors.api",
    "keguan.doors.web",
    *ACCOUNT_APPS,  # after the web door, whose templates stand in for theirs
]

# Few on purpose: a public page is to cost at most 8 ms. What Django spreads over security, locale, clickjacking and
# authentication layers stands in Envelope and Who.
MIDDLEWARE = [
    "keguan.doors.web.lighter.Lighter",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "keguan.doors.web.envelope.Envelope",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "keguan.doors.web.who.Who",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "keguan.doors.web.refusals.Refusals",
]
CSRF_FAILURE_VIEW = "keguan.doors.web.refusals.csrf_failed"
# In a cookie: a notice after a redirect must not need a session of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

ROOT_URLCONF = "keguan.doors.web.urls"
WSGI_APPLICATION = "keguan.doors.web.wsgi.application"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(PACKAGE.glob("casework/steps/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "keguan.doors.web.context.site",
            ],
        },
    }
]

DATABASES = {
    "default": connection_settings(application_url(), pool_size=int(os.environ.get("KEGUAN_POOL_SIZE", "0"))),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.Account"
AUTHENTICATION_BACKENDS = ["keguan.doors.web.who.Accounts"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

SESSION_ENGINE = "keguan.doors.web.sessions"
SESSION_COOKIE_AGE = IDLE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _flag("KEGUAN_HTTPS")
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("KEGUAN_BEHIND_PROXY") else None

# Shared by all processes: limits on attempts and codes already used must hold whichever process is asked.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cacheentry",
        # Of what is kept of large rounds there may be hundreds of pages; it must not drive out what limits attempts.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
SOCIALACCOUNT_PROVIDERS = identity_providers(os.environ)
globals().update(allauth_settings(is_demo=DEMO, is_https=SESSION_COOKIE_SECURE))

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
# No `collectstatic`: whitenoise reads each app's own folder once, when the process starts. A file's address changes with
# its content, so browsers may keep it.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 7 * 24 * 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "keguan.doors.web.editions.Editions"},
}
MEDIA_ROOT = Path(os.environ.get("KEGUAN_FILES") or state_folder() / "files")

globals().update(mail_settings(os.environ, is_demo=DEMO, folder=state_folder() / "mail"))
# How many requests programs may send to the interface in a minute: by each token, and without one from each network
# address. 0 is no limit.
API_TOKEN_PER_MINUTE = int(os.environ.get("KEGUAN_API_TOKEN_PER_MINUTE", "600"))
API_ADDRESS_PER_MINUTE = int(os.environ.get("KEGUAN_API_ADDRESS_PER_MINUTE", "300"))
# How much all attachments of one case may come to together, in MB (of 1024 × 1024 bytes); a programme may say less.
# 0 is no limit.
CASE_FILES_MB = int(os.environ.get("KEGUAN_CASE_FILES_MB", "200"))
# Whoever hands text messages to a mobile network: a class that keeps to `doors.mail.gateways.Gateway`.
TEXT_GATEWAY = os.environ.get("KEGUAN_TEXT_GATEWAY", "keguan.doors.mail.gateways.LogGateway")
# How long an expert's confirmation of their entry counts, in days. A year is this house's default: no rule is known.
EXPERT_REFRESH_DAYS = int(os.environ.get("KEGUAN_EXPERT_REFRESH_DAYS", "365"))
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["keguan.doors.jobs.tidy"]

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings(os.environ.get("KEGUAN_LOG_LEVEL", "INFO"))

# A table of five hundred rows with eight columns is a form that people do send.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = [
    "keguan.doors.web.large_files.LargeFiles",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
