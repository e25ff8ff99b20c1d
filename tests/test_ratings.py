"""Tallies by source, and touchpoints made by whoever brings ratings."""

import pytest
from django.utils import timezone

from programme.models import Organisation
from tests import factories
from touchpoints.models import RatingTally, Touchpoint
from touchpoints.services import Tally, TouchpointsError, add_ratings, ensure_touchpoint


def _tallies(touchpoint: Touchpoint, *counts: tuple[int, int, int]) -> list[Tally]:
    return [Tally(touchpoint.pk, None, None, "satisfaction-5", *one) for one in counts]


def _stored(organisation: Organisation) -> list[tuple[int, int, int]]:
    rows = RatingTally.objects.filter(organisation=organisation).order_by("pk")
    return [(row.misery, row.mediocrity, row.magic) for row in rows]


def test_the_same_source_twice_is_as_once(organisation: Organisation) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    for _ in range(2):
        add_ratings(
            organisation=organisation,
            source="round-1",
            period=when,
            voice="customer",
            tallies=_tallies(at, (1, 2, 3)),
        )
    assert _stored(organisation) == [(1, 2, 3)]


def test_a_source_handed_over_again_replaces_its_own_rows_only(organisation: Organisation) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    for source, counts in (("round-1", (1, 2, 3)), ("round-2", (0, 0, 7)), ("round-1", (9, 0, 0))):
        add_ratings(
            organisation=organisation,
            source=source,
            period=when,
            voice="customer",
            tallies=_tallies(at, counts),
        )
    assert sorted(_stored(organisation)) == [(0, 0, 7), (9, 0, 0)]
    add_ratings(
        organisation=organisation, source="round-1", period=when, voice="customer", tallies=[]
    )
    assert _stored(organisation) == [(0, 0, 7)]


def test_tallies_of_one_slice_add_up_and_empty_ones_are_left_out(
    organisation: Organisation,
) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation)
    other = factories.touchpoint(organisation)
    add_ratings(
        organisation=organisation,
        source="round-1",
        period=when,
        voice="customer",
        tallies=[*_tallies(at, (1, 0, 0), (0, 2, 4)), *_tallies(other, (0, 0, 0))],
    )
    assert _stored(organisation) == [(1, 2, 4)]


def test_a_closed_period_never_changes(organisation: Organisation) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation, "2026Q1")

    def hand_over(*counts: tuple[int, int, int]) -> None:
        add_ratings(
            organisation=organisation,
            source="round-1",
            period=when,
            voice="customer",
            tallies=_tallies(at, *counts),
        )

    hand_over((1, 2, 3))
    when.closed_at = timezone.now()
    when.save()
    with pytest.raises(TouchpointsError, match="2026Q1 is closed"):
        hand_over((1, 2, 4))
    hand_over((1, 2, 3))
    assert _stored(organisation) == [(1, 2, 3)]
    with pytest.raises(TouchpointsError, match="2026Q1 is closed"):
        add_ratings(
            organisation=organisation,
            source="round-1",
            period=factories.period(organisation, "2026Q2"),
            voice="customer",
            tallies=_tallies(at, (1, 2, 3)),
        )
    assert RatingTally.objects.get().period == when


def test_ensure_touchpoint_finds_by_name_and_keeps_the_order_of_first_mention(
    organisation: Organisation,
) -> None:
    names = [("Arrive", "Car park"), ("Fly", "Gate"), ("Arrive", "Signs"), ("ARRIVE", "car PARK")]
    made = [
        ensure_touchpoint(organisation=organisation, journey="Trip", stage=stage, name=name)
        for stage, name in names
    ]
    assert made[3] == made[0]
    current = Touchpoint.objects.filter(organisation=organisation).current()
    assert [one.name for one in current] == ["Car park", "Signs", "Gate"]
