"""The rules of the register that someone asks for."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from programme.models import Membership, Organisation
from touchpoints.models import Rule


@dataclass(frozen=True, slots=True)
class RulesWanted:
    """Which rules: of one state or all, only one's own, with words in them. `state` is one of
    `RULE_STATES`, or empty."""

    state: str = ""
    mine: bool = False
    words: str = ""


def rule_list(*, membership: Membership, wanted: RulesWanted) -> QuerySet[Rule]:
    """Those wanted of the member's organisation, newest first, each with what its line shows."""
    found = Rule.objects.filter(organisation=membership.organisation_id).select_related(
        "named_by__user", "touchpoint", "improvement__owner__user"
    )
    if wanted.state:
        found = found & getattr(Rule.objects, wanted.state)()
    if wanted.mine:
        found = found.filter(named_by=membership)
    if wanted.words:
        found = found.filter(
            Q(name__icontains=wanted.words)
            | Q(hampered__icontains=wanted.words)
            | Q(lifter__icontains=wanted.words)
        )
    return found


def rule_counts(organisation: Organisation) -> Counter[str]:
    """How many are in each state, in one query."""
    rows = Rule.objects.filter(organisation=organisation)
    return Counter(rule.state for rule in rows.only("lifted_on", "stays_because", "improvement_id"))
