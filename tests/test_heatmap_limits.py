"""The heatmap with too little, too much, and nonsense."""

import pytest
from django.test import Client
from django.urls import reverse

from programme.models import Organisation
from tests import factories
from touchpoints.models import Touchpoint


def _index(organisation: Organisation, query: str = "") -> str:
    return reverse("touchpoints:index", kwargs={"organisation": organisation.slug}) + f"?{query}"


@pytest.mark.parametrize("count", [0, 1, 400])
def test_as_many_touchpoints_as_there_are(
    as_manager: Client, organisation: Organisation, count: int
) -> None:
    when = factories.period(organisation)
    stage = factories.stage(organisation)
    made = Touchpoint.objects.bulk_create(
        Touchpoint(organisation=organisation, stage=stage, name=f"Touchpoint {n}", position=n)
        for n in range(count)
    )
    for at in made:
        factories.tally(at, when, (5, 10, 20))
    for query in ("", "view=list", "show=gap", "show=staff", "sort=priority", "changed=1"):
        answer = as_manager.get(_index(organisation, query))
        assert answer.status_code == 200
        if count and query in {"", "sort=priority"}:
            assert answer.text.count('scope="row"') == count


def test_a_name_of_three_hundred_characters_is_there_in_full(
    as_manager: Client, organisation: Organisation
) -> None:
    name = "Straßenbahn " * 25
    at = factories.touchpoint(organisation, name.strip())
    factories.tally(at, factories.period(organisation), (5, 10, 20))
    assert name.strip() in as_manager.get(_index(organisation)).text
    where = {"organisation": organisation.slug, "touchpoint": at.pk}
    assert name.strip() in as_manager.get(reverse("touchpoints:cell", kwargs=where)).text


def test_a_segment_that_nobody_rated_and_ratings_all_equal(
    as_manager: Client, organisation: Organisation
) -> None:
    before, now = factories.period(organisation, "2026Q2"), factories.period(organisation, "2026Q3")
    silent = factories.segment(organisation, "Silent")
    for number in range(3):
        at = factories.touchpoint(organisation)
        for when in (before, now):
            factories.tally(at, when, (0, 40, 0), source=f"{when.code}-{number}")
    page = as_manager.get(_index(organisation)).text
    assert page.count("Silent: too few answers") == 3
    assert "No detectable change since 2026Q2" in page
    where = {"organisation": organisation.slug, "touchpoint": at.pk}
    part = as_manager.get(reverse("touchpoints:cell", kwargs=where) + f"?segment={silent.pk}")
    assert "Fewer than five answers, or none" in part.text


@pytest.mark.parametrize(
    "query",
    [
        "period=2999Q9&compare=%F0%9F%98%80",
        "period=" + "x" * 5000,
        "owner=-1&stage=1e9&moment=%3Cscript%3E",
        "closed=1&closed=2&closed=" + "9" * 15,
        "view=table&view=list&sort=net&sort=map",
        "show[]=gap&%5B%5D=1&=&&&",
        "stage=%D9%A1&owner=%C2%B2",
    ],
)
def test_nonsense_is_left_out(as_manager: Client, organisation: Organisation, query: str) -> None:
    at = factories.touchpoint(organisation)
    factories.tally(at, factories.period(organisation), (5, 10, 20))
    where = {"organisation": organisation.slug}
    paths = [
        reverse("touchpoints:index", kwargs=where),
        reverse("touchpoints:cell", kwargs={**where, "touchpoint": at.pk}),
        reverse("touchpoints:heatmap_export", kwargs={**where, "kind": "csv"}),
    ]
    for path in paths:
        assert as_manager.get(f"{path}?{query}").status_code < 500
