"""Confidential rounds: nothing leads from an answer to a person, and few are never shown."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.utils import timezone

from feedback.models import Comment, Invitation, OpenLink, Response, Round
from feedback.queries import comments
from feedback.queries.receipts import receipts
from feedback.services import QuestionSpec, close_round, open_round
from programme.models import Organisation, Team
from tests import factories
from touchpoints.models import RatingTally, Touchpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(organisation: Organisation) -> Touchpoint:
    return factories.touchpoint(organisation, "The front desk")


def _open(of: Organisation, desk: Touchpoint, teams: Sequence[Team | None]) -> Round:
    """An open confidential staff round with one invitation for each entry of `teams`."""
    for team in teams:
        factories.staff(of, team=team)
    survey = factories.survey(
        of,
        QuestionSpec("desk", "moment", "The front desk", touchpoint_id=desk.pk),
        QuestionSpec("employer", "recommend-10", "Would you recommend us?"),
        QuestionSpec("comment", "text", "What stands in the way?"),
    )
    sent = factories.draft_round(of, survey=survey, audience="internal", confidential=True)
    open_round(round=sent)
    return sent


def _answer(sent: Round, n: int) -> None:
    """The first n of those invited answer, each in their own words."""
    for number, invitation in enumerate(Invitation.objects.filter(round=sent).order_by("pk")[:n]):
        factories.submitted(
            invitation,
            desk=("magic", "misery")[number % 2],
            employer=number % 11,
            comment=f"Words {number}",
        )


def test_after_the_close_nothing_leads_to_a_person(
    organisation: Organisation, desk: Touchpoint
) -> None:
    sent = _open(organisation, desk, [None] * 14)
    _answer(sent, 12)
    before = {response.pk for response in Response.objects.all()}
    invitations_before = set(Invitation.objects.values_list("pk", flat=True))
    close_round(round=sent)

    after = list(Response.objects.all())
    assert len(after) == 12
    assert not before & {response.pk for response in after}
    for response in after:
        assert response.invitation_id is None
        assert response.team_id is None
        assert response.started_at is None
        assert response.submitted_at is None
        assert response.version == 0
        assert "comment" not in response.answers  # words are never beside scores
    assert len({comment.pk for comment in Comment.objects.all()}) == 12
    for comment in Comment.objects.all():
        assert comment.response_id is None
    # Who was invited is still known; who of them opened or answered is not.
    again = Invitation.objects.filter(round=sent)
    assert again.count() == 14
    assert not invitations_before & set(again.values_list("pk", flat=True))
    assert set(again.values_list("seen_at", "answered_at")) == {(None, None)}
    with connection.cursor() as cursor:
        for table in ("feedback_response", "feedback_comment", "feedback_invitation"):
            cursor.execute(f"SELECT count(DISTINCT xmin::text) FROM {table}")  # noqa: S608
            assert cursor.fetchone() == (1,), table


def test_the_stored_order_is_not_the_order_of_answering(
    organisation: Organisation, desk: Touchpoint
) -> None:
    sent = _open(organisation, desk, [None] * 40)
    _answer(sent, 40)
    close_round(round=sent)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM feedback_comment ORDER BY ctid")
        stored = [int(text.split()[1]) for (text,) in cursor.fetchall()]
        cursor.execute("SELECT person_id FROM feedback_invitation ORDER BY ctid")
        people = [person for (person,) in cursor.fetchall()]
    assert sorted(stored) == list(range(40))
    # 40 in their old order by chance: once in 40! times.
    assert stored != sorted(stored)
    assert people != sorted(people)
    shown = [int(comment.text.split()[1]) for comment in comments(round=sent)]
    assert shown != sorted(shown)


@pytest.mark.parametrize("answers", [0, 1, 4])
def test_under_five_answers_nothing_is_published_or_kept(
    organisation: Organisation, desk: Touchpoint, answers: int
) -> None:
    sent = _open(organisation, desk, [None] * 6)
    _answer(sent, answers)
    closed = close_round(round=sent)
    assert closed.results == {"invited": 6, "opened": None, "answered": None, "questions": {}}
    assert not Response.objects.exists()
    assert not Comment.objects.exists()
    assert not RatingTally.objects.exists()
    (receipt,) = receipts(organisation=organisation, period=sent.period)
    assert (receipt.answered, receipt.opened, receipt.published) == (None, None, 0)


@pytest.mark.parametrize(("answers", "shown"), [(5, 0), (9, 0), (10, 10)])
def test_figures_from_five_and_comments_from_ten(
    organisation: Organisation, desk: Touchpoint, answers: int, shown: int
) -> None:
    sent = _open(organisation, desk, [None] * 12)
    _answer(sent, answers)
    closed = close_round(round=sent)
    assert closed.results is not None
    assert closed.results["answered"] == answers
    assert closed.results["questions"]["desk"]["n"] == answers
    assert ("comment" in closed.results["questions"]) == bool(shown)
    assert comments(round=closed).count() == Comment.objects.count() == shown


def test_a_question_that_few_answered_or_all_alike_is_left_out(
    organisation: Organisation, desk: Touchpoint
) -> None:
    sent = _open(organisation, desk, [None] * 8)
    for number, invitation in enumerate(Invitation.objects.filter(round=sent)):
        answers = {"desk": "misery"} | ({"employer": number} if number < 4 else {})
        factories.submitted(invitation, **answers)
    closed = close_round(round=sent)
    assert closed.results is not None
    assert closed.results["answered"] == 8
    # That nearly all of them said "misery" may be said, but not counted.
    assert closed.results["questions"] == {"desk": {"n": 8, "band": ["misery", "misery"]}}
    assert not RatingTally.objects.exists()


def test_teams_are_told_apart_only_where_each_has_enough(
    organisation: Organisation, desk: Touchpoint
) -> None:
    kitchen, hall = factories.team(organisation), factories.team(organisation)
    sent = _open(organisation, desk, [kitchen] * 6 + [hall] * 6)
    _answer(sent, 12)
    close_round(round=sent)
    assert set(RatingTally.objects.values_list("team", flat=True)) == {kitchen.pk, hall.pk}

    other = factories.touchpoint(organisation, "The phone")
    sent = _open(organisation, other, [])
    invitations = list(Invitation.objects.filter(round=sent).order_by("pk"))
    for number, invitation in enumerate(invitations[:9]):  # 6 of the kitchen, 3 of the hall
        factories.submitted(invitation, desk=("magic", "misery")[number % 2])
    close_round(round=sent)
    rows = RatingTally.objects.filter(touchpoint=other)
    assert [(row.team_id, row.magic + row.misery) for row in rows] == [(None, 9)]


def test_a_sealed_round_closes_once(organisation: Organisation, desk: Touchpoint) -> None:
    sent = _open(organisation, desk, [None] * 6)
    _answer(sent, 6)
    first = close_round(round=sent)
    again = close_round(round=sent)
    assert again.results == first.results
    assert again.closed_at == first.closed_at
    assert Response.objects.count() == 6


@pytest.mark.parametrize(("by_link", "told"), [(0, 0), (2, None), (5, 5)])
def test_few_answers_at_places_are_not_told_apart(
    organisation: Organisation, desk: Touchpoint, by_link: int, told: int | None
) -> None:
    sent = _open(organisation, desk, [None] * 8)
    _answer(sent, 6)
    link = OpenLink.objects.create(
        organisation=organisation, round=sent, place="The canteen", token="canteen"
    )
    Response.objects.bulk_create(
        Response(
            organisation=organisation,
            round=sent,
            open_link=link,
            answers={"desk": "magic"},
            submitted_at=timezone.now(),
        )
        for _ in range(by_link)
    )
    closed = close_round(round=sent)
    assert closed.results is not None
    assert closed.results["answered"] == 6 + by_link
    assert closed.results["by_link"] == told
