"""What is remembered of a map is never older than the map."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from programme.models import Membership, Organisation, Period, Segment, Team
from tests import factories
from touchpoints.models import (
    HandOff,
    Improvement,
    Journey,
    MapChange,
    RatingTally,
    Stage,
    Touchpoint,
)
from touchpoints.queries import heatmap, known


@pytest.fixture
def at(organisation: Organisation, manager: Membership) -> Touchpoint:
    """A touchpoint with everything that can hang on one."""
    found = factories.touchpoint(organisation, "Invoice")
    Touchpoint.objects.filter(pk=found.pk).update(owner=manager)
    when = factories.period(organisation)
    factories.tally(found, when, (5, 5, 30), segment=factories.segment(organisation, "Export"))
    teams = [Team.objects.create(organisation=organisation, name=name) for name in ("A", "B")]
    HandOff.objects.create(
        organisation=organisation,
        touchpoint=found,
        name="The figures",
        giver=teams[0],
        receiver=teams[1],
    )
    Improvement.objects.create(organisation=organisation, touchpoint=found, title="Say it sooner")
    return found


CHANGES: dict[str, Callable[[], object]] = {
    "another tally": lambda: factories.tally(
        Touchpoint.objects.get(), Period.objects.get(), (9, 0, 0), source="another"
    ),
    "a tally changed in place": lambda: RatingTally.objects.update(misery=7),
    "a tally taken away": lambda: RatingTally.objects.all().delete(),
    "a touchpoint renamed": lambda: Touchpoint.objects.update(name="Bill"),
    "a touchpoint archived": lambda: Touchpoint.objects.update(archived_at="2026-01-01T00:00Z"),
    "a stage renamed": lambda: Stage.objects.update(name="Later"),
    "a journey archived": lambda: Journey.objects.update(archived_at="2026-01-01T00:00Z"),
    "a segment renamed": lambda: Segment.objects.update(name="Abroad"),
    "a segment more": lambda: factories.segment(Organisation.objects.get(), "Home"),
    "a team renamed": lambda: Team.objects.filter(name="A").update(name="Accounts"),
    "a hand-off taken away": lambda: HandOff.objects.all().delete(),
    "an improvement done": lambda: Improvement.objects.update(state=Improvement.State.DONE),
    "a quarter closed": lambda: Period.objects.update(closed_at="2026-01-01T00:00Z"),
    "an owner renamed": lambda: User.objects.filter(memberships__role="manager").update(name="Jo"),
    "an owner gone": lambda: Membership.objects.filter(role="manager").delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_seen(organisation: Organisation, at: Touchpoint, change: str) -> None:
    before = known(organisation)
    assert known(organisation) is before
    CHANGES[change]()
    assert known(organisation) is not before


def test_what_others_do_changes_nothing_here(organisation: Organisation, at: Touchpoint) -> None:
    before = known(organisation)
    theirs = factories.touchpoint(factories.organisation())
    Touchpoint.objects.filter(pk=theirs.pk).update(name="Theirs")
    User.objects.update(last_login="2026-01-01T00:00Z")
    assert known(organisation) is before


def test_the_page_and_the_drawer_show_the_change(
    as_leader: Client, organisation: Organisation, at: Touchpoint
) -> None:
    where = {"organisation": organisation.slug}
    page = reverse("touchpoints:index", kwargs=where)
    drawer = reverse("touchpoints:cell", kwargs={**where, "touchpoint": at.pk})
    for path in (page, drawer, page, drawer):
        assert "Invoice" in as_leader.get(path).text
    Touchpoint.objects.filter(pk=at.pk).update(name="Bill")
    RatingTally.objects.update(misery=30, magic=5)
    for path in (page, drawer):
        seen = as_leader.get(path).text
        assert "Bill" in seen
        assert "Invoice" not in seen
        assert "−62" in seen


def test_what_was_rolled_back_is_forgotten(organisation: Organisation, at: Touchpoint) -> None:
    when = Period.objects.get()

    def misery() -> int:
        return next(heatmap(organisation=organisation, period=when).rows()).total.misery

    assert misery() == 5
    with transaction.atomic():
        RatingTally.objects.update(misery=40)
        assert misery() == 40
        transaction.set_rollback(True)
    assert misery() == 5
    with transaction.atomic():
        RatingTally.objects.update(misery=41)
    assert misery() == 41


def test_without_a_mark_nothing_is_remembered(organisation: Organisation, at: Touchpoint) -> None:
    MapChange.objects.all().delete()
    assert known(organisation) is not known(organisation)


def test_every_table_that_is_read_is_watched(
    as_leader: Client, organisation: Organisation, at: Touchpoint
) -> None:
    """Whoever reads more for the heatmap has to watch it: `SELECT touchpoints_watch('table')`."""
    where = {"organisation": organisation.slug}
    of = known(organisation)
    with CaptureQueriesContext(connection) as asked:
        heatmap(organisation=of, period=of.rated[0], compare_with=of.rated[0])
        for part in (of.periods, of.touchpoints, of.segments, of.hand_offs, of.under_way):
            assert part
    read = {
        table
        for query in asked
        for table in re.findall(r'\b(?:FROM|JOIN)\s+"?(\w+)"?', query["sql"])
    }
    assert len(read) > 8
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'map\\_%'"
        )
        watched = {table for (table,) in cursor.fetchall()}
    assert read - watched == set()
    assert as_leader.get(reverse("touchpoints:index", kwargs=where)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_same_map_do_not_wait_for_each_other(
    organisation: Organisation,
) -> None:
    at = factories.touchpoint(organisation, "Invoice")
    segment = factories.segment(organisation, "Export")
    before = known(organisation)

    def rename() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            Segment.objects.filter(pk=segment.pk).update(name="Abroad")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        Touchpoint.objects.filter(pk=at.pk).update(name="Bill")
        ours = known(organisation).version
        other.submit(rename).result()
        both_seen = known(organisation)
        assert both_seen.version not in {before.version, ours}
        assert [one.name for one in both_seen.segments.values()] == ["Abroad"]
    after = known(organisation)
    assert [one.name for one in after.touchpoints.values()] == ["Bill"]
    assert [one.name for one in after.segments.values()] == ["Abroad"]
