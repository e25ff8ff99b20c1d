"""A yes/no question: offered, answered, taken back, counted; it rates nothing."""

import re

import pytest

from feedback.figures import results_of
from feedback.forms.questions import QuestionForm
from feedback.models import Invitation, Question, Response, Round
from feedback.services import FeedbackError, QuestionSpec, close_round, create_survey, open_round
from programme.models import Organisation
from tests import factories
from tests.respondents import opened, sent_round

pytestmark = pytest.mark.django_db


def test_anyone_can_ask_one() -> None:
    offered = dict(QuestionForm.base_fields["kind"].choices)  # type: ignore[attr-defined]
    assert offered["yes-no"] == "Yes or no"


def test_it_rates_no_touchpoint(organisation: Organisation) -> None:
    desk = factories.touchpoint(organisation, "The front desk")
    with pytest.raises(FeedbackError, match="rates a touchpoint"):
        create_survey(
            organisation=organisation,
            title="Desk",
            questions=[QuestionSpec("desk", "yes-no", "Was it open?", touchpoint_id=desk.pk)],
        )


def _open(organisation: Organisation) -> Round:
    survey = factories.survey(
        organisation, QuestionSpec("again", "yes-no", "Would you come again?")
    )
    sent = factories.draft_round(organisation, survey=survey)
    open_round(round=sent)
    return sent


def test_closing_counts_it(organisation: Organisation) -> None:
    people = [factories.customer(organisation) for _ in range(4)]
    sent = _open(organisation)
    for person, value in zip(people, ["yes", "yes", "no"], strict=False):
        factories.submitted(Invitation.objects.get(round=sent, person=person), again=value)
    closed = close_round(round=sent)
    assert closed.results is not None
    assert closed.results["questions"]["again"] == {"n": 3, "counts": {"yes": 2, "no": 1}}
    (result,) = results_of(closed, list(closed.survey.questions.all()))
    assert [(bar.label, bar.n) for bar in result.bars] == [("Yes", 2), ("No", 1)]
    assert (result.net, result.mean) == (None, None)


def test_answered_on_the_page_and_taken_back(organisation: Organisation) -> None:
    _, link = sent_round(organisation, QuestionSpec("again", "yes-no", "Would you come again?"))
    client, address = opened(link)
    page = client.get(address).content.decode()
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Would you come again? Yes No No answer" in shown
    assert "checked" not in page
    wrong = client.post(address, {"q-again": "perhaps", "version": "0"})
    assert wrong.status_code == 422
    assert "not one of the answers offered" in wrong.content.decode()
    client.post(address, {"q-again": "yes", "version": "0"})
    assert Response.objects.get().answers == {"again": "yes"}
    client.post(address, {"q-again": "-", "version": "1"})
    assert Response.objects.get().answers == {}


def test_values_are_words() -> None:
    assert Question.VALUES["yes-no"] == ("yes", "no")
