"""Loyalty beside retention in the results: four corners, kept by quarter, few never shown."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from scipy.optimize import linprog

from feedback import services
from feedback.loyalty import CORNERS, FEWEST, Counted, corners_by_group, corners_of
from feedback.models import Invitation, LoyaltyCount, Round
from feedback.queries.loyalty import corners_counted, together
from feedback.services import FeedbackError, close_round, count_loyalty, recount_loyalty
from programme.models import Loss, Organisation, Period, Person
from tests import factories
from tests.test_report_loyalty import asked

QUERIES = 7


def sizes(*found: tuple[bool, bool, int]) -> dict[str, int | None]:
    counted = [Counted(loyal, stayed, n, 100.0 * n, n) for loyal, stayed, n in found]
    return {one.title: one.n for one in corners_of(counted)}


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([(True, True, 4)], {}),
        ([(True, True, 50), (False, True, 20), (True, False, 6)], {"Loyal": 50, "Gone": 0}),
        # One of two people could be worked out from a total: the next smallest is not shown.
        (
            [(True, True, 50), (False, True, 20), (False, False, 2)],
            {"Loyal": 50, "Stays by convenience": None, "Gone": None, "Lost though loyal": 0},
        ),
        # A total says how many two corners have together, and not how many either has.
        (
            [(True, True, 50), (False, True, 20), (True, False, 1), (False, False, 1)],
            {"Loyal": 50, "Stays by convenience": 20, "Gone": None, "Lost though loyal": None},
        ),
        (
            [(True, True, 9), (True, False, 3), (False, False, 4)],
            {"Loyal": 9, "Lost though loyal": None, "Gone": None},
        ),
    ],
)
def test_few_are_never_shown(
    found: Sequence[tuple[bool, bool, int]], shown: dict[str, int | None]
) -> None:
    told = sizes(*found)
    assert shown.items() <= told.items()
    assert len(told) in {0, 4}
    assert bool(shown) == bool(told)


def test_shares_have_wilsons_interval() -> None:
    corner = corners_of([Counted(True, True, 7, 700, 7), Counted(False, True, 3, 1, 1)])
    assert {one.n for one in corner} == {None, 0}
    (loyal, *_) = corners_of([Counted(True, True, 7, 700, 6), Counted(True, False, 5, 1, 1)])
    assert (loyal.n, loyal.value, loyal.valued, loyal.share) == (7, 700, 6, 58.3)
    assert (loyal.low, loyal.high) == (32.0, 80.7)


KEYS = tuple(CORNERS)


def of_segments(table: Mapping[int | None, Sequence[int]]) -> list[tuple[int | None, Counted]]:
    return [
        (segment, Counted(*key, n=n, value=100.0 * n, valued=n))
        for segment, row in table.items()
        for key, n in zip(KEYS, row, strict=True)
        if n
    ]


def ways(table: Mapping[int | None, Sequence[int]]) -> dict[tuple[int | None, int], float]:
    """By corner of a segment of one to four customers: how far apart its number may lie, for
    whoever sees all pages. Linear programmes over every number that is shown."""
    counted = of_segments(table)
    by_segment = corners_by_group(counted)
    cells = [(segment, place) for segment in table for place in range(4)]
    rows, sums = [], []

    def known(of: Collection[tuple[int | None, int]], n: int) -> None:
        rows.append([float(cell in of) for cell in cells])
        sums.append(float(n))

    known(cells, sum(map(sum, table.values())))
    for place, corner in enumerate(corners_of(together(counted))):
        if corner.n is not None:
            known([(segment, place) for segment in table], corner.n)
    for segment, corners in by_segment.items():
        known([(segment, place) for place in range(4)], sum(table[segment]))
        for place, corner in enumerate(corners):
            if corner.n is not None:
                known([(segment, place)], corner.n)

    def bound(cell: tuple[int | None, int], sign: int) -> float:
        cost = [sign * float(one == cell) for one in cells]
        found = linprog(cost, A_eq=rows, b_eq=sums, bounds=(0, None)).fun
        assert found is not None
        return float(found)

    few = [cell for cell in cells if 0 < table[cell[0]][cell[1]] < FEWEST]
    return {cell: -bound(cell, -1) - bound(cell, 1) for cell in few}


def test_a_segment_is_never_told_by_what_is_left_over() -> None:
    table = {None: (9, 9, 9, 9), 1: (40, 30, 2, 6), 2: (36, 20, 8, 7), 3: (30, 30, 30, 30)}
    shown = {
        segment: [one.n for one in corners]
        for segment, corners in corners_by_group(of_segments(table)).items()
    }
    assert shown[1] == [40, 30, None, None], "with one hidden, the row gives it away"
    assert sum(row[2] is None for row in shown.values()) > 1, "and so does the column"
    assert shown[3][:2] == [30, 30]
    assert min(ways(table).values()) >= 1


def test_a_small_segment_is_in_no_list_and_one_alone_says_nothing() -> None:
    assert corners_by_group(of_segments({1: (2, 1, 1, 0), 2: (50, 50, 9, 9)})) == {}
    assert corners_by_group(of_segments({1: (50, 50, 9, 9)})) == {}
    found = corners_by_group(of_segments({1: (2, 1, 1, 0), 2: (50, 9, 9, 9), 3: (40, 9, 9, 9)}))
    assert len(found) == 1, "the small one hides with the next smallest"


COUNT = st.one_of(st.integers(0, 6), st.integers(0, 60))


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.one_of(st.none(), st.integers(1, 4)),
        st.tuples(COUNT, COUNT, COUNT, COUNT),
        min_size=1,
    )
)
def test_no_few_customers_can_be_worked_out(table: dict[int | None, tuple[int, ...]]) -> None:
    if sum(map(sum, table.values())) >= FEWEST:
        assert all(apart >= 1 - 1e-6 for apart in ways(table).values()), ways(table)


@pytest.mark.django_db
class TestCounting:
    def test_a_recorded_loss_is_a_customer_who_left(self, organisation: Organisation) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9, 9, 2])
        lost = Person.objects.filter(organisation=organisation).order_by("pk")[0]
        Person.objects.filter(pk=lost.pk).update(yearly_value=None)
        Loss.objects.create(
            organisation=organisation,
            customer=lost,
            lost_on=now.ends_on,
            reason="price",
            worth=250,
        )
        found = {
            (one.loyal, one.stayed): (one.n, one.value, one.valued)
            for one in corners_counted(organisation=organisation, period=now)
        }
        assert found == {
            (True, True): (1, 100, 1),
            (True, False): (1, 250, 1),
            (False, True): (1, 100, 1),
        }
        Loss.objects.update(lost_on=now.ends_on + dt.timedelta(days=1))
        (loyal, _) = sorted(
            corners_counted(organisation=organisation, period=now), key=lambda one: -one.n
        )
        assert (loyal.n, loyal.stayed) == (2, True)

    def test_it_is_kept_until_a_round_closes(self, organisation: Organisation) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9] * 6)
        first = count_loyalty(period=now)
        close_round(round=_open(organisation, now))
        assert not LoyaltyCount.objects.filter(pk=first.pk).exists()

    def test_a_closed_quarter_stays_as_it_was_counted(self, organisation: Organisation) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9] * 6)
        first = count_loyalty(period=now)
        Period.objects.filter(pk=now.pk).update(closed_at=timezone.now())
        asked(now, [9] * 6)
        close_round(round=_open(organisation, factories.period(organisation, "2026Q2")))
        assert count_loyalty(period=now).counted_at == first.counted_at
        with pytest.raises(FeedbackError, match="quarter is closed"):
            recount_loyalty(organisation=organisation, period=Period.objects.get(pk=now.pk))


def _open(of: Organisation, period: Period) -> Round:
    factories.customer(of)
    sent = factories.draft_round(of, period=period)
    services.open_round(round=sent)
    return sent


@pytest.mark.django_db
class TestPage:
    def address(self, of: Organisation) -> str:
        return reverse("feedback:loyalty", args=[of.slug])

    def test_the_corners_with_their_worth(
        self, organisation: Organisation, as_member: Client
    ) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9] * 12 + [3] * 8, left=5)
        page = as_member.get(self.address(organisation)).content.decode()
        told = " ".join(page.split())
        assert "Stays by convenience" in told
        assert "20 customers said" in told
        assert "1,200" in told
        assert "Of nobody it is known that they left" not in told
        # Three stay by convenience, so neither they nor the next smallest are told.
        assert told.count("too few to show") == 4

    def test_it_says_when_nothing_is_known_of_staying(
        self, organisation: Organisation, as_member: Client
    ) -> None:
        asked(factories.period(organisation, "2026Q3"), [9] * 6)
        page = as_member.get(self.address(organisation)).content.decode()
        assert "Of nobody it is known that they left" in page

    def test_nobody_asked_and_too_few(self, organisation: Organisation, as_member: Client) -> None:
        address = self.address(organisation)
        assert "Nobody has been asked yet" in as_member.get(address).content.decode()
        asked(factories.period(organisation, "2026Q3"), [9] * 4)
        assert "Too few to show" in as_member.get(address).content.decode()
        asked(factories.period(organisation, "2026Q2"), [9] * 8, confidential=True)
        assert as_member.get(address, {"period": "2026Q2"}).status_code == 404
        assert as_member.get(address, {"period": "nonsense"}).status_code == 404

    def test_very_many_take_a_worker_and_the_page_says_so(
        self, organisation: Organisation, as_manager: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9] * 6)
        monkeypatch.setattr(services.loyalty, "MOST_AT_ONCE", -1)
        address = self.address(organisation)
        page = as_manager.get(address).content.decode()
        assert "are being counted" in page
        assert not LoyaltyCount.objects.exists()
        part = as_manager.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        count_loyalty(period=now)
        done = as_manager.get(address, headers={"HX-Request": "true"})
        assert done.headers["HX-Refresh"] == "true"
        assert "The four corners" in as_manager.get(address).content.decode()

    def test_a_manager_counts_again(
        self, organisation: Organisation, as_manager: Client, as_member: Client
    ) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9] * 6)
        first = count_loyalty(period=now)
        again = reverse("feedback:loyalty_count", args=[organisation.slug, now.pk])
        assert as_member.post(again).status_code == 403
        asked(now, [3] * 6)
        assert as_manager.post(again).status_code == 302
        page = as_manager.get(self.address(organisation)).content.decode()
        assert "12 customers said" in page
        assert LoyaltyCount.objects.get().counted_at > first.counted_at

    def test_another_organisations_quarter_is_not_found(
        self, organisation: Organisation, as_manager: Client
    ) -> None:
        theirs = factories.period(factories.organisation(), "2026Q3")
        again = reverse("feedback:loyalty_count", args=[organisation.slug, theirs.pk])
        assert as_manager.post(again).status_code == 404

    @pytest.mark.parametrize("count", [1, 3])
    def test_as_many_queries_for_three_quarters_as_for_one(
        self,
        organisation: Organisation,
        as_member: Client,
        django_assert_num_queries: DjangoAssertNumQueries,
        count: int,
    ) -> None:
        for number in range(count):
            asked(factories.period(organisation, f"2026Q{number + 1}"), [9] * 6)
        as_member.get(self.address(organisation))
        with django_assert_num_queries(QUERIES):
            as_member.get(self.address(organisation))


@pytest.mark.django_db
class TestSegments:
    def test_the_page_shows_one_segment_by_itself(
        self, organisation: Organisation, as_member: Client
    ) -> None:
        now = factories.period(organisation, "2026Q3")
        shops, large = (factories.segment(organisation, name) for name in ("Shops", "Hospitals"))
        few = factories.segment(organisation, "Theatres")
        asked(now, [9] * 12 + [2] * 12)
        customers = list(Person.objects.filter(organisation=organisation).order_by("pk"))
        for number, customer in enumerate(customers):
            segment = few if number == 0 else (shops, large)[number % 2]
            Invitation.objects.filter(person=customer).update(segment=segment)
        address = reverse("feedback:loyalty", args=[organisation.slug])
        shown = as_member.get(address, {"segment": large.pk}).text
        assert "The four corners, 2026Q3: Hospitals" in shown
        assert "customers of Hospitals said in the year" in shown
        assert not {"Theatres", "Shops"} & set(re.findall(r"\w+", shown)), "one hides with another"
        assert "Too few to show" in as_member.get(address, {"segment": few.pk}).text
        elsewhere = factories.segment(factories.organisation())
        for wrong in (elsewhere.pk, "x", "-1", "9" * 40, "²"):
            assert as_member.get(address, {"segment": wrong}).status_code == 404

    def test_what_was_counted_before_there_were_segments_offers_none(
        self, organisation: Organisation, as_member: Client
    ) -> None:
        now = factories.period(organisation, "2026Q3")
        asked(now, [9] * 12)
        segment = factories.segment(organisation)
        count_loyalty(period=now)
        LoyaltyCount.objects.update(by_segment=[])
        page = as_member.get(reverse("feedback:loyalty", args=[organisation.slug])).text
        assert "The four corners" in page
        assert segment.name not in page
