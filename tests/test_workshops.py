"""Workshops: votes counted, shown and kept, and who gave them forgotten."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from feedback.services import close_period
from programme.models import Membership, Organisation, Period
from tests import factories
from tests.conftest import wait_until
from tests.workshops import room, url
from touchpoints.models import RatingTally, Touchpoint, Workshop, WorkshopRater
from touchpoints.queries.workshops import workshop_opinions
from touchpoints.services import (
    TouchpointsError,
    keep_workshop,
    reveal_workshop,
    save_votes,
    start_workshop,
)
from touchpoints.services.workshops import MOST_RATERS, WorkshopOverError


@pytest.fixture
def at(organisation: Organisation) -> list[Touchpoint]:
    stage = factories.stage(organisation, "Buy")
    return [
        factories.touchpoint(organisation, name, on=stage) for name in ("Shop", "Bill", "Visit")
    ]


@pytest.fixture
def workshop(organisation: Organisation, manager: Membership, at: list[Touchpoint]) -> Workshop:
    return start_workshop(organisation=organisation, title="Us", touchpoints=at, by=manager)


def test_votes_can_be_changed_and_taken_back(workshop: Workshop, at: list[Touchpoint]) -> None:
    device, shop, bill = uuid4(), at[0].pk, at[1].pk
    save_votes(workshop=workshop, device=device, votes={shop: "magic", bill: "misery"})
    save_votes(workshop=workshop, device=device, votes={shop: "misery"}, finished=True)
    save_votes(workshop=workshop, device=device, votes={bill: "", 999_999: "magic"})
    rater = WorkshopRater.objects.get()
    assert rater.votes == {str(shop): "misery"}
    assert rater.finished


def test_the_reveal_counts_and_forgets_who(workshop: Workshop, at: list[Touchpoint]) -> None:
    room(workshop, at, "+x-", "+x-", "0+-", "---")
    revealed = reveal_workshop(workshop=workshop)
    results = {
        str(one.pk): of for one, of in zip(at, ([0, 1, 2], [2, 0, 1], [0, 0, 0]), strict=True)
    }
    assert revealed.results == results
    assert revealed.rated_by == 3
    assert not WorkshopRater.objects.exists()
    with pytest.raises(WorkshopOverError):
        save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "magic"})
    assert reveal_workshop(workshop=workshop).results == results


def test_nothing_to_reveal(workshop: Workshop, at: list[Touchpoint]) -> None:
    room(workshop, at, "---")
    with pytest.raises(TouchpointsError, match="Nobody has rated"):
        reveal_workshop(workshop=workshop)


def test_the_most_divided_come_first_and_the_unanimous_last(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    room(workshop, at, "+x0", "+x+", "+++", "+++")
    found = workshop_opinions(reveal_workshop(workshop=workshop))
    assert [one.touchpoint.name for one in found] == ["Bill", "Visit", "Shop"]
    assert [one.words for one in found] == ["far apart", "mostly of one mind", "all of one mind"]
    assert found[0].agreement == pytest.approx(-1)
    assert [width for *_, width in found[0].parts] == [50, 0, 50]


def test_the_heatmap_gets_what_it_may_show_once(workshop: Workshop, at: list[Touchpoint]) -> None:
    room(workshop, at, "+x+", "+x+", "+++", "+++", "+0-")
    with pytest.raises(TouchpointsError, match="Reveal it first"):
        keep_workshop(workshop=workshop)
    reveal_workshop(workshop=workshop)
    assert [keep_workshop(workshop=workshop) for _ in range(2)] == [1, 1]
    # All said the same of the shop, and only four rated the visit.
    tally = RatingTally.objects.get()
    assert (tally.touchpoint, tally.voice, tally.source) == (at[1], "staff", workshop.source)
    assert (tally.misery, tally.mediocrity, tally.magic) == (2, 1, 2)
    assert (tally.period, tally.team, tally.scale) == (workshop.period, None, "moment-3")


def test_four_people_stay_a_talk(workshop: Workshop, at: list[Touchpoint]) -> None:
    room(workshop, at, "+x0", "x0+", "0+x", "+x0")
    reveal_workshop(workshop=workshop)
    with pytest.raises(TouchpointsError, match="nothing that the heatmap may show"):
        keep_workshop(workshop=workshop)
    assert not RatingTally.objects.exists()


def test_nothing_is_kept_in_a_closed_quarter(
    as_manager: Client, leader: Membership, workshop: Workshop, at: list[Touchpoint]
) -> None:
    room(workshop, at, *["+x0", "x0+", "0+x"] * 2)
    reveal_workshop(workshop=workshop)
    Period.objects.filter(pk=workshop.period_id).update(ends_on="2026-01-01")
    close_period(period=workshop.period, by=leader)
    page = as_manager.post(url(workshop, "workshop_keep"), follow=True).text
    assert f"{workshop.period} is closed" in page
    workshop.refresh_from_db()
    assert workshop.kept_at is None


def test_a_room_has_its_size(workshop: Workshop, at: list[Touchpoint]) -> None:
    WorkshopRater.objects.bulk_create(
        WorkshopRater(organisation=workshop.organisation, workshop=workshop, device=UUID(int=n))
        for n in range(MOST_RATERS)
    )
    with pytest.raises(TouchpointsError, match="More than 200"):
        save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "magic"})
    save_votes(workshop=workshop, device=UUID(int=1), votes={at[0].pk: "magic"})


@pytest.mark.django_db(transaction=True)
def test_a_vote_during_the_reveal_is_refused_not_lost(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    room(workshop, at, "+++")
    refused: list[Exception] = []

    def vote() -> None:
        try:
            save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "misery"})
        except WorkshopOverError as error:
            refused.append(error)
        finally:
            connection.close()

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

    voter = threading.Thread(target=vote)
    with transaction.atomic():
        reveal_workshop(workshop=workshop)
        voter.start()
        wait_until(waits)
    voter.join()
    assert len(refused) == 1
    assert not WorkshopRater.objects.exists()
