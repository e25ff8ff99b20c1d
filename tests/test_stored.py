"""Pages read as much as they show, however much is stored (docs/decisions/0039)."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from feedback import sifting
from feedback.models import Round
from feedback.queries import changes as change_queries
from feedback.queries import receipts as receipt_queries
from feedback.services import count_what_is_due, live_counts
from focusprog.benches.stored_data import shape
from tests.factories import user

pytestmark = pytest.mark.django_db

_TABLES = (
    "feedback_invitation",
    "feedback_response",
    "feedback_comment",
    "feedback_told",
    "outbox_email",
)
# A page of 25 comments with what belongs to each, twice.
_MOST_ROWS = 600
# Not: themes, counted over all comments; a common word; the comments that a change may come from.
_PAGES = (
    "home",
    "rounds",
    "open_round",
    "closed_round",
    "results",
    "change",
    "comments",
    "comments_by_rare_word",
    "comments_by_question",
    "comments_by_moment",
    "touchpoint_comments",
    "mail",
    "held",
)


@pytest.fixture
def leader() -> User:
    return user("leader@example.com")


@pytest.fixture
def _little_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (receipt_queries, change_queries, live_counts):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 100)
    monkeypatch.setattr(sifting, "MOST_COUNTED", 100)


def _rows_read() -> int:
    """Rows of those tables that this transaction has read so far, by whichever way."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)
            FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)
            """,
            [list(_TABLES)],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("_little_is_much")
def test_pages_read_what_they_show(client: Client, leader: User) -> None:
    pages = shape(leader, "many", 3_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # As with a million: three thousand rows are read as quickly without an index.
        cursor.execute("SET LOCAL enable_seqscan = off")
    count_what_is_due()
    client.force_login(leader)
    for name in pages:
        client.get(pages[name])
    read = {}
    for name in pages:
        before = _rows_read()
        assert client.get(pages[name]).status_code == 200, name
        read[name] = _rows_read() - before
    assert {name: read[name] for name in _PAGES if read[name] > _MOST_ROWS} == {}
    # The measure itself tells: whoever counts a large round reads all of it.
    before = _rows_read()
    Round.objects.update(count_due_at=timezone.now())
    count_what_is_due()
    assert _rows_read() - before > 3_000
