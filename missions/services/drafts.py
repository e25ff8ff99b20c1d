"""Drafts and adoption."""

import datetime as dt

from django.db import transaction

from feedback.models import Round
from missions import queries
from missions.models import Draft, Mission
from missions.services.asking import close_asking, gather_contributions
from missions.services.candidates import close_rankings
from missions.services.consent import check_consent
from missions.services.errors import MissionsError, StaleDraftError, advance, locked
from programme.models import Membership, Organisation


@transaction.atomic
def save_draft(
    *, mission: Mission, text: str, based_on_version: int, author: Membership
) -> tuple[Draft, bool]:
    """Keep a text as the mission's next version; returns the draft and whether it is a new one
    (the same text again is not).

    `based_on_version` is the version that the writer had before them, 0 for none. Where a newer
    one exists, nothing is saved and `StaleDraftError` carries it.
    """
    mission = locked(mission)
    current = mission.drafts.order_by("-version").first()
    if current is not None and current.text == text:
        return current, False
    if current is not None and current.version != based_on_version:
        raise StaleDraftError(current)
    advance(mission, Mission.State.DRAFTING)
    draft = Draft.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        version=current.version + 1 if current else 1,
        text=text,
        author=author,
    )
    return draft, True


@transaction.atomic
def adopt(*, mission: Mission, draft: Draft, review_on: dt.date) -> Mission:
    """Make that draft the organisation's mission, from today.

    The one adopted before is retired in the same transaction, and rounds that still ask for words
    are closed, so that what it was made from stays as it is.
    """
    # One at a time in an organisation: two adoptions at once would meet at the constraint.
    Organisation.objects.select_for_update(no_key=True).get(pk=mission.organisation_id)
    mission = locked(mission)
    if draft.mission_id != mission.pk:
        raise MissionsError("That draft belongs to another mission.")
    check_consent(mission)
    today = queries.today(mission.organisation)
    if review_on <= today:
        raise MissionsError("Choose a review date in the future.")
    for asked in mission.rounds.filter(round__state=Round.State.OPEN).select_related("round"):
        close_asking(asked=asked)
    close_rankings(mission=mission)
    gather_contributions(mission=mission)
    Mission.objects.filter(
        organisation_id=mission.organisation_id, state=Mission.State.ADOPTED
    ).update(state=Mission.State.RETIRED)
    mission.state = Mission.State.ADOPTED
    mission.statement = draft.text
    mission.adopted_on = today
    mission.review_on = review_on
    mission.save()
    return mission
