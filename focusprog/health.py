"""Whether the process is alive, and whether everything it needs is well."""

import shutil
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.access import public

_LEAST_FREE_BYTES = 200 * 1024 * 1024


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part by name, "ok" or what is wrong; 503 while one is not well."""
    parts = {name: _state(check) for name, check in _CHECKS.items()}
    status = 200 if all(state == "ok" for state in parts.values()) else 503
    return JsonResponse(parts, status=status)


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001  (whatever is wrong belongs into the answer)
        # The kind of fault only: this page is public, and texts of errors may name hosts.
        return f"not well ({type(error).__name__})"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _queue() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def _worker() -> None:
    """Asked at most every ten seconds: an answer takes a worker's attention."""
    if cache.get("worker-seen"):
        return
    if not current_app.control.ping(timeout=2, limit=1):
        raise TimeoutError
    cache.set("worker-seen", 1, 10)


def _mail() -> None:
    mailer = mail.mailers["default"]
    try:
        mailer.open()
    finally:
        mailer.close()


def _disk() -> None:
    if shutil.disk_usage(settings.DATA_FOLDER).free < _LEAST_FREE_BYTES:
        raise OSError


_CHECKS = {
    "database": _database,
    "queue": _queue,
    "worker": _worker,
    "mail": _mail,
    "disk": _disk,
}
