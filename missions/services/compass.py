"""The compass: options weighed against the mission clause by clause, apart and then together."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from missions.clauses import clauses
from missions.models import (
    Decision,
    Judgement,
    Mission,
    StatementClause,
    WeighedOption,
    Weighing,
)
from missions.services.decisions import record_decision
from missions.services.errors import MissionsError
from programme.models import Membership, Role

LEAST_JUDGES = 2
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
    if not customer_change.strip():
        raise MissionsError("Say first what this changes for the customer.")
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
def judge(
    *, weighing: Weighing, membership: Membership, answers: Mapping[tuple[int, int], str]
) -> None:
    """Keep one member's judgement of every option by every clause, in place of their earlier one.

    `answers` is keyed by (option, clause), both primary keys.
    """
    weighing = _held(weighing)
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
    judged = (
        Judgement.objects.filter(option__weighing=weighing)
        .values_list("membership_id", flat=True)
        .distinct()
        .count()
    )
    could = (
        Membership.objects.filter(organisation_id=weighing.organisation_id)
        .exclude(role=Role.AUDITOR)
        .count()
    )
    if judged < min(LEAST_JUDGES, could):
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
        .select_related("mission")
        .get(pk=weighing.pk)
    )
