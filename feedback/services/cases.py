"""Cases: a piece of feedback that someone must follow up."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from feedback.models import Case, CaseNote, Comment, Conversation, Message, OpenDoorItem, Response
from feedback.queries.following_up import reply_key
from feedback.services.case_emails import NOT_HELPED, YOURS, tell_owner
from feedback.services.conversations import write_to
from feedback.services.errors import FeedbackError
from feedback.services.standards import due_after, standard_of
from feedback.spoken import filled, speech
from programme.models import Membership, Organisation, Person
from programme.services import record_loss
from touchpoints.models import Touchpoint


@transaction.atomic
def open_case(
    *,
    organisation: Organisation,
    title: str,
    comment: Comment | None = None,
    response: Response | None = None,
    item: OpenDoorItem | None = None,
    person: Person | None = None,
    name: str = "",
    email: str = "",
    touchpoint: Touchpoint | None = None,
    owner: Membership | None = None,
    due_at: dt.datetime | None = None,
    by: Membership | None = None,
) -> Case:
    """Open a case: from a comment, a low answer, an item of the open door, or by hand.

    A comment or answer of a named round brings its person, who can be written to; `name` and
    `email` are for someone who is not among our people. Without an owner it is the touchpoint's, or
    whoever gets new cases; without a moment it is due by the service standard.
    """
    if comment is not None:
        if comment.released_at is None:
            raise FeedbackError("This comment can be followed up once its round is closed.")
        response_of = comment.response
        touchpoint = comment.touchpoint
    else:
        response_of = response
    if response_of is not None and response_of.invitation is not None:
        person = response_of.invitation.person
    if item is not None:
        touchpoint = item.touchpoint
    standard = standard_of(organisation)
    owner = owner or (touchpoint.owner if touchpoint is not None else None) or standard.first_owner
    case = Case.objects.create(
        organisation=organisation,
        title=title,
        comment=comment,
        response=response,
        item=item,
        person=person,
        touchpoint=touchpoint,
        owner=owner,
        conversation=_conversation(organisation, item, person, name, email),
        due_at=due_at or due_after(standard, item.created_at if item else timezone.now()),
    )
    if owner is not None and owner != by:
        tell_owner(
            case,
            key=f"case:{case.pk}:yours:{owner.pk}",
            part=YOURS,
            text=item.text if item is not None else "",
        )
    return case


def _conversation(
    organisation: Organisation,
    item: OpenDoorItem | None,
    person: Person | None,
    name: str,
    email: str,
) -> Conversation | None:
    """With whoever can be answered; an item's goes on."""
    if item is not None:
        return item.conversation
    if person is None and not email:
        return None
    language = person.language if person is not None else organisation.language
    return Conversation.objects.create(
        organisation=organisation, person=person, name=name, email=email, language=language
    )


@transaction.atomic
def update_case(
    *,
    case: Case,
    title: str,
    owner: Membership | None,
    due_at: dt.datetime | None,
    state: str,
    outcome: str,
    cause: str = "",
    by: Membership | None = None,
) -> Case:
    """Change a case; it is closed with its outcome said, and can be opened again. What changed is
    written in its timeline, a new owner is told, and a new due moment is watched anew."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if state != Case.State.OPEN and not outcome.strip():
        raise FeedbackError("Say what came of it before you close the case.")
    changes = _changes(locked, owner=owner, due_at=due_at, state=state, title=title)
    owned_anew = owner is not None and owner.pk != locked.owner_id and owner != by
    if locked.due_at != due_at:
        locked.owner_told_at = locked.leaders_told_at = None
    locked.title, locked.owner, locked.due_at = title, owner, due_at
    locked.state, locked.outcome, locked.cause = state, outcome, cause
    if state == Case.State.OPEN:
        locked.closed_at = None
    else:
        locked.closed_at = locked.closed_at or timezone.now()
        locked.waits_for_us = False
    locked.save()
    for text in changes:
        note = _note(locked, text, by, is_change=True)
    if owned_anew:
        tell_owner(locked, key=f"case:{locked.pk}:yours:{note.pk}", part=YOURS)
    return locked


def _changes(
    was: Case, *, owner: Membership | None, due_at: dt.datetime | None, state: str, title: str
) -> list[str]:
    found = []
    if was.owner_id != (owner.pk if owner is not None else None):
        found.append(f"Given to {owner.user}" if owner is not None else "Given to nobody")
    if was.due_at != due_at:
        found.append(f"Due on {due_at:%-d %B %Y}" if due_at is not None else "No day set")
    if was.state != state:
        found.append(f"Now {Case.State(state).label.lower()}")
    if was.title != title:
        found.append("Called anew")
    return found


def add_note(*, case: Case, text: str, by: Membership) -> CaseNote:
    """A note that only colleagues see."""
    return _note(case, text, by)


def _note(case: Case, text: str, by: Membership | None, *, is_change: bool = False) -> CaseNote:
    return CaseNote.objects.create(
        organisation_id=case.organisation_id, case=case, author=by, text=text, is_change=is_change
    )


@transaction.atomic
def reply(*, case: Case, text: str, by: Membership, external_id: str = "") -> Message:
    """Answer the person, on their page, and by email where they have an address; the same
    `external_id` is one answer."""
    locked = _lock_with_someone(case)
    conversation = locked.conversation
    assert conversation is not None  # noqa: S101  (see above)
    known = conversation.messages.filter(external_id=external_id).first() if external_id else None
    if known is not None:
        return known
    message = Message.objects.create(
        organisation_id=locked.organisation_id,
        conversation=conversation,
        from_us=True,
        author=by,
        text=text,
        external_id=external_id,
    )
    Case.objects.filter(pk=locked.pk).update(waits_for_us=False)
    words = filled(speech(conversation.language).door, organisation=locked.organisation.name)
    message.by_email = write_to(
        conversation,
        key=reply_key(message),
        subject=words["reply_subject"],
        part="reply",
        text=text,
    )
    message.save(update_fields=["by_email"])
    return message


@transaction.atomic
def ask_whether_it_helped(*, case: Case, by: Membership) -> Case:
    """Ask the person, once for each time that the case was settled."""
    locked = _lock_with_someone(case)
    conversation = locked.conversation
    assert conversation is not None  # noqa: S101  (see above)
    if locked.help_asked_at is not None and locked.helped is None:
        return locked
    locked.help_asked_at, locked.helped = timezone.now(), None
    locked.save(update_fields=["help_asked_at", "helped"])
    note = _note(locked, "Asked whether it helped", by, is_change=True)
    words = filled(speech(conversation.language).door, organisation=locked.organisation.name)
    write_to(
        conversation,
        key=f"case-helped:{note.pk}",
        subject=words["helped_subject"],
        part="helped",
        text=_what_they_said(locked),
    )
    return locked


def _what_they_said(case: Case) -> str:
    """What the case came from, in their own words; empty where a number or a colleague said it."""
    if case.item is not None:
        return case.item.text
    return case.comment.text if case.comment is not None else ""


@transaction.atomic
def say_whether_it_helped(*, case: Case, helped: bool) -> Case:
    """The person's answer: a yes recovers the case; a no opens it again, due by the standard. The
    same answer again changes nothing."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.help_asked_at is None or locked.helped is not None:
        return locked
    locked.helped = helped
    if helped:
        locked.state = Case.State.RECOVERED
        locked.closed_at = locked.closed_at or timezone.now()
        locked.outcome = locked.outcome or "The customer says that it helped."
        note = _note(locked, "They say that it helped", None, is_change=True)
    else:
        locked.state, locked.closed_at = Case.State.OPEN, None
        locked.due_at = due_after(standard_of(locked.organisation), timezone.now())
        locked.owner_told_at = locked.leaders_told_at = None
        locked.waits_for_us = True
        note = _note(locked, "They say that it has not helped yet", None, is_change=True)
        tell_owner(locked, key=f"case-not-helped:{note.pk}", part=NOT_HELPED)
    locked.save()
    return locked


@transaction.atomic
def lose_case(
    *,
    case: Case,
    lost_on: dt.date,
    reason: str,
    story: str,
    worth: Decimal | None,
    by: Membership,
) -> Case:
    """Close a case as lost, and record the loss of its customer; once."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.loss is not None:
        return locked
    conversation = locked.conversation
    locked.loss = record_loss(
        organisation=locked.organisation,
        customer=locked.person,
        name=conversation.name if conversation is not None else "",
        lost_on=lost_on,
        reason=reason,
        story=story,
        worth=worth,
        by=by,
    )
    locked.state, locked.closed_at = Case.State.LOST, locked.closed_at or timezone.now()
    locked.outcome = locked.outcome or story or "The customer is lost."
    locked.waits_for_us = False
    locked.save()
    _note(locked, "Now lost", by, is_change=True)
    return locked


def _lock_with_someone(case: Case) -> Case:
    """The case, held, with somebody to write to."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.conversation is None and locked.person is not None:
        # Opened before there were conversations.
        locked.conversation = _conversation(locked.organisation, None, locked.person, "", "")
        locked.save(update_fields=["conversation"])
    if locked.conversation is None:
        raise FeedbackError(
            "Nobody is known who could be answered: they left neither a name nor an address."
        )
    return locked
