"""The compass: options weighed against the mission clause by clause, apart and then together."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from missions import usage
from missions.clauses import clauses
from missions.models import (
    Decision,
    JudgeInvite,
    Judgement,
    Mission,
    StatementClause,
    WeighedOption,
    Weighing,
)
from missions.services.decisions import ask_for_customer, record_decision
from missions.services.errors import MissionsError
from outbox.emails import email_from
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Role

FEWEST_OPTIONS, MOST_OPTIONS = 2, 6


def number_clauses(*, mission: Mission) -> list[StatementClause]:
    """The adopted statement's clauses, in order; the first call writes them down for good."""
    if mission.state != Mission.State.ADOPTED:
        raise MissionsError("Only an adopted mission is a compass. Adopt one first.")
    found = list(mission.statement_clauses.all())
    if found:
        return found
    StatementClause.objects.bulk_create(
        [
            StatementClause(
                organisation_id=mission.organisation_id,
                mission=mission,
                position=position,
                text=text,
            )
            for position, text in enumerate(clauses(mission.statement) or [mission.statement])
        ],
        # Two who open the page at once write the same.
        ignore_conflicts=True,
    )
    return list(mission.statement_clauses.all())


@transaction.atomic
def open_weighing(
    *,
    mission: Mission,
    kind: str,
    question: str,
    customer_change: str,
    options: Sequence[str],
    opened_by: Membership,
) -> Weighing:
    """Put two to six options before the members, to be judged apart."""
    number_clauses(mission=mission)
    ask_for_customer(customer_change)
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise MissionsError("Name two to six options.")
    if len({option.casefold() for option in options}) < len(options):
        raise MissionsError("Two of the options are the same.")
    weighing = Weighing.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        kind=kind,
        question=question,
        customer_change=customer_change,
        opened_by=opened_by,
    )
    WeighedOption.objects.bulk_create(
        WeighedOption(
            organisation_id=mission.organisation_id,
            weighing=weighing,
            position=position,
            text=text,
        )
        for position, text in enumerate(options)
    )
    return weighing


@transaction.atomic
def invite_judges(
    *, weighing: Weighing, colleagues: Collection[Membership], invited_by: Membership
) -> int:
    """Ask colleagues by email to judge, once each; how many were not asked before."""
    weighing = _held(weighing)
    if weighing.revealed_at:
        raise MissionsError("The judgements have been revealed: nobody can judge any more.")
    for one in colleagues:
        if one.organisation_id != weighing.organisation_id or one.role == Role.AUDITOR:
            raise MissionsError("Choose colleagues who work here.")
    known = set(weighing.invites.values_list("membership_id", flat=True))
    new = [one for one in colleagues if one.pk not in known]
    if not new:
        raise MissionsError("Choose whom to ask. Those who were asked already are not asked twice.")
    JudgeInvite.objects.bulk_create(
        JudgeInvite(
            organisation_id=weighing.organisation_id,
            weighing=weighing,
            membership=one,
            invited_by=invited_by,
        )
        for one in new
    )
    write_emails(_invitation(weighing, one, invited_by) for one in new)
    return len(new)


def _invitation(weighing: Weighing, to: Membership, by: Membership) -> NewEmail:
    organisation = weighing.organisation
    place = {"organisation": organisation.slug, "weighing": weighing.pk}
    context = {
        "language": organisation.language,
        "weighing": weighing,
        "by": by,
        "link": urljoin(settings.BASE_URL, reverse("missions:weighing", kwargs=place)),
    }
    return email_from(
        organisation,
        "missions/judge_email",
        context,
        key=f"weighing:{weighing.pk}:judge:{to.pk}",
        to_email=to.user.email,
        to_name=to.user.name,
        subject=f"Your judgement, please: {weighing.question}",
        reply_to=by.user.email,
    )


@transaction.atomic
def judge(
    *, weighing: Weighing, membership: Membership, answers: Mapping[tuple[int, int], str]
) -> None:
    """Keep one member's judgement of every option by every clause, in place of their earlier one.

    `answers` is keyed by (option, clause), both primary keys.
    """
    weighing = _held(weighing)
    if membership.organisation_id != weighing.organisation_id or membership.role == Role.AUDITOR:
        raise MissionsError("Only colleagues who work here judge.")
    if weighing.revealed_at:
        raise MissionsError("The judgements have been revealed, so they stay as they are.")
    options = set(weighing.options.values_list("pk", flat=True))
    numbered = set(weighing.mission.statement_clauses.values_list("pk", flat=True))
    if set(answers) != {(option, clause) for option in options for clause in numbered}:
        raise MissionsError("Judge every option by every clause.")
    Judgement.objects.filter(option__weighing=weighing, membership=membership).delete()
    Judgement.objects.bulk_create(
        Judgement(
            organisation_id=weighing.organisation_id,
            option_id=option,
            clause_id=clause,
            membership=membership,
            answer=answer,
        )
        for (option, clause), answer in answers.items()
    )


@transaction.atomic
def reveal(*, weighing: Weighing) -> None:
    """Show everyone's judgements to everyone; from then on none is changed.

    Two must have judged, or one where nobody else in the organisation could.
    """
    weighing = _held(weighing)
    if weighing.revealed_at:
        return
    if usage.judges(weighing) < usage.judges_needed(weighing):
        raise MissionsError(
            "At least two people judge before anyone sees: a single judgement would only be "
            "followed."
        )
    weighing.revealed_at = timezone.now()
    weighing.save(update_fields=["revealed_at"])


@transaction.atomic
def settle(
    *,
    weighing: Weighing,
    option: WeighedOption,
    fit: str,
    decided_on: dt.date,
    review_on: dt.date | None,
    decided_by: Membership,
) -> Decision:
    """Decide for one of the options: it enters the register, as one that asked first."""
    weighing = _held(weighing)
    if option.weighing_id != weighing.pk:
        raise MissionsError("That option belongs to something else.")
    if not weighing.revealed_at:
        raise MissionsError("Reveal the judgements before you decide.")
    if weighing.decision_id:
        raise MissionsError("This has been decided already.")
    decision = record_decision(
        mission=weighing.mission,
        title=f"{weighing.question} – {option.text}"[:300],
        customer_change=weighing.customer_change,
        fit=fit,
        outcome="",
        decided_on=decided_on,
        decided_by=decided_by,
        asked_first=True,
        review_on=review_on,
    )
    weighing.decision = decision
    weighing.save(update_fields=["decision"])
    return decision


def _held(weighing: Weighing) -> Weighing:
    return (
        Weighing.objects.select_for_update(no_key=True, of=("self",))
        .select_related("mission", "organisation")
        .get(pk=weighing.pk)
    )
