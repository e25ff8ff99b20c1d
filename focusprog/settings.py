"""All settings, from the environment.

Without DATABASE_URL this is the embedded shape: one machine, one data folder (DATA), everything
started by one command. With it, this is the deployed shape, which refuses to start half-configured.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from focusprog.datafolder import locations

BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED = "DATABASE_URL" not in os.environ


def _required(name: str) -> str:
    """A setting the deployed shape cannot do without."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: with DATABASE_URL the deployed shape needs it too."
        )
    return value


def _listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _mailer(url: str) -> dict[str, Any]:
    """EMAIL_URL as one entry of MAILERS.

    smtp://, smtp+tls:// (STARTTLS) and smtp+ssl:// take user:password@host:port; an email service
    is anymail+NAME://?api_key=..., with its options as django-anymail spells them, in lower case.
    """
    parts = urlsplit(url)
    if parts.scheme.startswith("anymail+"):
        options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        service = parts.scheme.removeprefix("anymail+")
        return {"BACKEND": f"anymail.backends.{service}.EmailBackend", "OPTIONS": options}
    if parts.scheme not in {"smtp", "smtp+tls", "smtp+ssl"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.")
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or {"smtp+tls": 587, "smtp+ssl": 465}.get(parts.scheme, 25),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtp+ssl",
            "timeout": 20,
        },
    }


def _inbox(url: str) -> str:
    """INBOX_URL: imap+ssl://, imap+tls:// (STARTTLS) or imap://, with user:password@host/folder."""
    parts = urlsplit(url)
    if url and not (
        parts.scheme in {"imap", "imap+tls", "imap+ssl"} and parts.hostname and parts.username
    ):
        raise ImproperlyConfigured("INBOX_URL must look like imap+ssl://user:password@host.")
    return url


def _reply_address(address: str) -> str:
    box, at, domain = address.rpartition("@")
    # With the secret, 64 characters are all that an address has before its @.
    if address and not (at and domain and 0 < len(box) <= 20 and "+" not in box):
        raise ImproperlyConfigured(
            "REPLY_ADDRESS must look like answers@example.com, with at most 20 characters and no "
            "plus sign before the @."
        )
    return address


if EMBEDDED:
    _at = locations()
    SECRET_KEY = os.environ.get("SECRET_KEY") or _at.secret_key
    _database_url = _at.database_url
    _broker_url = f"redis+socket://{_at.redis_socket}?virtual_host=0"
    _cache_url = f"unix://{_at.redis_socket}?db=1"
    _email_url = os.environ.get("EMAIL_URL") or f"smtp://127.0.0.1:{_at.smtp_port}"
    MAILBOX: Path | None = _at.mailbox
    DATA_FOLDER = _at.data
    ALLOWED_HOSTS = _listed("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],*.localhost,testserver")
else:
    SECRET_KEY = _required("SECRET_KEY")
    _database_url = _required("DATABASE_URL")
    _broker_url = _required("REDIS_URL")
    _cache_url = os.environ.get("CACHE_URL") or _broker_url
    _email_url = _required("EMAIL_URL")
    MAILBOX = None
    DATA_FOLDER = Path(os.environ.get("DATA", "/tmp"))  # noqa: S108  (its free space is watched)
    ALLOWED_HOSTS = _listed("ALLOWED_HOSTS", _required("ALLOWED_HOSTS"))

DEBUG = False
# Where links in emails point; a request's own host is never trusted for that.
BASE_URL = os.environ.get("BASE_URL") or (
    f"http://localhost:{os.environ.get('PORT', '8000')}"
    if EMBEDDED
    else f"https://{ALLOWED_HOSTS[0]}"
)
DEFAULT_FROM_EMAIL = os.environ.get("FROM_EMAIL") or f"focusprog@{urlsplit(BASE_URL).hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Answers to our emails go to REPLY_ADDRESS, with a secret behind a plus sign; INBOX_URL is a
# mailbox where they arrive, for those whose emails no service brings. Where neither brings them to
# us, emails say that one answers on one's own page, which always works.
INBOX_URL = _inbox(os.environ.get("INBOX_URL", ""))
# The embedded run's own mail server hands over what is sent to that address.
SINK_TAKES_REPLIES = EMBEDDED and not os.environ.get("EMAIL_URL")
REPLY_ADDRESS = _reply_address(
    os.environ.get("REPLY_ADDRESS", "") or ("answers@localhost" if SINK_TAKES_REPLIES else "")
)
if INBOX_URL and not REPLY_ADDRESS:
    raise ImproperlyConfigured("INBOX_URL is set: REPLY_ADDRESS must be that mailbox's address.")

INSTALLED_APPS = [
    "focusprog",
    "keeping",
    "reports",
    "missions",
    "feedback",
    "touchpoints",
    "programme",
    "outbox",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "anymail",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "programme.middleware.BadInputMiddleware",
]
ROOT_URLCONF = "focusprog.urls"
WSGI_APPLICATION = "focusprog.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "programme.context.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database, cache, sessions
_database: dict[str, Any] = {**dj_database_url.parse(_database_url, conn_max_age=0)}
_database["OPTIONS"] = {
    **_database.get("OPTIONS", {}),
    "pool": {
        "min_size": 1,
        "max_size": int(os.environ.get("DATABASE_POOL", "10")),
        "timeout": 10,
        # An attempt that fails is repeated for so long only, at growing distances; the next request
        # then begins anew. So a database that was away for an hour is found at once.
        "reconnect_timeout": 5,
    },
}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache_url,
        "KEY_PREFIX": "focusprog",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
ACCOUNT_ADAPTER = "outbox.account_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
# Limits count by the visitor's address: in the deployed shape, the one that the proxy adds.
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if EMBEDDED else 1
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.AskResetForm",
    "reset_password_from_key": "accounts.forms.ResetForm",
    "set_password": "accounts.forms.FirstPasswordForm",
    "change_password": "accounts.forms.NewPasswordForm",
}

# Mail
MAILERS = {"default": _mailer(_email_url)}
# How an email service proves that a report of a bounce is its own, as django-anymail spells it:
# ANYMAIL_WEBHOOK_SECRET=user:password, or the key by which the service signs.
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in os.environ.items()
    if name.startswith("ANYMAIL_") and value
}

# Celery: it only wakes what the database remembers
CELERY_BROKER_URL = _broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "unacked_restore_throttle": 1,
    "visibility_timeout": 3600,
    # Who publishes while the queue is down does not wait for it: the sweep finds what is due.
    "max_retries": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"reports.*": {"queue": "reports"}}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "outbox": {"task": "outbox.tasks.sweep", "schedule": 60.0},
    "rounds": {"task": "feedback.tasks.sweep", "schedule": crontab()},
    "inbox": {"task": "feedback.tasks.look_into_inbox", "schedule": crontab()},
    "improvements": {"task": "touchpoints.tasks.sweep", "schedule": crontab(minute="*/10")},
    "missions": {"task": "missions.tasks.sweep", "schedule": crontab()},
    "reports": {"task": "reports.tasks.sweep", "schedule": crontab()},
    "keeping": {"task": "keeping.tasks.sweep", "schedule": crontab()},
}

# Language, time, files
LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = None if EMBEDDED else Path(os.environ.get("STATIC_ROOT", BASE_DIR / ".cache/static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if EMBEDDED
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# The embedded shape serves static files from where they lie: nothing to collect before a start.
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Security
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "focusprog_session"
CSRF_COOKIE_NAME = "focusprog_csrf"
CSRF_FAILURE_VIEW = "focusprog.errors.csrf_failure"
if not EMBEDDED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [BASE_URL]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
