"""A round's receipt: what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from feedback.models import Round
from programme.models import Organisation, Period


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one round; never who. Nothing is lost between two of its lines.

    `recently_asked` of those held back would have been invited, had no other round asked them.
    `answered` and `opened` are None where a confidential round has too few answers to tell.
    `published` is how many answers the published figures rest on, and `by_link` how many of those
    answered came by links for places, without an invitation.
    """

    round: Round
    invited: int
    held_back: int
    sent: int
    failed: int
    opened: int | None
    answered: int | None
    published: int
    recently_asked: int = 0
    by_link: int | None = 0
    bounced: int = 0
    waiting: int = 0

    @property
    def unreachable(self) -> int:
        """Of those held back, who has no address that works or has unsubscribed."""
        return self.held_back - self.recently_asked

    @property
    def hidden(self) -> int | None:
        """How many answers no published figure rests on; None before the close, and where it would
        tell how few answered."""
        if self.round.results is None or self.answered is None:
            return None
        return self.answered - self.published

    @property
    def emails_are_known(self) -> bool:
        """Emails are not kept for ever: a closed round without any says nothing about them."""
        emails = self.sent + self.failed + self.bounced + self.waiting
        return self.round.results is None or emails > 0

    @property
    def lines(self) -> list[tuple[str, int | None]]:
        """Each line of the receipt by name; None for what is not known or not told. Chosen are
        those held back and those invited; of the invited, emails wait, bounced, failed or were
        delivered; of the answers, some were published and the others hidden."""
        emails: list[tuple[str, int | None]] = [
            ("waiting to be sent", self.waiting),
            ("bounced", self.bounced),
            ("failed", self.failed),
            ("delivered", self.sent),
        ]
        if not self.emails_are_known:
            emails = [(name, None) for name, _ in emails]
        return [
            ("chosen", self.held_back + self.invited),
            ("held back: no address that works, or unsubscribed", self.unreachable),
            ("held back: asked recently by another round", self.recently_asked),
            ("invited", self.invited),
            *emails,
            ("opened the page", self.opened),
            ("answered", self.answered),
            ("of these by links for places", self.by_link),
            ("published", self.published if self.round.results is not None else None),
            ("hidden", self.hidden),
        ]

    @property
    def by_invitation(self) -> int | None:
        if self.answered is None or self.by_link is None:
            return None
        return self.answered - self.by_link


@dataclass(frozen=True, slots=True)
class Emails:
    """What became of the emails that carried a round's invitations."""

    sent: int
    failed: int
    bounced: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Live:
    """What is counted of a round whose receipt is not written down."""

    invited: int
    opened: int
    answered: int
    by_link: int
    emails: Emails


_LIVE = """
    SELECT d.id, count(i.id), count(i.seen_at), count(i.answered_at),
           (SELECT count(*) FROM feedback_response r
            WHERE r.round_id = d.id AND r.open_link_id IS NOT NULL AND r.submitted_at IS NOT NULL),
           count(*) FILTER (WHERE e.state = 'sent'), count(*) FILTER (WHERE e.state = 'failed'),
           count(*) FILTER (WHERE e.state = 'bounced'), count(*) FILTER (WHERE e.state = 'queued')
    FROM feedback_round d
    LEFT JOIN feedback_invitation i ON i.round_id = d.id
    LEFT JOIN outbox_email e
      ON e.key = 'round:' || i.round_id || ':' || i.person_id || ':invite'
    WHERE d.id = ANY(%s)
    GROUP BY d.id
"""
_NOTHING = _Live(0, 0, 0, 0, Emails(0, 0, 0, 0))


def emails_of(rounds: Sequence[int]) -> dict[int, Emails]:
    """What became of the invitations' emails of these rounds, from the outbox; one SQL query."""
    return {pk: live.emails for pk, live in _live(rounds).items()}


def _live(rounds: Sequence[int]) -> dict[int, _Live]:
    if not rounds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [list(rounds)])
        return {
            pk: _Live(invited, opened, answered, by_link, Emails(*emails))
            for pk, invited, opened, answered, by_link, *emails in cursor.fetchall()
        }


def _is_written_down(found: Round) -> bool:
    """Whether it is closed and its emails are settled, so that nothing has to be counted."""
    settled = found.emails_sent is not None or bool(found.imported_from)
    return found.results is not None and settled


def receipts_of(rounds: Sequence[Round]) -> list[Receipt]:
    """The receipts of these rounds, in their order. Closed ones are read from what closing wrote
    down; only the others are counted, in one SQL query for them all."""
    counted = _live([found.pk for found in rounds if not _is_written_down(found)])
    return [_receipt(found, counted.get(found.pk, _NOTHING)) for found in rounds]


def _receipt(found: Round, live: _Live) -> Receipt:
    emails = live.emails
    if found.emails_sent is not None and found.emails_failed is not None:
        emails = Emails(found.emails_sent, found.emails_failed, found.emails_bounced or 0, 0)
    invited = live.invited
    opened: int | None = live.opened
    answered: int | None = live.answered + live.by_link
    by_link: int | None = live.by_link
    results = found.results
    if results is not None:
        invited = results.get("invited") or invited
        opened, answered = results.get("opened"), results.get("answered")
        by_link = results.get("by_link", 0)
    elif found.confidential and live.answered + live.by_link < found.figures_from:
        opened, answered, by_link = None, None, None
    published = answered if results is not None and results.get("questions") else 0
    return Receipt(
        round=found,
        invited=invited,
        held_back=found.held_back,
        sent=emails.sent,
        failed=emails.failed,
        opened=opened,
        answered=answered,
        published=published or 0,
        recently_asked=found.recently_asked,
        by_link=by_link,
        bounced=emails.bounced,
        waiting=emails.waiting,
    )


def receipts(*, organisation: Organisation, period: Period) -> list[Receipt]:
    """The receipts of a quarter's rounds that were sent or imported, oldest first."""
    rounds = (
        Round.objects.filter(organisation=organisation, period=period)
        .exclude(state=Round.State.DRAFT)
        .select_related("survey", "period")
        .order_by("created_at", "pk")
    )
    return receipts_of(list(rounds))
