"""The sample's hand-offs, rated in the last quarter by the teams that receive them."""

import datetime as dt
import random
import secrets

from feedback import services
from feedback.models import Invitation, Question, Response, Round
from feedback.services import QuestionSpec
from focusprog.sample.people import Cast
from programme.models import Period, Person, Role
from touchpoints.models import HandOff

_SEED = 7
_ANSWERING = 0.85
_VALUES = ("misery", "mediocrity", "magic")
# How those who receive it find it; what is not named here is mostly as it should be.
_WEIGHTS = {
    "The part, the right one": (72, 20, 8),
    "What is missing from the van": (30, 45, 25),
    "The call, with address and key code": (8, 32, 60),
    "Hours and parts of the visit": (45, 35, 20),
}
_USUALLY = (18, 52, 30)


def rate_hand_offs(cast: Cast, period: Period) -> None:
    """One confidential round to the staff about every hand-off, closed in `period`."""
    luck = random.Random(_SEED)  # noqa: S311  (a story, not a secret)
    hand_offs = list(HandOff.objects.filter(organisation=cast.organisation))
    survey = services.create_survey(
        organisation=cast.organisation,
        title="What we hand to one another",
        introduction="Rate what other teams hand to yours. Leave out what you do not receive.",
        thanks="Thank you. Both teams see the result.",
        questions=[
            QuestionSpec(
                key=f"hand-off-{one.pk}",
                kind=Question.Kind.MOMENT,
                text=f"{one}, from {one.giver}",
                hand_off_id=one.pk,
            )
            for one in hand_offs
        ],
    )
    asked = services.create_round(
        organisation=cast.organisation,
        survey=survey,
        title=f"Hand-offs, {period.code}",
        audience=Round.Audience.INTERNAL,
        confidential=True,
        period=period,
        selection={},
        created_by=cast.members[Role.MANAGER],
    )
    opened = dt.datetime.combine(period.starts_on + dt.timedelta(days=50), dt.time(8), dt.UTC)
    Round.objects.filter(pk=asked.pk).update(state=Round.State.OPEN, opened_at=opened)
    asked.refresh_from_db()
    people = list(Person.objects.filter(organisation=cast.organisation, kind="staff"))
    invitations, responses = [], []
    for person in people:
        invitation = Invitation(
            organisation=cast.organisation,
            round=asked,
            person=person,
            token_hash=secrets.token_hex(32),
            team_id=person.team_id,
        )
        invitations.append(invitation)
        received = [one for one in hand_offs if one.receiver_id == person.team_id]
        if not received or luck.random() > _ANSWERING:
            continue
        moment = opened + dt.timedelta(minutes=luck.randrange(5, 60 * 24 * 10))
        invitation.seen_at = invitation.answered_at = moment
        responses.append(
            Response(
                organisation=cast.organisation,
                round=asked,
                invitation=invitation,
                team_id=person.team_id,
                answers={
                    f"hand-off-{one.pk}": luck.choices(_VALUES, _WEIGHTS.get(one.name, _USUALLY))[0]
                    for one in received
                },
                started_at=moment - dt.timedelta(minutes=2),
                submitted_at=moment,
            )
        )
    Invitation.objects.bulk_create(invitations)
    Response.objects.bulk_create(responses)
    services.close_round(round=asked)
    Round.objects.filter(pk=asked.pk).update(
        created_at=opened - dt.timedelta(days=2),
        closes_at=opened + dt.timedelta(days=14),
        closed_at=opened + dt.timedelta(days=14),
    )
