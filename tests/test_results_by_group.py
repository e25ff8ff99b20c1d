"""Results by segment and team, side by side, and through the rounds of a survey."""

from collections.abc import Callable, Sequence

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from accounts.models import User
from feedback.models import Invitation, Question, Round, Survey
from feedback.services import QuestionSpec, close_round, create_survey, open_round
from feedback.trends import family
from programme.models import Organisation, Segment, Team
from tests import factories

pytestmark = pytest.mark.django_db

RESULTS_QUERIES, TIME_QUERIES = 6, 7


def _survey(of: Organisation, previous: Survey | None = None) -> Survey:
    made = create_survey(
        organisation=of,
        title="How are we doing?",
        introduction="",
        thanks="",
        questions=(
            QuestionSpec("desk", "satisfaction-5", "The front desk"),
            QuestionSpec("easy", "effort-7", "How easy was it?"),
            QuestionSpec("again", "yes-no", "Would you come again?"),
            QuestionSpec(
                "liked",
                "several",
                "What did you like?",
                options=(("food", "Food"), ("view", "View")),
            ),
            QuestionSpec("why", "text", "Why?"),
        ),
    )
    if previous is not None:
        made.previous, made.version = previous, previous.version + 1
        made.save()
    return made


def _closed(
    of: Organisation,
    groups: dict[Segment | Team | None, Sequence[int]],
    survey: Survey | None = None,
    period: str = "2026Q3",
) -> Round:
    """A closed named round; of each group, how satisfied its people were."""
    internal = any(isinstance(group, Team) for group in groups)
    people = []
    for group, given in groups.items():
        for value in given:
            if internal:
                person = factories.staff(of, team=group)
            else:
                person = factories.customer(of, segment=group)
            people.append((person, value))
    sent = factories.draft_round(
        of,
        survey=survey or _survey(of),
        audience="internal" if internal else "external",
        period=factories.period(of, period),
        selection={} if internal else {"people": [person.pk for person, _ in people]},
    )
    open_round(round=sent)
    for person, value in people:
        invitation = Invitation.objects.get(round=sent, person=person)
        factories.submitted(
            invitation,
            desk=value,
            easy=value + 1,
            again="yes" if value > 3 else "no",
            liked=["food", "view"] if value > 3 else ["food"],  # type: ignore[arg-type]
            why="As it was",
        )
    return close_round(round=sent)


def _groups(closed: Round, key: str) -> dict[str, dict[str, int]]:
    assert closed.results is not None
    found: dict[str, dict[str, int]] = closed.results["questions"][key].get("groups", {})
    return found


@pytest.fixture
def segments(organisation: Organisation) -> list[Segment]:
    return [factories.segment(organisation, name) for name in ("Offices", "Homes", "Clinics")]


def test_closing_counts_each_segment(organisation: Organisation, segments: list[Segment]) -> None:
    offices, homes, _ = segments
    closed = _closed(organisation, {offices: [5] * 6, homes: [1, 1, 2, 2, 5]})
    assert _groups(closed, "desk") == {
        str(offices.pk): {"5": 6},
        str(homes.pk): {"1": 2, "2": 2, "5": 1},
    }
    # A list says beside its counts how many answered.
    assert _groups(closed, "liked")[str(homes.pk)] == {"": 5, "food": 5, "view": 1}
    assert _groups(closed, "why") == {}


def test_a_small_group_takes_the_smallest_shown_with_it(
    organisation: Organisation, segments: list[Segment]
) -> None:
    offices, homes, clinics = segments
    closed = _closed(organisation, {offices: [5] * 8, homes: [4] * 6, clinics: [1, 1]})
    # Two alone would be everyone less the others; so the smallest of those is not shown either.
    assert _groups(closed, "desk") == {"": {"1": 2, "4": 6}, str(offices.pk): {"5": 8}}


def test_teams_have_those_below_them(organisation: Organisation, as_manager: Client) -> None:
    works = factories.team(organisation, "Works")
    night = Team.objects.create(organisation=organisation, name="Night shift", parent=works)
    office = factories.team(organisation, "Office")
    closed = _closed(organisation, {works: [5] * 5, night: [1] * 5, office: [3] * 6})
    address = reverse("feedback:results", args=[organisation.slug, closed.pk])
    page = as_manager.get(address, {"of": str(works.pk)}).content.decode()
    assert "n = 10" in page
    nested = as_manager.get(address, {"of": str(works.pk), "beside": str(night.pk)})
    assert nested.status_code == 422
    assert "One of these is part of the other" in nested.content.decode()


def test_two_segments_side_by_side(
    organisation: Organisation, segments: list[Segment], as_member: Client
) -> None:
    offices, homes, clinics = segments
    closed = _closed(organisation, {offices: [5] * 20, homes: [1] * 20, clinics: [1, 5] * 4})
    address = reverse("feedback:results", args=[organisation.slug, closed.pk])
    page = as_member.get(address, {"of": str(offices.pk), "beside": str(homes.pk)})
    told = {
        one.result.question.key: [(line.label, line.verdict) for line in one.compared]
        for one in page.context["shown"]
    }
    assert told["desk"] == [("net", "higher by 174 points")]
    # Everyone of a group said the same, so there is no spread to compare means by.
    assert told["easy"] == [("mean", "not compared: too few answers")]
    assert [label for label, _ in told["liked"]] == ["Food", "View"]
    assert dict(told["liked"])["Food"] == "no detectable difference"
    assert dict(told["liked"])["View"].startswith("higher by")
    assert page.context["beside_name"] == "Homes"
    assert "3 of 4 figures differ" in " ".join(page.content.decode().split())
    rest = as_member.get(address, {"of": str(clinics.pk), "beside": "rest"})
    assert rest.context["real"] == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"beside": "rest"}, "Choose a group first"),
        ({"of": "987654321"}, "not one of those offered here"),
        ({"of": "'; drop"}, "not one of those offered here"),
        ({"beside": "round-0"}, "not one of those offered here"),
    ],
)
def test_an_address_that_makes_no_sense_says_so(
    organisation: Organisation,
    segments: list[Segment],
    as_manager: Client,
    asked: dict[str, str],
    said: str,
) -> None:
    closed = _closed(organisation, {segments[0]: [5] * 6, segments[1]: [1] * 6})
    answer = as_manager.get(reverse("feedback:results", args=[organisation.slug, closed.pk]), asked)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "n = 12" in answer.content.decode()


def test_a_round_beside_the_one_before(
    organisation: Organisation, segments: list[Segment], as_manager: Client
) -> None:
    first = _survey(organisation)
    before = _closed(organisation, {segments[0]: [1, 2] * 12}, first, "2026Q2")
    later = _closed(
        organisation, {segments[0]: [5, 4] * 12}, _survey(organisation, first), "2026Q3"
    )
    address = reverse("feedback:results", args=[organisation.slug, later.pk])
    page = as_manager.get(address, {"beside": f"round-{before.pk}"})
    (desk, *_) = (one for one in page.context["shown"] if one.result.question.key == "desk")
    assert desk.compared[0].change.startswith("up ")
    over_time = as_manager.get(
        reverse("feedback:survey_results", args=[organisation.slug, first.pk])
    )
    assert [one.pk for one in over_time.context["rounds"]] == [before.pk, later.pk]
    trends = {(trend.question.key, trend.label): trend for trend in over_time.context["trends"]}
    assert [point.told.n for point in trends["desk", "net"].points] == [24, 24]
    assert trends["easy", "mean"].latest.change == "up 3.0"
    assert trends["liked", "Food"].latest.change == "no detectable change"


def test_a_question_of_another_kind_does_not_go_on(
    organisation: Organisation, segments: list[Segment], as_manager: Client
) -> None:
    first = _survey(organisation)
    second = _survey(organisation, first)
    Question.objects.filter(survey=second, key="desk").update(kind="agreement-5")
    _closed(organisation, {segments[0]: [1, 2] * 5}, first, "2026Q2")
    _closed(organisation, {segments[0]: [4, 5] * 5}, second)
    page = as_manager.get(reverse("feedback:survey_results", args=[organisation.slug, second.pk]))
    (desk,) = (one for one in page.context["trends"] if one.question.key == "desk")
    assert desk.label == "mean"
    assert [point.told is not None for point in desk.points] == [False, True]
    assert desk.latest is None


def test_all_versions_are_one_family(organisation: Organisation) -> None:
    first = _survey(organisation)
    second = _survey(organisation, first)
    third = _survey(organisation, second)
    other = _survey(organisation)
    assert family(second) == [first.pk, second.pk, third.pk]
    assert family(other) == [other.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    organisation: Organisation, as_manager: Client, django_assert_num_queries: object, count: int
) -> None:
    first = survey = _survey(organisation)
    groups: dict[Segment | Team | None, Sequence[int]] = {
        factories.segment(organisation): [1, 3, 4, 5, 5] for _ in range(count)
    }
    for number in range(count):
        survey = _survey(organisation, survey) if number else first
        closed = _closed(organisation, groups, survey, f"2026Q{number + 1}")
    results = reverse("feedback:results", args=[organisation.slug, closed.pk])
    with django_assert_num_queries(RESULTS_QUERIES):  # type: ignore[operator]
        assert as_manager.get(results).status_code == 200
    over_time = reverse("feedback:survey_results", args=[organisation.slug, first.pk])
    with django_assert_num_queries(TIME_QUERIES):  # type: ignore[operator]
        assert as_manager.get(over_time).status_code == 200


def test_nobody_elses_round_and_none_that_is_open(
    organisation: Organisation, segments: list[Segment], stranger_client: Client, as_manager: Client
) -> None:
    closed = _closed(organisation, {segments[0]: [5] * 6})
    address = reverse("feedback:results", args=[organisation.slug, closed.pk])
    assert stranger_client.get(address).status_code == 404
    Round.objects.filter(pk=closed.pk).update(answers_apart=True)
    assert as_manager.get(address).status_code == 404
    sent = factories.draft_round(organisation)
    assert (
        as_manager.get(reverse("feedback:results", args=[organisation.slug, sent.pk])).status_code
        == 404
    )


def test_the_groups_of_a_question_come_when_they_are_asked_for(
    organisation: Organisation, segments: list[Segment], as_member: Client
) -> None:
    offices, homes, clinics = segments
    closed = _closed(organisation, {offices: [5] * 8, homes: [1] * 6, clinics: [3, 3]})
    address = reverse("feedback:results", args=[organisation.slug, closed.pk])

    def opened(**asked: str) -> dict[str, list[str]]:
        shown = as_member.get(address, asked).context["shown"]
        return {one.result.question.key: [name for name, _ in one.by_group] for one in shown}

    nothing: dict[str, list[str]] = {key: [] for key in ("desk", "easy", "again", "liked", "why")}
    shown = ["Offices"]  # two are too few, and six may not be shown beside them
    assert opened() == nothing
    assert opened(each="desk") == nothing | {"desk": shown}
    # A choice of many has no one figure, and a text has none.
    assert opened(each="all") == nothing | {"desk": shown, "easy": shown, "again": shown}
    assert opened(each="nonsense") == nothing
    htmx = {"HX-Request": "true"}
    part = as_member.get(address, {"each": "desk"}, headers=htmx).content.decode()
    assert "Offices" in part
    assert "<html" not in part
    assert as_member.get(address, {"each": "nonsense"}, headers=htmx).status_code == 404
    text = as_member.get(address, {"each": "liked"}, headers=htmx).content.decode()
    assert "Offices" not in text


@pytest.mark.django_db(transaction=True)
def test_opening_a_question_brings_its_groups(
    organisation: Organisation,
    segments: list[Segment],
    live_server: object,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    closed = _closed(organisation, {segments[0]: [5] * 6, segments[1]: [1] * 6})
    page = sign_in_browser(factories.member(organisation).user).new_page()
    page.goto(f"{live_server}{reverse('feedback:results', args=[organisation.slug, closed.pk])}")
    first = page.locator("details.by-group").first
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.get_by_role("row", name="Homes")).to_contain_text("−100")
    expect(first.locator("summary")).to_be_focused()
    expect(page.locator("details.by-group").nth(1).locator("table")).to_have_count(0)
