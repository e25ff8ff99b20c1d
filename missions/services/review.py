"""Looking at the mission again, and hiding words that should not be read."""

from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from missions import queries
from missions.models import Contribution, Hiding, Mission
from missions.services.errors import MissionsError
from outbox.emails import email_from
from outbox.services import write_emails
from programme.models import Membership, Role
from programme.queries import today_at


def remind_of_reviews() -> int:
    """One email to each leader of every mission whose review date has come, once a date; how many
    missions."""
    due = Mission.objects.filter(state=Mission.State.ADOPTED, review_on__isnull=False)
    due = due.select_related("organisation")
    reminded = 0
    for mission in queries.not_yet_reminded(due):
        if mission.review_on and mission.review_on <= today_at(mission.organisation):
            _remind(mission)
            reminded += 1
    return reminded


@transaction.atomic
def _remind(mission: Mission) -> None:
    mission = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
    if mission.state != Mission.State.ADOPTED or mission.reminded_of == mission.review_on:
        return
    organisation = mission.organisation
    path = reverse("missions:review", kwargs={"organisation": organisation.slug})
    context = {
        "mission": mission,
        "language": organisation.language,
        "link": urljoin(settings.BASE_URL, path),
    }
    leaders = Membership.objects.filter(organisation=organisation, role=Role.LEADER)
    write_emails(
        email_from(
            organisation,
            "missions/review_email",
            context,
            key=f"mission-review:{mission.pk}:{mission.review_on}:{leader.pk}",
            to_email=leader.user.email,
            subject=f"{organisation.name}: time to look at your mission again",
        )
        for leader in leaders.select_related("user").order_by("pk")
    )
    mission.reminded_of = mission.review_on
    mission.save(update_fields=["reminded_of"])


@transaction.atomic
def hide_contribution(*, contribution: Contribution, reason: str, by: Membership) -> None:
    """Take someone's words off every page, with a reason that stays on record; the words are
    kept."""
    if not reason.strip():
        raise MissionsError("Give a reason: it stays on record.")
    _set_hidden(contribution, hides=True, reason=reason, by=by)


@transaction.atomic
def show_contribution(*, contribution: Contribution, by: Membership) -> None:
    """Bring hidden words back."""
    _set_hidden(contribution, hides=False, reason="", by=by)


def _set_hidden(contribution: Contribution, *, hides: bool, reason: str, by: Membership) -> None:
    held = Contribution.objects.select_for_update(no_key=True).get(pk=contribution.pk)
    if held.is_hidden == hides:
        return
    held.is_hidden = hides
    held.save(update_fields=["is_hidden"])
    Hiding.objects.create(
        organisation_id=held.organisation_id,
        contribution=held,
        hides=hides,
        reason=reason,
        by=by,
    )


@transaction.atomic
def set_quotable(*, mission: Mission, author: Membership, quotable: bool) -> None:
    """Whether this member's own words in this mission may stand on the public page; they may take
    it back at any time."""
    mission.contributions.filter(author=author, comment=None).update(quotable=quotable)


@transaction.atomic
def take_off_public_page(*, contribution: Contribution) -> None:
    """Quote these words no more, for a writer who came by link; nobody puts them back on."""
    Contribution.objects.filter(pk=contribution.pk, unquoted_at=None).update(
        unquoted_at=timezone.now()
    )
