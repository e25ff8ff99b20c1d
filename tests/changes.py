"""Changes as their tests write them, who was told, and their pages."""

from typing import Any

from django.urls import reverse

from feedback.models import Case, Change, Round
from feedback.services import (
    close_round,
    open_case_from_item,
    open_round,
    publish_change,
    write_change,
)
from outbox.models import Email
from programme.models import Organisation, Role
from tests import factories
from tests.doors import left


def asked_round(of: Organisation, people: int = 6, *, answering: int = 0, **fields: Any) -> Round:
    """A closed round to so many more customers (or staff), of whom some answered, with a comment
    each."""
    make = factories.staff if fields.get("audience") == "internal" else factories.customer
    asked = [make(of) for _ in range(people)]
    selection = {"people": [one.pk for one in asked]}
    sent = factories.draft_round(of, selection=selection, **fields)
    open_round(round=sent)
    for invitation in sent.invitations.order_by("pk")[:answering]:
        factories.submitted(invitation, recommend=3, comment="The door sticks")
    close_round(round=sent)
    sent.refresh_from_db()
    return sent


def written(of: Organisation, *, published: bool = True, **fields: Any) -> Change:
    """A change, published by a leader."""
    leader = of.memberships.filter(role=Role.LEADER).first() or factories.member(of, Role.LEADER)
    values = {"title": "Doors that open", "said": "They stick.", "did": "We oiled them.", **fields}
    change = write_change(organisation=of, by=leader, **values)
    return publish_change(change=change, by=leader) if published else change


def told(change: Change) -> list[str]:
    """The addresses that were written to, each as often as it was."""
    emails = Email.objects.filter(key__startswith=f"change:{change.pk}:")
    return sorted(emails.values_list("to_email", flat=True))


def addresses(sent: Round) -> list[str]:
    return sorted(sent.invitations.values_list("person__email", flat=True))


def case_of(organisation: Organisation, email: str) -> Case:
    return open_case_from_item(item=left(organisation, text=f"From {email}", email=email))


def url(name: str, of: Organisation, change: Change | None = None) -> str:
    return reverse(f"feedback:{name}", args=[of.slug, *([change.pk] if change else [])])


def did(of: Organisation, query: str = "") -> str:
    return reverse("did", args=[of.slug]) + query
