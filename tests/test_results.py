"""Closing a named round: counts, comments, and the ratings on the heatmap."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.figures import results_of
from feedback.models import Comment, Invitation, Response, Round
from feedback.queries.loyalty import recommend
from feedback.services import (
    FeedbackError,
    QuestionSpec,
    RoundClosedError,
    close_round,
    open_round,
    save_answers,
)
from programme.models import Organisation, Person
from tests import factories
from touchpoints.models import RatingTally, Touchpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(organisation: Organisation) -> Touchpoint:
    return factories.touchpoint(organisation, "The front desk")


def _open(of: Organisation, desk: Touchpoint, kind: str = "moment", **fields: object) -> Round:
    """An open round to everyone, about the desk, recommending, and a comment on the desk."""
    survey = factories.survey(
        of,
        QuestionSpec("desk", kind, "The front desk", touchpoint_id=desk.pk),
        QuestionSpec("recommend", "recommend-10", "Would you recommend us?"),
        QuestionSpec("why", "text", "Why?", touchpoint_id=desk.pk),
    )
    sent = factories.draft_round(of, survey=survey, **fields)
    open_round(round=sent)
    return sent


def _of(sent: Round, person: Person) -> Invitation:
    return Invitation.objects.get(round=sent, person=person)


def _tallies(touchpoint: Touchpoint) -> dict[tuple[str, str | None], tuple[int, int, int]]:
    """Source and segment -> misery, mediocrity, magic."""
    return {
        (row.source, row.segment.name if row.segment else None): (
            row.misery,
            row.mediocrity,
            row.magic,
        )
        for row in RatingTally.objects.filter(touchpoint=touchpoint).select_related("segment")
    }


def test_closing_counts_answers_and_releases_comments(
    organisation: Organisation, desk: Touchpoint
) -> None:
    people = [factories.customer(organisation) for _ in range(5)]
    sent = _open(organisation, desk)
    for person, (moment, score) in zip(
        people, [("magic", 10), ("magic", 9), ("misery", 2)], strict=False
    ):
        factories.submitted(_of(sent, person), desk=moment, recommend=score, why=f"{score}")
    save_answers(  # begun, never handed in
        invitation=_of(sent, people[3]), answers={"recommend": 1, "why": "Unsent"}, version=0
    )
    assert not Comment.objects.filter(released_at__isnull=False).exists()
    closed = close_round(round=sent)
    assert closed.results == {
        "invited": 5,
        "opened": 0,
        "answered": 3,
        "by_link": 0,
        "questions": {
            "desk": {"n": 3, "counts": {"magic": 2, "misery": 1}},
            "recommend": {"n": 3, "counts": {"10": 1, "9": 1, "2": 1}},
            "why": {"n": 3, "counts": {}},
        },
    }
    released = Comment.objects.filter(released_at__isnull=False)
    assert {comment.text for comment in released} == {"10", "9", "2"}
    assert {comment.touchpoint for comment in released} == {desk}
    assert Response.objects.filter(invitation__isnull=False).count() == 4  # a named round keeps it
    with pytest.raises(RoundClosedError):
        factories.submitted(_of(sent, people[4]), desk="magic")


@pytest.mark.parametrize(
    ("kind", "answers", "expected"),
    [
        ("moment", ["misery", "mediocrity", "magic", "magic"], (1, 1, 2)),
        ("recommend-10", [0, 6, 7, 8, 9, 10], (2, 2, 2)),
        ("satisfaction-5", [1, 2, 3, 4, 5], None),
        ("expected-5", [1, 2, 3, 4, 5], None),
    ],
)
def test_ratings_go_to_the_heatmap_by_segment(
    organisation: Organisation,
    desk: Touchpoint,
    kind: str,
    answers: list[str | int],
    expected: tuple[int, int, int] | None,
) -> None:
    offices = factories.segment(organisation, "Offices")
    people = [factories.customer(organisation, segment=offices) for _ in answers]
    sent = _open(organisation, desk, kind)
    for person, answer in zip(people, answers, strict=True):
        factories.submitted(_of(sent, person), desk=answer)
    close_round(round=sent)
    found = _tallies(desk)
    assert set(found) == {(f"round-{sent.pk}", "Offices")}
    (counts,) = found.values()
    assert sum(counts) == len(answers)
    if expected:
        assert counts == expected


def test_staff_and_customers_are_never_pooled(organisation: Organisation, desk: Touchpoint) -> None:
    customer, colleague = factories.customer(organisation), factories.staff(organisation)
    outside = _open(organisation, desk)
    inside = _open(organisation, desk, audience="internal")
    factories.submitted(_of(outside, customer), desk="magic")
    factories.submitted(_of(inside, colleague), desk="misery")
    close_round(round=outside)
    close_round(round=inside)
    by_voice = dict(RatingTally.objects.values_list("voice", "misery"))
    assert by_voice == {"customer": 0, "staff": 1}


def test_one_vote_for_each_person_touchpoint_and_period(
    organisation: Organisation, desk: Touchpoint
) -> None:
    twice, once = factories.customer(organisation), factories.customer(organisation)
    first, second = _open(organisation, desk), _open(organisation, desk)
    factories.submitted(_of(first, twice), desk="misery")
    factories.submitted(_of(first, once), desk="mediocrity")
    close_round(round=first)
    assert _tallies(desk) == {(f"round-{first.pk}", None): (1, 1, 0)}
    factories.submitted(_of(second, twice), desk="magic")
    close_round(round=second)
    assert _tallies(desk) == {
        (f"round-{first.pk}", None): (0, 1, 0),
        (f"round-{second.pk}", None): (0, 0, 1),
    }
    # The rounds' own results keep what was answered there.
    first.refresh_from_db()
    assert first.results is not None
    assert first.results["questions"]["desk"]["n"] == 2


def test_another_quarter_is_another_vote(organisation: Organisation, desk: Touchpoint) -> None:
    person = factories.customer(organisation)
    for code in ("2026Q1", "2026Q2"):
        sent = _open(organisation, desk, period=factories.period(organisation, code))
        factories.submitted(_of(sent, person), desk="magic")
        close_round(round=sent)
    assert [sum(counts) for counts in _tallies(desk).values()] == [1, 1]


def test_a_closed_quarters_heatmap_stays_as_it_was(
    organisation: Organisation, desk: Touchpoint
) -> None:
    person = factories.customer(organisation)
    sent = _open(organisation, desk)
    factories.submitted(_of(sent, person), desk="magic")
    sent.period.closed_at = timezone.now()
    sent.period.save()
    closed = close_round(round=sent)
    assert closed.results is not None
    assert closed.results["answered"] == 1
    assert _tallies(desk) == {}


def test_a_draft_cannot_be_closed(organisation: Organisation) -> None:
    with pytest.raises(FeedbackError, match="not been sent"):
        close_round(round=factories.draft_round(organisation))


def test_recommend_is_read_from_customer_rounds_of_the_quarter(
    organisation: Organisation, desk: Touchpoint
) -> None:
    people = [factories.customer(organisation) for _ in range(4)]
    sent = _open(organisation, desk)
    assert recommend(organisation=organisation, period=sent.period) is None
    for person, score in zip(people, [6, 8, 9, 10], strict=True):
        factories.submitted(_of(sent, person), recommend=score)
    close_round(round=sent)
    found = recommend(organisation=organisation, period=sent.period)
    assert found is not None
    assert (found.n, found.detractors, found.passives, found.promoters) == (4, 1, 1, 2)
    later = factories.period(organisation, "2026Q4")
    assert recommend(organisation=organisation, period=later) is None
    assert recommend(organisation=factories.organisation(), period=sent.period) is None


def test_figures_say_their_n_and_their_interval(
    organisation: Organisation, desk: Touchpoint
) -> None:
    people = [factories.customer(organisation) for _ in range(20)]
    sent = _open(organisation, desk)
    for number, person in enumerate(people):
        factories.submitted(
            _of(sent, person), desk="magic" if number < 15 else "misery", recommend=number % 11
        )
    closed = close_round(round=sent)
    rated, recommended, why = results_of(closed, list(closed.survey.questions.all()))
    assert (rated.n, [bar.n for bar in rated.bars]) == (20, [15, 0, 5])
    assert rated.net is not None
    assert rated.low is not None
    assert rated.high is not None
    assert -100 <= rated.low < rated.net < rated.high <= 100
    assert 30 < rated.net < 60  # 50 as counted, adjusted towards nothing
    assert rated.mean is None
    assert recommended.mean == pytest.approx(sum(n % 11 for n in range(20)) / 20)
    assert why.n == 0


# The page


def test_results_wait_for_the_close(
    organisation: Organisation, desk: Touchpoint, as_manager: Client, as_member: Client
) -> None:
    person = factories.customer(organisation, "Ada Lovelace")
    sent = _open(organisation, desk)
    factories.submitted(_of(sent, person), desk="misery", why="<b>Too slow</b>")
    page = reverse("feedback:round", args=[organisation.slug, sent.pk])
    assert b"Too slow" not in as_manager.get(page).content
    close_round(round=sent)
    shown = as_manager.get(page).content
    assert b"&lt;b&gt;Too slow&lt;/b&gt;" in shown
    assert b"Ada Lovelace" in shown
    assert b"It let me down" in shown
    assert b"Ada Lovelace" not in as_member.get(page).content


def test_comments_of_a_touchpoint_are_a_page_and_a_part(
    organisation: Organisation, desk: Touchpoint, as_member: Client
) -> None:
    person = factories.customer(organisation)
    sent = _open(organisation, desk)
    factories.submitted(_of(sent, person), why="Too slow")
    address = reverse("feedback:touchpoint_comments", args=[organisation.slug, desk.pk])
    assert b"Too slow" not in as_member.get(address).content
    close_round(round=sent)
    whole = as_member.get(address, {"period": "2026Q3"})
    assert b"Too slow" in whole.content
    assert b"<html" in whole.content
    part = as_member.get(address, {"period": "2026Q3"}, headers={"HX-Request": "true"})
    assert b"Too slow" in part.content
    assert b"<html" not in part.content
    for period in ("2031Q1", "soon"):
        assert as_member.get(address, {"period": period}).status_code == 404
