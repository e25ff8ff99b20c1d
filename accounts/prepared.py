"""Statements that a connection plans once: for those few that thousands ask in the same minute,
planning them anew is most of what they cost the database."""

from typing import Any, Self, cast

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

# From so many uses on, a statement is planned no more.
_USES = 5


class _Cursor(psycopg.Cursor[Any]):
    """Counts and plans its own statements only. A connection that did so throughout would remember
    its last hundred, and Django's have their values in them: of a batch of emails, all their words.
    """

    def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
        self.connection.prepare_threshold = _USES
        try:
            return super().execute(query, params, **how)
        finally:
            self.connection.prepare_threshold = None


def prepared_cursor() -> CursorWrapper:
    """A cursor of Django's that sends values apart from their statement, which after a few uses is
    planned no more."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        # django-stubs would have the wrapper that is only about to be made.
        cursor = cast("CursorWrapper", _Cursor(connection.connection))
    if connection.queries_logged:
        return connection.make_debug_cursor(cursor)
    return connection.make_cursor(cursor)
