"""Statements that a connection plans once: for those few that thousands ask in the same minute,
planning them anew is most of what they cost the database."""

from typing import cast

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor of Django's that sends values apart from their statement, which after a few uses is
    planned no more (`prepare_threshold` of the database's settings)."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        # django-stubs would have the wrapper that is only about to be made.
        cursor = cast("CursorWrapper", psycopg.Cursor(connection.connection))
    if connection.queries_logged:
        return connection.make_debug_cursor(cursor)
    return connection.make_cursor(cursor)
