"""The register of rules that are in somebody's way."""

import datetime as dt
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from outbox.emails import email_from
from outbox.services import write_emails
from programme.models import Membership, Organisation
from touchpoints.models import Improvement, ImprovementNote, Rule, Touchpoint
from touchpoints.services.errors import TouchpointsError


def name_rule(
    *,
    organisation: Organisation,
    name: str,
    hampered: str,
    by: Membership,
    lifter: str = "",
    example: str = "",
    touchpoint: Touchpoint | None = None,
) -> Rule:
    """Write down a rule that is in the way, and whose way."""
    return Rule.objects.create(
        organisation=organisation,
        name=name,
        hampered=hampered,
        named_by=by,
        lifter=lifter,
        example=example,
        touchpoint=touchpoint,
    )


@transaction.atomic
def take_on_rule(*, rule: Rule, by: Membership) -> Improvement:
    """Make an improvement of removing it, owned by whoever takes it on; one that is taken on
    already stays with its improvement. Raises TouchpointsError for one that is lifted."""
    locked = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.improvement is not None:
        return locked.improvement
    if locked.lifted_on is not None:
        raise TouchpointsError("This rule is lifted already.")
    locked.improvement = Improvement.objects.create(
        organisation_id=locked.organisation_id,
        title=f"Remove the rule: {locked.name}"[:300],
        kind=Improvement.Kind.REMOVE_RULE,
        touchpoint=locked.touchpoint,
        owner=by,
        cause=locked.example,
    )
    ImprovementNote.objects.create(
        organisation_id=locked.organisation_id,
        improvement=locked.improvement,
        author=by,
        text=f"Taken on from the register. It hampers {locked.hampered}.",
        is_change=True,
    )
    locked.stays_because = ""
    locked.save(update_fields=["improvement", "stays_because"])
    return locked.improvement


@transaction.atomic
def change_rule(
    *,
    rule: Rule,
    name: str,
    hampered: str,
    lifter: str,
    example: str,
    touchpoint: Touchpoint | None,
    since: str,
) -> None:
    """Change what the register says of it, and what happened since."""
    Rule.objects.filter(pk=rule.pk).update(
        name=name,
        hampered=hampered,
        lifter=lifter,
        example=example,
        touchpoint=touchpoint,
        since=since,
    )


@transaction.atomic
def lift_rule(*, rule: Rule, on: dt.date, by: Membership) -> None:
    """Lifted as of that day; what was to lift it is done with it."""
    # The improvement first, as whoever finishes it does: the other order could block both.
    Improvement.objects.select_for_update(of=("self",)).filter(rule=rule).first()
    locked = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    improvement = locked.improvement
    if improvement is not None and improvement.state != Improvement.State.DONE:
        improvement.state, improvement.done_on = Improvement.State.DONE, on
        improvement.save(update_fields=["state", "done_on"])
        ImprovementNote.objects.create(
            organisation_id=locked.organisation_id,
            improvement=improvement,
            author=by,
            text="The rule is lifted: done.",
            is_change=True,
        )
    mark_lifted(rule=locked, on=on)


@transaction.atomic
def keep_rule(*, rule: Rule, because: str) -> None:
    """It stays, for a reason that whoever named it can read. Raises TouchpointsError without
    one, and for a rule that is lifted."""
    if not because.strip():
        raise TouchpointsError("Say why it stays: whoever named it will want to know.")
    locked = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.lifted_on is not None:
        raise TouchpointsError("This rule is lifted already.")
    locked.stays_because = because.strip()
    locked.save(update_fields=["stays_because"])


def mark_lifted(*, rule: Rule, on: dt.date | None) -> None:
    """Lifted on that day, or in force again for None; `rule` is locked by the caller. Whoever
    named it is told once."""
    if rule.lifted_on == on:
        return
    rule.lifted_on = on
    if on is not None:
        rule.stays_because = ""
    rule.save(update_fields=["lifted_on", "stays_because"])
    if on is not None and rule.named_by is not None:
        _tell(rule, rule.named_by)


def _tell(rule: Rule, named_by: Membership) -> None:
    organisation = rule.organisation
    path = reverse("touchpoints:rules", kwargs={"organisation": organisation.slug})
    context = {
        "rule": rule,
        "language": organisation.language,
        "link": urljoin(settings.BASE_URL, f"{path}#rule-{rule.pk}"),
    }
    write_emails(
        [
            email_from(
                organisation,
                "touchpoints/email/rule_lifted",
                context,
                key=f"rule-lifted:{rule.pk}:{named_by.pk}",
                to_email=named_by.user.email,
                to_name=str(named_by.user),
                subject=f"{organisation.name}: a rule that you named is lifted",
            )
        ]
    )
