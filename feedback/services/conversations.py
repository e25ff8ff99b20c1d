"""Conversations with someone outside: their link, their messages, and ours."""

import re
from urllib.parse import urljoin
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from feedback.models import MOST_CHARACTERS, Case, Conversation, Message, OpenDoorItem
from feedback.services.case_emails import ANSWER, tell_owner
from feedback.services.errors import FeedbackError
from feedback.spoken import filled, speech
from outbox.emails import email_from
from outbox.services import write_emails
from outbox.ways import way_in

_SALT = "feedback.conversation"
_MARK_SALT = "feedback.conversation.form"
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,290}>")


def token_of(conversation: Conversation) -> str:
    """Its secret: derived, so that each email can carry it again; lower case, as mail servers
    like it."""
    return _token(conversation.pk)


def _token(pk: int) -> str:
    proof = salted_hmac(_SALT, str(pk), algorithm="sha256").hexdigest()
    return f"{pk:x}-{proof[:32]}"


def conversation_of(token: str) -> Conversation | None:
    """The conversation that a token opens."""
    number, _, _proof = token.lower().partition("-")
    try:
        pk = int(number, 16)
    except ValueError:
        return None
    if pk >= 2**63 or not constant_time_compare(_token(pk), token.lower()):
        return None
    return Conversation.objects.select_related("organisation", "person").filter(pk=pk).first()


def follow_address(conversation: Conversation) -> str:
    """The private page, as an address for an email."""
    return urljoin(settings.BASE_URL, reverse("follow_link", args=[token_of(conversation)]))


def reply_address(conversation: Conversation) -> str:
    """Where an email's answer goes by itself; empty where nothing brings answers to us."""
    if way_in() is None:
        return ""
    box, _, domain = settings.REPLY_ADDRESS.rpartition("@")
    return f"{box}+{token_of(conversation)}@{domain}"


def new_mark() -> str:
    """A signed number with its time, for a form: sent twice, it is one message."""
    return signing.TimestampSigner(salt=_MARK_SALT).sign(str(uuid4()))


def unmarked(mark: str, *, oldest: int) -> UUID:
    """The number of a mark made in the last `oldest` seconds. Raises BadSignature."""
    number = signing.TimestampSigner(salt=_MARK_SALT).unsign(mark, max_age=oldest)
    return UUID(number)


def write_to(conversation: Conversation, *, key: str, subject: str, part: str, text: str) -> bool:
    """Email the other side in their language, `part` naming the template; it joins the thread of
    what they last sent by email. False where there is no address, or one that bounced."""
    person = conversation.person
    bounced = conversation.bounced_at if person is None else person.bounced_at
    if not conversation.address or bounced is not None:
        return False
    organisation = conversation.organisation
    spoken = speech(conversation.language)
    reply_to = reply_address(conversation)
    context = {
        "language": spoken.language,
        "direction": spoken.direction,
        "words": filled(spoken.door, organisation=organisation.name),
        "called": conversation.called,
        "text": text,
        "part": part,
        "link": follow_address(conversation),
        "by_reply": bool(reply_to),
    }
    write_emails(
        [
            email_from(
                organisation,
                "feedback/email/conversation",
                context,
                key=key,
                to_email=conversation.address,
                to_name=conversation.called,
                subject=subject,
                reply_to=reply_to,
                headers=_thread(conversation),
            )
        ]
    )
    return True


def _thread(conversation: Conversation) -> dict[str, str]:
    """Headers by which a mail program shows ours below theirs."""
    theirs = conversation.messages.filter(from_us=False, by_email=True).last()
    if theirs is None or not _MESSAGE_ID.fullmatch(theirs.external_id):
        return {}
    return {"In-Reply-To": theirs.external_id, "References": theirs.external_id}


@transaction.atomic
def add_word(
    *,
    conversation: Conversation,
    text: str,
    external_id: str,
    by_email: bool = False,
    sender: str = "",
    attachments: int = 0,
) -> Message:
    """What the other side says; the same `external_id` is kept once. The case's owner is told, and
    a case that was closed waits for us again without being opened."""
    text = text.strip()
    if not by_email:
        text = text[:MOST_CHARACTERS]
    if not text and not attachments:
        raise FeedbackError("There are no words in it.")
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    known = conversation.messages.filter(external_id=external_id).first() if external_id else None
    if known is not None:
        return known
    message = Message.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        from_us=False,
        text=text,
        by_email=by_email,
        sender=sender,
        attachments=attachments,
        external_id=external_id,
    )
    case = Case.objects.filter(conversation=conversation).select_related("owner__user").first()
    if case is not None:
        Case.objects.filter(pk=case.pk).update(waits_for_us=True)
        tell_owner(
            case, key=f"case-answer:{message.pk}", part=ANSWER, text=text, attachments=attachments
        )
    else:
        # What was looked at already is looked at again.
        OpenDoorItem.objects.filter(
            conversation=conversation, state=OpenDoorItem.State.ASIDE
        ).update(state=OpenDoorItem.State.WAITING)
    return message
