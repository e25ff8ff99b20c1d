"""Getting no more emails: whom a link's secret stops, and stopping them."""

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from feedback import email_keys
from feedback.models import Conversation, Invitation, Round, Told
from feedback.services.link_secrets import hash_of
from outbox.services import cancel_each
from programme.models import Person

_REASON = "By then they could no longer be written to."

# A person of ours, or somebody outside who left an address in a conversation.
type Receiver = Person | Conversation

_signer = signing.Signer(salt="feedback.stop")


def stop_token(receiver: Receiver) -> str:
    """A secret that stops emails to them: derived, so that each email can carry it again."""
    kind = "p" if isinstance(receiver, Person) else "c"
    return _signer.sign(f"{kind}{receiver.pk}")


def receiver_of(token: str) -> Receiver | None:
    """Whom a link stops: an invitation's own, a reminder's, or one of `stop_token`."""
    try:
        whose = _signer.unsign(token)
    except signing.BadSignature:
        invited = Person.objects.filter(invitations__token_hash=hash_of(token))
        return invited.select_related("organisation").first()
    kind, pk = whose[0], int(whose[1:])
    if kind == "p":
        return Person.objects.select_related("organisation").filter(pk=pk).first()
    return Conversation.objects.select_related("organisation").filter(pk=pk).first()


@transaction.atomic
def set_unsubscribed(*, receiver: Receiver, unsubscribed: bool) -> None:
    """Send them no more questions and no more news, or do so again. Somebody outside is known by
    their address, so that each of their conversations is meant; answers in these still come."""
    at = timezone.now() if unsubscribed else None
    people = Person.objects.none()
    outside = Conversation.objects.none()
    if isinstance(receiver, Person):
        people = Person.objects.filter(pk=receiver.pk)
    else:
        outside = Conversation.objects.filter(
            organisation=receiver.organisation_id, person=None, email__iexact=receiver.email
        )
    people.update(unsubscribed_at=at)
    outside.update(unsubscribed_at=at)
    if unsubscribed:
        cancel_waiting(people=people, outside=outside)


def cancel_waiting(*, people: QuerySet[Person], outside: QuerySet[Conversation]) -> None:
    """Never send them the questions and the news that still wait; answers to what they wrote go."""
    keys = []
    invitations = Invitation.objects.filter(person__in=people, round__state=Round.State.OPEN)
    for round_id, person_id, days in invitations.values_list(
        "round", "person", "round__reminder_days"
    ):
        own = email_keys.in_round(round_id, person_id)
        keys += [own + kind for kind in email_keys.kinds(days)]
    told = Told.objects.filter(Q(person__in=people) | Q(conversation__in=outside))
    for change_id, person_id, conversation_id in told.values_list(
        "change", "person", "conversation"
    ):
        keys.append(
            email_keys.to_person(change_id, person_id)
            if person_id
            else email_keys.to_outsider(change_id, conversation_id)
        )
    cancel_each(keys, reason=_REASON)
