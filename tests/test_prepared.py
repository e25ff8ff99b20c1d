"""What a connection remembers of the statements that went over it."""

import tracemalloc

import pytest
from django.db import connection

from accounts.prepared import prepared_cursor
from outbox.services import NewEmail, write_emails
from programme.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)


def _planned() -> set[str]:
    """Of this connection, which may have served other tests."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {statement for (statement,) in cursor.fetchall()}


def test_a_statement_that_is_asked_again_and_again_is_planned_once() -> None:
    before = _planned()
    for n in range(10):
        with prepared_cursor() as cursor:
            cursor.execute("SELECT %s::int + 1", [n])
            assert cursor.fetchone() == (n + 1,)
    assert _planned() - before == {"SELECT $1::int + 1"}
    # What Django asks is sent whole, however often.
    for _ in range(10):
        assert not Organisation.objects.filter(name="Nowhere").exists()
    assert _planned() - before == {"SELECT $1::int + 1"}


def test_the_words_of_emails_written_are_not_kept_in_memory() -> None:
    """A connection that remembers its last statements holds on to a hundred batches of emails."""

    def write(batch: int) -> None:
        write_emails(
            NewEmail(
                key=f"test:{batch}:{n}",
                to_email="ada@example.com",
                subject="Hello",
                text="Hello " * 1_000,
            )
            for n in range(100)
        )

    write(0)
    tracemalloc.start()
    try:
        for batch in range(1, 13):
            write(batch)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2 * 1024 * 1024, "seven megabytes were written"
