"""Reads of changes: whom one reaches, what became of its emails, and what people may read.

Whom a change reaches is counted over who was asked, never over who answered (docs/decisions/0031).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from feedback import email_keys
from feedback.models import Change, Conversation, Invitation, OpenLink, Round, Told
from feedback.queries.receipts import MOST_AT_ONCE
from outbox.queries import Fates, fates
from programme.models import Organisation, Person, PersonKind, PersonQuerySet

# What a thank-you shows: so many, and none older than a year, which is no longer "last time".
_MOST_ON_THE_THANKS = 3
_LAST_TIME = dt.timedelta(days=365)
_LATELY = dt.timedelta(days=7)


def changes(organisation: Organisation) -> QuerySet[Change]:
    """Drafts first, then the newest published."""
    return (
        Change.objects.filter(organisation=organisation)
        .select_related("written_by__user")
        .order_by(F("published_at").desc(nulls_first=True), "-pk")
    )


def drafts_of(organisation: Organisation) -> QuerySet[Change]:
    """What no leader has published, or has withdrawn."""
    return Change.objects.filter(organisation=organisation, published_at=None)


def public_changes(organisation: Organisation) -> QuerySet[Change]:
    """What everyone may read, newest first."""
    return (
        Change.objects.filter(
            organisation=organisation, published_at__isnull=False, staff_only=False
        )
        .select_related("organisation")
        .order_by("-published_at", "-pk")
    )


def latest_changes(sent: Round) -> list[Change]:
    """What the thank-you of a round tells: the newest of the last year, those for staff only where
    staff are asked."""
    found = Change.objects.filter(
        organisation=sent.organisation_id, published_at__gt=timezone.now() - _LAST_TIME
    )
    if sent.audience != Round.Audience.INTERNAL:
        found = found.filter(staff_only=False)
    return list(found.order_by("-published_at", "-pk")[:_MOST_ON_THE_THANKS])


# Whom it reaches


@dataclass(frozen=True, slots=True)
class Reach:
    """How many would be told of a change if it were sent now, and why the others of those who
    raised it would not; each person is in one of these. Of those who would, `lately` were told of
    another change in the last seven days."""

    will: int = 0
    told: int = 0
    customers: int = 0  # where it is for staff only
    left: int = 0
    no_address: int = 0
    bounced: int = 0
    stopped: int = 0
    shared: int = 0  # their address gets it already, as somebody else's
    lately: int = 0

    @property
    def not_told(self) -> list[tuple[str, int]]:
        """Each reason that holds for somebody, in words; that they had it is one only beside those
        who would get it."""
        reasons = (
            ("had it already", self.told if self.will else 0),
            ("customers, while it is only for staff", self.customers),
            ("asked to get no more emails", self.stopped),
            ("an address that does not work", self.bounced),
            ("no email address", self.no_address),
            ("no longer on your list", self.left),
            ("the same address as somebody who gets it", self.shared),
        )
        return [(words, n) for words, n in reasons if n]


def to_tell(change: Change) -> QuerySet[Any]:
    """Those of our people who raised it, can be written to and have not been told, as rows of
    `Person`; one an address."""
    people = Person.objects.reachable()
    if change.staff_only:
        people = people.staff()
    found = _raisers(change, among=people).filter(*_not_told(change))
    return found.order_by("inbox", "pk").distinct("inbox")


def outsiders_to_tell(change: Change) -> list[Conversation]:
    """Of linked cases whoever is not among our people, can be written to and has not been told;
    one an address."""
    found: dict[str, Conversation] = {}
    for one in _outsiders(change).filter(why="will").order_by("pk"):
        found.setdefault(one.inbox, one)
    return list(found.values())


def reach_of(change: Change) -> Reach:
    """In four SQL queries, however many there are."""
    customer = Q(kind=PersonKind.CUSTOMER)
    why = models.Case(
        *([When(customer, then=Value("customers"))] if change.staff_only else []),
        When(left_at__isnull=False, then=Value("left")),
        When(email="", then=Value("no_address")),
        When(bounced_at__isnull=False, then=Value("bounced")),
        When(unsubscribed_at__isnull=False, then=Value("stopped")),
        default=Value("will"),
    )
    raisers = _raisers(change, among=Person.objects.all()).order_by()
    untold = raisers.filter(*_not_told(change)).annotate(why=why)
    found = dict.fromkeys(Reach.__dataclass_fields__, 0)
    found["told"] = raisers.count()
    for line in untold.values("why").annotate(n=Count("pk"), inboxes=Count("inbox", distinct=True)):
        found[line["why"]] += line["n"]
        found["told"] -= line["n"]
        if line["why"] == "will":
            found["will"], found["shared"] = line["inboxes"], line["n"] - line["inboxes"]
    others = Told.objects.filter(person=OuterRef("pk"), written_at__gt=timezone.now() - _LATELY)
    lately = untold.filter(Exists(others.exclude(change=change)), why="will")
    found["lately"] = lately.count()
    outside = _outsiders(change).order_by().values("why")
    for line in outside.annotate(inboxes=Count("inbox", distinct=True)):
        found[line["why"]] += line["inboxes"]
    return Reach(**found)


def _raisers(change: Change, *, among: PersonQuerySet) -> QuerySet[Any]:
    """Those of our people who raised it; `inbox` is their address in small letters."""
    cases = change.cases.order_by()
    invited = Invitation.objects.filter(round__in=change.rounds.order_by())
    # A confidential round's comments have no writer: its whole round is linked with them.
    writers = change.comments.filter(round__confidential=False)
    strangers = _with_inbox(Conversation.objects.filter(case__in=cases, person=None))
    ours = Person.objects.filter(organisation=change.organisation_id, kind__in=PersonKind.values)
    # One set to join with: of several conditions with "or" between them, each would be looked up
    # for every person.
    raised = invited.values("person").union(
        writers.values("response__invitation__person"),
        cases.values("person"),
        cases.values("conversation__person"),
        ours.alias(own=Lower("email"))
        .filter(own__in=strangers.values("inbox"))
        .order_by()
        .values("pk"),
    )
    found: QuerySet[Any] = among.filter(organisation=change.organisation_id, pk__in=raised)
    return cast("QuerySet[Any]", found.annotate(inbox=Lower("email")))


def _outsiders(change: Change) -> QuerySet[Any]:
    """Conversations of linked cases with somebody who left an address that none of our people has;
    `why` is a name of `Reach`."""
    ours = Person.objects.filter(organisation=change.organisation_id)
    same = _with_inbox(Conversation.objects.filter(organisation=change.organisation_id))
    same = same.filter(inbox=OuterRef("inbox"))
    why = models.Case(
        When(inbox__in=_told_inboxes(change), then=Value("told")),
        *([When(pk__gt=0, then=Value("customers"))] if change.staff_only else []),
        When(Exists(same.filter(bounced_at__isnull=False)), then=Value("bounced")),
        When(Exists(same.filter(unsubscribed_at__isnull=False)), then=Value("stopped")),
        default=Value("will"),
    )
    found = _with_inbox(Conversation.objects.filter(case__in=change.cases.all(), person=None))
    found = found.exclude(Exists(ours.alias(own=Lower("email")).filter(own=OuterRef("inbox"))))
    return cast("QuerySet[Any]", found.select_related("organisation").annotate(why=why))


def _with_inbox(found: QuerySet[Conversation]) -> QuerySet[Any]:
    return found.exclude(email="").annotate(inbox=Lower("email"))


def _not_told(change: Change) -> tuple[Any, Any]:
    """That neither a person was told, nor their address."""
    people = Told.objects.filter(change=change, person=OuterRef("pk"))
    return ~Exists(people), ~Exists(_told_inboxes(change).filter(inbox=OuterRef("inbox")))


def _told_inboxes(change: Change) -> QuerySet[Any]:
    inbox = Lower(Coalesce("person__email", "conversation__email"))
    told = Told.objects.filter(change=change).annotate(inbox=inbox)
    return cast("QuerySet[Any]", told.exclude(inbox="").values("inbox"))


# Where it came from, and what became of it


@dataclass(frozen=True, slots=True)
class AskedRound:
    """A linked round: how many were invited who can still be found, and how many of its invited
    have been forgotten since. `at_places` says that others answered without an invitation."""

    round: Round
    invited: int
    forgotten: int
    at_places: bool


def asked_rounds(change: Change) -> list[AskedRound]:
    links = OpenLink.objects.filter(round=OuterRef("pk"))
    found = change.rounds.annotate(at_places=Exists(links)).order_by("-closed_at", "pk")
    return [
        AskedRound(one, _invited_to(one) - one.forgotten, one.forgotten, one.at_places)
        for one in found
    ]


def _invited_to(closed: Round) -> int:
    """How many it had invited; to what came from a file, nobody was."""
    invited: int = 0 if closed.imported_from else (closed.results or {}).get("invited", 0)
    return max(invited, closed.forgotten)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a change's emails, as it was at `counted_at`, or is now where that is None. Of
    those told, `not_kept` have no email any more: it was deleted after its time, or with a person
    who asked to be forgotten."""

    told: int
    emails: Fates
    counted_at: dt.datetime | None = None

    @property
    def not_kept(self) -> int:
        return max(0, self.told - self.emails.all)


def delivery_of(change: Change) -> Delivery:
    """Counted now, or where the emails are many, by a worker a while ago."""
    if change.counted is not None and change.sent_to > MOST_AT_ONCE:
        kept = change.counted
        return Delivery(kept["told"], Fates(**kept["emails"]), change.counted_at)
    return Delivery(change.sent_to, count_emails(change))


def count_emails(change: Change) -> Fates:
    """What became of a change's emails; one SQL query, which reads each of them."""
    prefix = email_keys.of_change(change.pk)
    return fates([prefix])[prefix]
