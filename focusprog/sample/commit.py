"""The sample's charter, and how its members find its practices."""

from collections.abc import Sequence
from itertools import cycle

from accounts.models import User
from focusprog.sample.company import COLLEAGUES, EMAIL_DOMAIN
from focusprog.sample.people import Cast
from programme.charter import READY_KEYS
from programme.models import Membership, Organisation, Period, Practice, PracticeRating, Role
from programme.services import begin_practices, publish_charter, rate_practice, save_answer

_ANSWERS = {
    "why": "My mother lived on the fourth floor. Each time the lift stood, so did her life.",
    "whom": (
        "Those who cannot take the stairs, and the caretakers who answer to them. When a wish of "
        "theirs and one of a head office collide, they come first."
    ),
    "offer": "A lift that runs, and when it does not, somebody who says when and comes then.",
    "matters": (
        "To know. We asked sixty caretakers last spring: the wait is bad, not knowing how long is "
        "worse. That surprised us."
    ),
    "bears": "A hotline that asks for the contract number before it asks who is stuck.",
    "change": (
        "Easy: a call back within the hour, whatever we know by then. Hard: planners and fitters "
        "under one roof and one roster."
    ),
    "give-up": "The bonus for closed jobs. It taught us to close them.",
    "seen": "I spend one morning a month on the hotline, and I ring back whoever complains of me.",
    "alive": "Each quarter the board reads what customers said before it reads what we earned.",
}


def make_commitment(cast: Cast, quarters: Sequence[Period]) -> None:
    """A published charter with one answer being thought over, and practices rated in the last
    two quarters by everyone who signs in, and in this one by the first."""
    organisation, leader = cast.organisation, cast.members[Role.LEADER]
    for key, text in _ANSWERS.items():
        save_answer(organisation=organisation, key=key, text=text, was="")
    publish_charter(organisation=organisation, ready=READY_KEYS, by=leader)
    save_answer(
        organisation=organisation,
        key="seen",
        text=_ANSWERS["seen"] + " From autumn, two mornings.",
        was=_ANSWERS["seen"],
    )
    begin_practices(organisation=organisation)
    practices = list(Practice.objects.filter(organisation=organisation))
    members = [*cast.members.values(), *_colleagues(organisation)]
    raters = [one for one in members if one.role != Role.AUDITOR]
    # From one quarter to the next, every third practice becomes routine for one more of them.
    PracticeRating.objects.bulk_create(
        PracticeRating(
            organisation=organisation,
            practice=practice,
            period=period,
            membership=rater,
            answer=_answer(row, number * 5 % 6 + (turn if number % 3 == 0 else 0)),
        )
        for turn, period in enumerate(quarters[-2:])
        for number, practice in enumerate(practices)
        for row, rater in enumerate(raters)
    )
    answers = cycle(["routine", "sometimes", "routine", "never"])
    for practice in practices[:6]:
        for role in (Role.LEADER, Role.MANAGER, Role.MEMBER):
            rate_practice(practice=practice, by=cast.members[role], answer=next(answers))


def _answer(row: int, routine: int) -> str:
    """Routine for the first so many, sometimes for two more, never for the rest."""
    if row < routine:
        return "routine"
    return "sometimes" if row < routine + 2 else "never"


def _colleagues(organisation: Organisation) -> list[Membership]:
    """Four more who sign in."""
    users = [
        User.objects.create_user(f"{name.split()[0].lower()}@{EMAIL_DOMAIN}", name=name)
        for name in COLLEAGUES
    ]
    return Membership.objects.bulk_create(
        [Membership(organisation=organisation, user=user, role=Role.MEMBER) for user in users]
    )
