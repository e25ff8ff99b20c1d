"""Drafts and adoption."""

import datetime as dt

from django.db import transaction

from feedback.models import Round
from missions.models import Draft, Mission
from missions.services.asking import close_asking, gather_contributions
from missions.services.candidates import close_rankings
from missions.services.clause_links import write_down_clauses
from missions.services.compass import number_clauses
from missions.services.consent import check_consent
from missions.services.critique import close_critiques
from missions.services.errors import MissionsError, StaleDraftError, advance, locked
from missions.services.working_text import follow_version
from programme.models import Membership, Organisation
from programme.queries import today_at


@transaction.atomic
def save_draft(
    *,
    mission: Mission,
    text: str,
    based_on_version: int,
    author: Membership,
    revision: int | None = None,
    aside: int | None = None,
) -> tuple[Draft, bool]:
    """Keep a text as the mission's next version; returns the draft and whether it is a new one
    (the same text again is not).

    `based_on_version` is the version that the writer had before them, 0 for none. Where a newer
    one exists, nothing is saved and `StaleDraftError` carries it. `revision` is the one of the
    working text, where it was typed there: writing goes on from the new version. `aside` is the
    key of the row where it was kept aside until now.
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
    write_down_clauses(mission=mission, text=text)
    follow_version(
        mission=mission, saved=draft, before=current.text if current else "", revision=revision
    )
    if aside is not None:
        mission.working_texts.filter(pk=aside, is_aside=True, kept_by=author).delete()
    return draft, True


@transaction.atomic
def restore_version(
    *, mission: Mission, version: int, based_on_version: int, author: Membership
) -> tuple[Draft, bool]:
    """Make an earlier version's text the newest version; as `save_draft`."""
    earlier = mission.drafts.filter(version=version).first()
    if earlier is None:
        raise MissionsError("There is no such version.")
    return save_draft(
        mission=mission, text=earlier.text, based_on_version=based_on_version, author=author
    )


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
    today = today_at(mission.organisation)
    if review_on <= today:
        raise MissionsError("Choose a review date in the future.")
    for asked in mission.rounds.filter(round__state=Round.State.OPEN).select_related("round"):
        close_asking(asked=asked)
    close_rankings(mission=mission)
    close_critiques(mission=mission)
    gather_contributions(mission=mission)
    Mission.objects.filter(
        organisation_id=mission.organisation_id, state=Mission.State.ADOPTED
    ).update(state=Mission.State.RETIRED)
    mission.state = Mission.State.ADOPTED
    mission.statement = draft.text
    mission.adopted_on = today
    mission.review_on = review_on
    mission.save()
    number_statement(mission=mission)
    return mission


def number_statement(*, mission: Mission) -> None:
    """Write down the adopted statement's clauses, each with what it came from: kept for good."""
    written = write_down_clauses(mission=mission, text=mission.statement)
    for numbered, clause in zip(number_clauses(mission=mission), written, strict=False):
        numbered.origin_id = clause.origin_id or clause.pk
        numbered.save(update_fields=["origin"])
