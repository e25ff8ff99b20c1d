"""Every email that the product sends, written in the transaction of its cause."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Upper


class EmailState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENT = "sent", "Sent"
    BOUNCED = "bounced", "Bounced"
    FAILED = "failed", "Failed"


class Attachment(models.Model):
    """A file that one or more emails carry; the bytes live in the database with their cause."""

    organisation_id = models.BigIntegerField(null=True, db_index=True)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.filename


class Email(models.Model):
    """One email; `key` makes a second one for the same cause impossible.

    The organisation is kept by number, without a foreign key, since the outbox stands beside
    `programme` and below everything; it is empty for emails about an account. The Message-ID is
    fixed here, so that a repeated sending is recognisably the same email.
    """

    organisation_id = models.BigIntegerField(null=True, db_index=True)
    key = models.CharField(max_length=200, unique=True)
    to_email = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=200, unique=True)
    attachments = models.ManyToManyField(Attachment, related_name="emails", blank=True)

    state = models.CharField(max_length=10, choices=EmailState, default=EmailState.QUEUED)
    # Its cause is paused: it waits, whatever is due.
    on_hold = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    # When the secrets in its links were blanked.
    blanked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=EmailState.values), name="email_state"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state="queued", on_hold=False),
                name="email_due",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state="queued", on_hold=False, organisation_id=None),
                name="email_due_for_accounts",
            ),
            models.Index(
                fields=["organisation_id", "state"],
                condition=~models.Q(state="sent"),
                name="email_not_sent",
            ),
            models.Index(
                fields=["organisation_id", "-due_at"],
                condition=models.Q(state="queued") & ~models.Q(last_error=""),
                name="email_in_trouble",
            ),
            # As "the same address, in capitals or not" asks for it.
            models.Index(Upper("to_email"), name="email_to"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(blanked_at=None) & ~models.Q(state="queued"),
                name="email_to_blank",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"


class AddressReport(models.Model):
    """An address that refused an email, or a person who called one unwanted; whoever keeps the
    people takes it in (`feedback.services.suppressing`)."""

    class Kind(models.TextChoices):
        BOUNCE = "bounce", "The address does not work"
        COMPLAINT = "complaint", "Called unwanted"

    organisation_id = models.BigIntegerField()
    address = models.EmailField()
    kind = models.CharField(max_length=10, choices=Kind)
    reported_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(taken_at=None), name="report_to_take"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.kind}"


class Inbox(models.Model):
    """How far a mailbox has been looked into: what is behind `last_uid` is new, while the mailbox
    numbers its messages as it did (its UIDVALIDITY). The mailbox itself remembers nothing of us."""

    address = models.CharField(max_length=300, unique=True)  # user, server and folder
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    # What the last look met with, in the server's own words; empty where it went well.
    trouble = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.address
