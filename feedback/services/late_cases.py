"""Late cases: their owners are told, then the leaders, once each for a due moment.

An owner who has turned reminders off is not told; the leaders always are: a customer waits.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from feedback.models import Case
from feedback.services.case_emails import LATE, LATE_FOR_LEADERS, case_email
from feedback.services.standards import standard_of, working_hours
from outbox.services import write_emails
from programme.models import Membership, Organisation, Role


def escalate_late() -> int:
    """Tell the owners of cases that are past due, and the leaders of those that have been so for
    as long again as the service standard gives; of those without an owner at once. How many cases
    somebody was told of."""
    now = timezone.now()
    waiting = Case.objects.filter(state=Case.State.OPEN, due_at__lte=now).filter(
        Q(owner_told_at=None) | Q(leaders_told_at=None)
    )
    told = 0
    for organisation in Organisation.objects.filter(pk__in=waiting.values("organisation")):
        told += _escalate(organisation)
    return told


@transaction.atomic
def _escalate(organisation: Organisation) -> int:
    now = timezone.now()
    standard = standard_of(organisation)
    clock = working_hours(standard)
    late = (
        Case.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(organisation=organisation, state=Case.State.OPEN, due_at__lte=now)
        .filter(Q(owner_told_at=None) | Q(leaders_told_at=None))
        .select_related("owner__user", "organisation")
        .order_by("due_at", "pk")
    )
    leaders = list(
        Membership.objects.filter(organisation=organisation, role=Role.LEADER).select_related(
            "user"
        )
    )
    told = 0
    for case in late:
        assert case.due_at is not None  # noqa: S101  (see the filter)
        to: dict[int, tuple[Membership, str]] = {}
        if case.owner_told_at is None:
            if case.owner is not None and case.owner.wants_reminders:
                to[case.owner.pk] = case.owner, LATE
            case.owner_told_at = now
        leaders_now = case.leaders_told_at is None and (
            case.owner is None or clock.after(case.due_at, standard.hours) <= now
        )
        if leaders_now:
            case.leaders_told_at = now
            to |= {one.pk: (one, LATE_FOR_LEADERS) for one in leaders}
        cause = f"case-late:{case.pk}:{int(case.due_at.timestamp())}:{int(leaders_now)}"
        write_emails(
            case_email(case, one, key=f"{cause}:{one.pk}", part=part) for one, part in to.values()
        )
        case.save(update_fields=["owner_told_at", "leaders_told_at"])
        told += bool(to)
    return told
