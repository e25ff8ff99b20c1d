"""What is expected of an improvement, held against what came."""

import pytest
from django.test import Client

from programme.models import Organisation
from programme.queries import current_quarter
from tests import factories
from tests.improvements import FIELDS, finished, rate, url
from touchpoints.models import Improvement, Voice
from touchpoints.queries import expectations, observed_effects
from touchpoints.services import (
    add_improvement,
)


@pytest.fixture
def done(organisation: Organisation) -> Improvement:
    return finished(organisation)


@pytest.mark.parametrize(
    ("net", "quarter", "words"),
    [
        ("20", "", "Say in which quarter."),
        ("", "now", "Say which net, too."),
        ("101", "now", "less than or equal to 100"),
        ("-101", "now", "greater than or equal to -100"),
        ("many", "now", "whole number"),
        ("20", "2019Q7", ""),
        ("9" * 400, "now", "100"),
    ],
)
def test_an_expectation_needs_a_net_and_its_quarter(
    as_manager: Client, organisation: Organisation, net: str, quarter: str, words: str
) -> None:
    sent = current_quarter(organisation).code if quarter == "now" else quarter
    page = as_manager.post(
        url(organisation, "improvement_add"),
        {**FIELDS, "expected_net": net, "expected_in": sent, "why_1": "Kept"},
    )
    errors = page.context["form"].errors
    assert set(errors) <= {"expected_net", "expected_in"}
    assert errors
    if "less" not in words and "greater" not in words:
        assert words in str(errors)
    assert 'value="Kept"' in page.text
    assert not Improvement.objects.exists()


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 5, 95), "reached"),
        ((95, 5, 0), "not reached"),
        ((3, 2, 5), "cannot be told yet"),
        ((1, 1, 2), "no evidence yet"),
    ],
)
def test_an_expected_net_is_held_against_what_came(
    as_manager: Client,
    organisation: Organisation,
    counts: tuple[int, int, int],
    words: str,
) -> None:
    at = factories.touchpoint(organisation)
    factories.tally(at, factories.period(organisation, "2026Q4"), counts)
    one = add_improvement(
        organisation=organisation,
        title="X",
        touchpoint=at,
        expected_net=20,
        expected_in="2026q4",
    )
    page = as_manager.get(url(organisation, "improvement", improvement=one.pk)).text
    assert "Net of 20 in 2026Q4:" in page
    said = page.split("Net of 20 in 2026Q4:")[1][:200]
    assert words in said
    if words == "reached":
        assert "not reached" not in said
    found = expectations(organisation=organisation, improvements=[one])
    assert (one.pk in found) == (words != "no evidence yet")


def test_the_observed_effect_is_before_against_after(done: Improvement) -> None:
    rate(
        done,
        {
            "2025Q4": (0, 0, 90),
            "2026Q1": (60, 10, 10),
            "2026Q2": (0, 90, 0),  # the quarter in which it happened says neither
            "2026Q3": (10, 10, 60),
        },
    )
    effect = observed_effects(organisation=done.organisation, improvements=[done])[done.pk]
    assert (effect.before.code, effect.after.code) == ("2026Q1", "2026Q3")
    assert effect.real
    assert effect.words == "up 120 points"
    assert effect.low < effect.difference < effect.high


@pytest.mark.parametrize(
    "quarters",
    [
        {},
        {"2026Q1": (9, 9, 9)},
        {"2026Q3": (9, 9, 9)},
        {"2026Q1": (9, 9, 9), "2026Q3": (1, 1, 2)},
    ],
)
def test_no_evidence_yet(
    as_manager: Client, done: Improvement, quarters: dict[str, tuple[int, int, int]]
) -> None:
    rate(done, quarters)
    assert observed_effects(organisation=done.organisation, improvements=[done]) == {}
    assert "no evidence yet" in as_manager.get(url(done.organisation)).text


def test_staff_ratings_are_no_evidence_of_what_customers_felt(done: Improvement) -> None:
    assert done.touchpoint is not None
    for code, counts in {"2026Q1": (60, 10, 10), "2026Q3": (10, 10, 60)}.items():
        when = factories.period(done.organisation, code)
        factories.tally(done.touchpoint, when, counts, source=code, voice=Voice.STAFF)
    assert observed_effects(organisation=done.organisation, improvements=[done]) == {}


def test_chance_is_called_chance(as_manager: Client, done: Improvement) -> None:
    rate(done, {"2026Q1": (12, 10, 8), "2026Q3": (6, 10, 14)})
    page = as_manager.get(url(done.organisation)).text
    assert "<strong>no detectable change</strong>" in page
    assert "−1 to +74" in page
