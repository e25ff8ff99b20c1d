"""A round's receipt: what became of it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from feedback import email_keys
from feedback.models import Round
from outbox.queries import Fates, fates
from programme.models import Organisation, Period

# Of rounds up to so many places every look counts; a worker counts the others.
MOST_AT_ONCE = 2_000


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
    # When an open round's numbers were counted; None where they are those of this moment.
    counted_at: dt.datetime | None = None

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
class Live:
    """What is counted of a round whose receipt is not written down; `emails` are those that carried
    its invitations."""

    invited: int = 0
    opened: int = 0
    answered: int = 0
    by_link: int = 0
    emails: Fates = Fates()  # noqa: RUF009  (it never changes)


_LIVE = """
    SELECT d.id, i.invited, i.opened, i.answered, (
        SELECT count(*) FROM feedback_openlink l JOIN feedback_response r ON r.open_link_id = l.id
        WHERE l.round_id = d.id AND r.submitted_at IS NOT NULL
    )
    FROM feedback_round d
    CROSS JOIN LATERAL (
        SELECT count(*) AS invited, count(seen_at) AS opened, count(answered_at) AS answered
        FROM feedback_invitation WHERE round_id = d.id
    ) i
    WHERE d.id = ANY(%s)
"""


def emails_of(rounds: Iterable[int]) -> dict[int, Fates]:
    """What became of the invitations' emails of these rounds, from the outbox; one SQL query."""
    prefixes = {pk: email_keys.of_round(pk) for pk in rounds}
    found = fates(prefixes.values(), last=f":{email_keys.INVITE}")
    return {pk: found[prefix] for pk, prefix in prefixes.items()}


def count_live(rounds: Sequence[int]) -> dict[int, Live]:
    """Count what became of these rounds up to now; two SQL queries, which read each of their
    invitations."""
    if not rounds:
        return {}
    emails = emails_of(rounds)
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [list(rounds)])
        return {
            pk: Live(invited, opened, answered, by_link, emails[pk])
            for pk, invited, opened, answered, by_link in cursor.fetchall()
        }


def _is_written_down(found: Round) -> bool:
    """Whether it is closed and its emails are settled, so that nothing has to be counted."""
    settled = found.emails_sent is not None or bool(found.imported_from)
    return found.results is not None and settled


def _kept(found: Round) -> Live | None:
    """What a worker has counted of a large open round, since counting takes long; else None."""
    if found.state != Round.State.OPEN or found.counted is None:
        return None
    live = Live(**{**found.counted, "emails": Fates(**found.counted["emails"])})
    return live if live.invited + live.by_link > MOST_AT_ONCE else None


def receipts_of(rounds: Sequence[Round]) -> list[Receipt]:
    """The receipts of these rounds, in their order. Closed ones are read from what closing wrote
    down, and large open ones from what a worker has counted; only the others are counted, in two
    SQL queries for them all."""
    kept = {found.pk: live for found in rounds if (live := _kept(found)) is not None}
    counted = count_live(
        [found.pk for found in rounds if not (_is_written_down(found) or found.pk in kept)]
    )
    known = counted | kept
    return [
        _receipt(
            found,
            known.get(found.pk, Live()),
            counted_at=found.counted_at if found.pk in kept else None,
        )
        for found in rounds
    ]


def _receipt(found: Round, live: Live, *, counted_at: dt.datetime | None) -> Receipt:
    emails = live.emails
    if found.emails_sent is not None and found.emails_failed is not None:
        emails = Fates(found.emails_sent, found.emails_failed, found.emails_bounced or 0, 0)
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
        counted_at=counted_at,
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
