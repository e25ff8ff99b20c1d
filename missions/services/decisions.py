"""Decisions, tested against the adopted mission, and looked at again."""

import datetime as dt
import hashlib
from collections import defaultdict
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from missions import register
from missions.models import Decision, Mission
from missions.services.errors import MissionsError
from outbox.emails import email_from
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Organisation, Role
from programme.queries import today_at

_NAMED = 10


def record_decision(
    *,
    mission: Mission,
    title: str,
    customer_change: str,
    fit: str,
    outcome: str,
    decided_on: dt.date,
    decided_by: Membership,
    asked_first: bool | None = None,
    review_on: dt.date | None = None,
) -> Decision:
    """Keep a decision that was tested against the adopted mission."""
    if mission.state != Mission.State.ADOPTED:
        raise MissionsError("Decisions are tested against the adopted mission. Adopt one first.")
    ask_for_customer(customer_change)
    return Decision.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        title=title,
        customer_change=customer_change,
        fit=fit,
        outcome=outcome,
        asked_first=asked_first,
        decided_on=decided_on,
        decided_by=decided_by,
        review_on=review_on,
    )


def change_decision(
    *,
    decision: Decision,
    title: str,
    customer_change: str,
    fit: str,
    outcome: str,
    decided_on: dt.date,
    asked_first: bool | None = None,
    review_on: dt.date | None = None,
) -> None:
    """Put its words or dates right; looking at it again is `review_decision`."""
    ask_for_customer(customer_change)
    decision.title = title
    decision.customer_change = customer_change
    decision.fit = fit
    decision.outcome = outcome
    decision.asked_first = asked_first
    decision.decided_on = decided_on
    decision.review_on = review_on
    decision.save(
        update_fields=[
            *("title", "customer_change", "fit", "outcome", "asked_first"),
            *("decided_on", "review_on"),
        ]
    )


@transaction.atomic
def review_decision(
    *,
    decision: Decision,
    kept: str,
    outcome: str,
    reviewed_on: dt.date,
) -> None:
    """Say whether it did for the customer what was said, and what came of it."""
    held = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    if kept not in Decision.Kept.values:
        raise MissionsError("Say whether it did for the customer what you said.")
    if not outcome.strip():
        raise MissionsError("Say what came of it.")
    if reviewed_on < held.decided_on:
        raise MissionsError("It cannot have been looked at before it was decided.")
    held.kept, held.outcome, held.reviewed_on = kept, outcome, reviewed_on
    held.save(update_fields=["kept", "outcome", "reviewed_on"])


def remind_of_decisions() -> int:
    """Write to whoever decided what is due to be looked at again, all of a day in one email; to
    the leaders where they have left. How many decisions."""
    # No organisation is ahead of this day.
    found = register.due_for_a_reminder(until=timezone.now().date() + dt.timedelta(days=1))
    organisations = Organisation.objects.filter(pk__in=found.order_by().values("organisation"))
    return sum(_remind(organisation) for organisation in organisations)


@transaction.atomic
def _remind(organisation: Organisation) -> int:
    today = today_at(organisation)
    due = list(
        register.due_for_a_reminder(until=today)
        .filter(organisation=organisation)
        .select_for_update(no_key=True, skip_locked=True)
        .order_by("review_on", "pk")
    )
    if not due:
        return 0
    staying = Membership.objects.filter(organisation=organisation).exclude(role=Role.AUDITOR)
    people = {one.pk: one for one in staying.select_related("user").order_by("pk")}
    leaders = [one.pk for one in people.values() if one.role == Role.LEADER]
    to_look_at: defaultdict[int, list[Decision]] = defaultdict(list)
    for decision in due:
        decider = decision.decided_by_id
        for member in [decider] if decider in people else leaders:
            to_look_at[member].append(decision)
    write_emails(
        _reminder(people[member], decisions, today) for member, decisions in to_look_at.items()
    )
    for decision in due:
        decision.reminded_of = decision.review_on
    Decision.objects.bulk_update(due, ["reminded_of"], batch_size=500)
    return len(due)


def _reminder(to: Membership, due: list[Decision], today: dt.date) -> NewEmail:
    organisation = to.organisation

    def link(name: str, **where: object) -> str:
        path = reverse(f"missions:{name}", kwargs={"organisation": organisation.slug, **where})
        return urljoin(settings.BASE_URL, path)

    first = due[0]
    context = {
        "language": organisation.language,
        "decisions": due[:_NAMED],
        "more": len(due) - _NAMED,
        "link": link("decision_review", decision=first.pk)
        if len(due) == 1
        else link("decisions") + "?reviewed=due",
    }
    subject = (
        f"Did it do for the customer what we said? {first.title}"
        if len(due) == 1
        else f"{len(due)} decisions to look at again"
    )
    # One email for these decisions on these dates, whatever happens.
    causes = ",".join(f"{one.pk}@{one.review_on}" for one in due)
    cause = hashlib.sha256(causes.encode()).hexdigest()[:24]
    return email_from(
        organisation,
        "missions/decision_review_email",
        context,
        key=f"decision-review:{cause}:{to.pk}",
        to_email=to.user.email,
        to_name=to.user.name,
        subject=subject,
    )


def ask_for_customer(customer_change: str) -> None:
    """The one question that is never skipped, on whatever way someone comes."""
    if not any(letter.isprintable() and not letter.isspace() for letter in customer_change):
        raise MissionsError("Say first what this changes for the customer.")
