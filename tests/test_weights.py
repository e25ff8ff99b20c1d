"""What customers' answers say about how much a touchpoint matters, from a round to the heatmap."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import Response, Round
from feedback.services import QuestionSpec, close_round
from programme.models import Organisation
from tests import factories
from touchpoints.models import RatingPairs, Touchpoint
from touchpoints.queries import heatmap, known
from touchpoints.queries.weights import weights


@pytest.fixture
def touchpoints(organisation: Organisation) -> list[Touchpoint]:
    return [factories.touchpoint(organisation, name) for name in ("Help", "Invoice", "Lobby")]


def _round(
    organisation: Organisation, touchpoints: list[Touchpoint], *, people: int, **fields: object
) -> Round:
    """An open round whose recommendation goes with Help, a little with Invoice, never with the
    Lobby, which nobody was asked about."""
    survey = factories.survey(
        organisation,
        QuestionSpec("recommend", "recommend-10", "Would you recommend us?"),
        QuestionSpec("help", "satisfaction-5", "Help?", touchpoint_id=touchpoints[0].pk),
        QuestionSpec("invoice", "moment", "Invoice?", touchpoint_id=touchpoints[1].pk),
    )
    found = factories.draft_round(organisation, survey=survey, **fields)
    Round.objects.filter(pk=found.pk).update(state=Round.State.OPEN, opened_at=timezone.now())
    rng = np.random.default_rng(2)
    moments = ["misery", "mediocrity", "magic"]
    for _ in range(people):
        mood = int(rng.integers(1, 6))
        Response.objects.create(
            organisation=organisation,
            round=found,
            answers={
                "recommend": min(10, 2 * mood + int(rng.integers(0, 2))),
                "help": mood,
                "invoice": moments[rng.integers(0, 3)],
            },
            submitted_at=timezone.now(),
        )
    found.refresh_from_db()
    return found


def test_closing_a_named_round_hands_over_what_goes_together(
    as_leader: Client, organisation: Organisation, touchpoints: list[Touchpoint]
) -> None:
    when = factories.period(organisation)
    for at in touchpoints:
        factories.tally(at, when, (5, 5, 30), source="an import")
    before = next(heatmap(organisation=organisation, period=when).rows())
    sent = _round(organisation, touchpoints, people=150, period=when)
    close_round(round=sent)
    assert RatingPairs.objects.get().touchpoints == [touchpoints[0].pk, touchpoints[1].pk]
    found = weights(known(organisation), when)
    told = [found[at.pk] for at in touchpoints]
    assert told[0].explains is not None
    assert told[1].explains is not None
    assert told[0].explains > 90
    assert told[1].explains < 5
    assert told[2].explains is None
    assert told[2].taken == told[2].stated == 3
    assert told[0].taken + told[1].taken == pytest.approx(6)
    assert told[0].taken > 4
    after = next(heatmap(organisation=organisation, period=when).rows())
    assert before.priority is not None
    assert after.priority is not None
    assert after.priority > before.priority
    where = {"organisation": organisation.slug, "touchpoint": touchpoints[0].pk}
    page = " ".join(as_leader.get(reverse("touchpoints:cell", kwargs=where)).text.split())
    assert f"account for {told[0].percent} % of what customers say of the whole" in page


def test_few_people_and_confidential_rounds_say_nothing(
    organisation: Organisation, touchpoints: list[Touchpoint]
) -> None:
    when = factories.period(organisation)
    close_round(round=_round(organisation, touchpoints, people=40, period=when))
    assert all(one.explains is None for one in weights(known(organisation), when).values())
    assert RatingPairs.objects.count() == 1
    close_round(round=_round(organisation, touchpoints, people=40, period=when, confidential=True))
    close_round(
        round=_round(organisation, touchpoints, people=40, period=when, audience="internal")
    )
    assert RatingPairs.objects.count() == 1
