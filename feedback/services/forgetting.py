"""Forgetting a person: everything that hangs on them, and what only names them
(docs/decisions/0028)."""

import re
import secrets
from collections import Counter

from django.db import transaction
from django.db.models import F, Q, QuerySet

from feedback import email_keys
from feedback.models import (
    Case,
    CaseNote,
    Change,
    Conversation,
    Invitation,
    Message,
    Response,
    Round,
    Told,
)
from feedback.services.letting_go import mark_thinned, write_down_rounds
from feedback.services.link_secrets import hash_of
from outbox.models import Email, EmailState
from outbox.services import empty_emails
from programme.models import Loss, Person
from programme.services import remember_forgotten

CASE_TITLE = "Feedback of someone who asked to be forgotten"
_SOMEONE = "someone"


def emails_to(person: Person) -> QuerySet[Email]:
    """Every email to this person, also to an address that they had before."""
    rounds = Invitation.objects.filter(person=person).values_list("round", flat=True)
    told = Told.objects.filter(person=person).values_list("change", flat=True)
    to_them = Q(key__in=[email_keys.to_person(change, person.pk) for change in told])
    # Each by the beginning of its key, which an index finds among millions.
    for sent in rounds:
        to_them |= Q(key__startswith=email_keys.in_round(sent, person.pk))
    if person.email:
        to_them |= Q(to_email__iexact=person.email)
    return Email.objects.filter(to_them, organisation_id=person.organisation_id)


def emails_shown_of(person: Person) -> QuerySet[Email]:
    """Of these, all that others may know of: a confidential round reminds those who have not
    answered, and nobody sees who that is."""
    confidential = Round.objects.filter(
        organisation=person.organisation_id, confidential=True, state=Round.State.OPEN
    )
    rounds = "|".join(str(pk) for pk in confidential.values_list("pk", flat=True))
    return emails_to(person).exclude(key__regex=rf"^round:({rounds}):\d+:reminder:")


def cases_of(person: Person) -> QuerySet[Case]:
    """Cases about them, or about what they wrote."""
    theirs = Q(person=person) | Q(comment__response__invitation__person=person)
    if person.email:
        theirs |= Q(organisation=person.organisation_id, conversation__email__iexact=person.email)
    return Case.objects.filter(theirs).distinct()


def _conversations(person: Person) -> QuerySet[Conversation]:
    theirs = Q(person=person)
    if person.email:
        theirs |= Q(email__iexact=person.email)
    return Conversation.objects.filter(theirs, organisation_id=person.organisation_id)


def messages_of(person: Person) -> QuerySet[Message]:
    """What was written between them and us, at the open door and after it."""
    return Message.objects.filter(conversation__in=_conversations(person))


@transaction.atomic
def forget(*, person: Person) -> Counter[str]:
    """Delete the person with everything of theirs that is not sealed; {what: how many}.

    What was counted stays: closed rounds keep results and receipts. In a confidential round that
    is open their place stays, empty, so that its counts do not say whether they had answered.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    invited = Round.objects.filter(pk__in=Invitation.objects.filter(person=person).values("round"))
    # Rounds before their invitations, as whoever closes one holds them.
    list(invited.select_for_update(no_key=True).order_by("pk"))
    list(Invitation.objects.select_for_update().filter(person=person).order_by("pk"))
    gone: Counter[str] = Counter()
    closed = invited.filter(state=Round.State.CLOSED)
    write_down_rounds(rounds=list(closed.values_list("pk", flat=True)))
    # Of other open rounds closing counts without them.
    kept = Q(state=Round.State.CLOSED) | Q(confidential=True)
    invited.filter(kept).update(forgotten=F("forgotten") + 1)
    answered = Response.objects.filter(invitation__person=person, round__confidential=False)
    mark_thinned(rounds=list(answered.order_by().values_list("round", flat=True)))
    gone["answers"] = answered.filter(submitted_at__isnull=False).count()
    gone["invitations"] = invited.count()
    _out_of_changes(person)
    gone["cases"] = _out_of_cases(person)
    gone["emails"] = _out_of_the_outbox(person)
    _empty_places(person)
    if person.email:
        remember_forgotten(organisation=person.organisation, email=person.email)
    person.delete()
    return gone


def _out_of_cases(person: Person) -> int:
    cases = list(cases_of(person))
    for case in cases:
        case.title = CASE_TITLE
        case.outcome = _without(case.outcome, person)
        case.cause = _without(case.cause, person)
    Case.objects.bulk_update(cases, ["title", "outcome", "cause"])
    for note in CaseNote.objects.filter(case__in=cases):
        note.text = _without(note.text, person)
        note.save(update_fields=["text"])
    # With their messages, and with what they left at the open door.
    _conversations(person).delete()
    Loss.objects.filter(customer=person).update(story="")
    return len(cases)


def _out_of_changes(person: Person) -> None:
    """Out of changes that came from something of theirs, and of the emails that told of them."""
    changes = Change.objects.filter(
        Q(rounds__invitations__person=person)
        | Q(comments__response__invitation__person=person)
        | Q(cases__in=cases_of(person)),
        organisation=person.organisation_id,
    )
    for change in changes.distinct():
        before = (change.title, change.said, change.did)
        change.title, change.said, change.did = (_without(text, person) for text in before)
        if (change.title, change.said, change.did) == before:
            continue
        change.save(update_fields=["title", "said", "did"])
        told = Email.objects.filter(key__startswith=email_keys.of_change(change.pk))
        for subject in told.order_by().values_list("subject", flat=True).distinct():
            told.filter(subject=subject).update(subject=_without(subject, person))
        empty_emails(keys=list(told.exclude(state=EmailState.QUEUED).values_list("pk", flat=True)))


def _without(text: str, person: Person) -> str:
    for words in filter(None, (person.email, person.name)):
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", _SOMEONE, text, flags=re.IGNORECASE)
    return text


def _out_of_the_outbox(person: Person) -> int:
    n: int = emails_shown_of(person).count()
    emails_to(person).delete()
    if person.email:
        # What others were told of them has served; what still waits does not name their address.
        naming = Email.objects.filter(
            Q(text__icontains=person.email) | Q(html__icontains=person.email),
            organisation_id=person.organisation_id,
        ).exclude(state=EmailState.QUEUED)
        empty_emails(keys=list(naming.values_list("pk", flat=True)))
    return n


def _empty_places(person: Person) -> None:
    places = Invitation.objects.filter(
        person=person, round__confidential=True, round__state=Round.State.OPEN
    )
    Response.objects.filter(invitation__in=places).delete()
    for place in places:
        place.person = place.team = place.segment = None
        place.token_hash = hash_of(secrets.token_urlsafe(24))
        place.save(update_fields=["person", "team", "segment", "token_hash"])
