"""The organisation, who belongs to it, whom it can ask, and what it committed itself to."""

from programme.models.commitment import Charter, CharterVersion, Practice, PracticeRating
from programme.models.organisation import (
    ColleagueInvite,
    Logo,
    Membership,
    Organisation,
    OrganisationOwned,
    Paper,
    Period,
    Role,
)
from programme.models.outcomes import Loss, Recognition
from programme.models.people import Forgotten, Person, PersonKind, PersonQuerySet, Segment, Team

__all__ = [
    "Charter",
    "CharterVersion",
    "ColleagueInvite",
    "Forgotten",
    "Logo",
    "Loss",
    "Membership",
    "Organisation",
    "OrganisationOwned",
    "Paper",
    "Period",
    "Person",
    "PersonKind",
    "PersonQuerySet",
    "Practice",
    "PracticeRating",
    "Recognition",
    "Role",
    "Segment",
    "Team",
]
