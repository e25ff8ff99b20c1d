"""Getting no more emails: whom a link's secret stops, and stopping them."""

from django.core import signing
from django.db import transaction
from django.utils import timezone

from feedback.models import Conversation
from feedback.services.link_secrets import hash_of
from programme.models import Person

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
    if isinstance(receiver, Person):
        Person.objects.filter(pk=receiver.pk).update(unsubscribed_at=at)
    else:
        Conversation.objects.filter(
            organisation=receiver.organisation_id, person=None, email__iexact=receiver.email
        ).update(unsubscribed_at=at)
