"""Reads of the open door, of cases and what belongs to them; each a fixed number of SQL queries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from feedback.figures import labels_of
from feedback.models import Case, Message, OpenDoorItem
from outbox.queries import undelivered
from programme.models import Membership, Organisation, Period
from touchpoints.models import Touchpoint

NOBODY, OWN = "nobody", "own"
_LATE, _THEIRS = "late", "theirs"
# What a list of cases can be narrowed to, by the address's word.
CASE_STATES = {
    "open": "Open",
    _LATE: "Late",
    _THEIRS: "They answered",
    "recovered": "Recovered",
    "lost": "Lost",
    "closed": "Closed",
}
CASE_SOURCES = {
    "door": "The open door",
    "low": "A low answer",
    "comment": "A comment",
    "hand": "By hand",
}


def cases(
    organisation: Organisation,
    *,
    state: str = "",
    owner: str = "",
    source: str = "",
    words: str = "",
    member: Membership | None = None,
) -> QuerySet[Case]:
    """Open cases first, the soonest due on top; narrowed by the keys of `CASE_STATES` and
    `CASE_SOURCES`, by an owner's key, `OWN` (of `member`) or `NOBODY`, and by a title's words."""
    found = Case.objects.filter(organisation=organisation)
    if state == _LATE:
        found = found.filter(state=Case.State.OPEN, due_at__lte=timezone.now())
    elif state == _THEIRS:
        found = found.filter(waits_for_us=True)
    elif state:
        found = found.filter(state=state)
    if owner == NOBODY:
        found = found.filter(owner=None)
    elif owner == OWN:
        found = found.filter(owner=member)
    elif owner:
        found = found.filter(owner=int(owner))
    if source:
        found = found.filter(**_SOURCES[source])
    if words:
        found = found.filter(Q(title__icontains=words) | Q(item__reference__iexact=words))
    return found.select_related(
        "owner__user", "person", "touchpoint", "comment", "item", "conversation", "loss"
    ).order_by(F("closed_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "pk")


_SOURCES: dict[str, dict[str, object]] = {
    "door": {"item__isnull": False},
    "low": {"response__isnull": False},
    "comment": {"comment__isnull": False},
    "hand": {"item": None, "response": None, "comment": None},
}


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many there are; open ones hold the late ones and those that wait for us."""

    open: int
    late: int
    theirs: int
    recovered: int
    lost: int
    closed: int


def case_counts(organisation: Organisation) -> CaseCounts:
    state = Case.State
    still = Q(state=state.OPEN)
    return CaseCounts(
        **Case.objects.filter(organisation=organisation).aggregate(
            open=Count("pk", filter=still),
            late=Count("pk", filter=still & Q(due_at__lte=timezone.now())),
            theirs=Count("pk", filter=Q(waits_for_us=True)),
            recovered=Count("pk", filter=Q(state=state.RECOVERED)),
            lost=Count("pk", filter=Q(state=state.LOST)),
            closed=Count("pk", filter=Q(state=state.CLOSED)),
        )
    )


def open_case_count(organisation: Organisation) -> int:
    return Case.objects.filter(organisation=organisation, state=Case.State.OPEN).count()


def reply_key(message: Message) -> str:
    """What the outbox calls the email that carries an answer of ours."""
    return f"case-reply:{message.pk}"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a case's timeline: `kind` is "theirs", "ours", "note" or "change". Of theirs,
    `sender` is an address other than the one we write to; of ours, `trouble` is why an email did
    not arrive."""

    at: dt.datetime
    kind: str
    who: str
    text: str
    by_email: bool = False
    sender: str = ""
    attachments: int = 0
    trouble: str = ""


def timeline(case: Case, *, names: bool) -> Sequence[Moment]:
    """Messages, notes and changes, oldest first; the other side's name only where `names`."""
    found = []
    if case.conversation is not None:
        called_by = {True: "We", False: (case.conversation.called if names else "") or "They"}
        messages = list(case.conversation.messages.select_related("author__user"))
        troubles = undelivered(reply_key(message) for message in messages if message.from_us)
        found += [
            Moment(
                message.sent_at,
                "ours" if message.from_us else "theirs",
                str(message.author.user) if message.author else called_by[message.from_us],
                message.text,
                message.by_email,
                sender=message.sender if names else "",
                attachments=message.attachments,
                trouble=troubles.get(reply_key(message), ""),
            )
            for message in messages
        ]
    found += [
        Moment(
            note.written_at,
            "change" if note.is_change else "note",
            str(note.author.user) if note.author else "",
            note.text,
        )
        for note in case.notes.select_related("author__user")
    ]
    return sorted(found, key=lambda moment: moment.at)


def answers_of(case: Case) -> Sequence[tuple[str, str]]:
    """Of a case that a low answer opened, the questions and what was answered, in words."""
    if case.response is None:
        return []
    given = case.response.answers
    found = []
    for question in case.response.round.survey.questions.all():
        value = given.get(question.key)
        if value is not None and not isinstance(value, list):
            said = value if question.is_text else dict(labels_of(question)).get(str(value), value)
            found.append((question.text, str(said)))
    return found


# The open door


def door_items(
    organisation: Organisation, *, kind: str = "", state: str = "", at: str = "", words: str = ""
) -> QuerySet[OpenDoorItem]:
    """Newest first; `words` are sought in the text, and a reference finds its item."""
    found = OpenDoorItem.objects.filter(organisation=organisation)
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(state=state)
    if at:
        found = found.filter(touchpoint=int(at))
    if words:
        found = found.filter(Q(text__icontains=words) | Q(reference__iexact=words))
    return found.select_related(
        "touchpoint", "conversation__person", "case", "recognition", "handled_by__user"
    )


def waiting_item_count(organisation: Organisation) -> int:
    return OpenDoorItem.objects.filter(
        organisation=organisation, state=OpenDoorItem.State.WAITING
    ).count()


def door_items_about(*, touchpoint: Touchpoint, period: Period | None) -> QuerySet[OpenDoorItem]:
    """What was left about one touchpoint and not set aside, in one quarter or in all."""
    found = OpenDoorItem.objects.filter(touchpoint=touchpoint).exclude(
        state=OpenDoorItem.State.ASIDE
    )
    if period is not None:
        zone = ZoneInfo(touchpoint.organisation.timezone)
        starts = dt.datetime.combine(period.starts_on, dt.time(), zone)
        ends = dt.datetime.combine(period.ends_on + dt.timedelta(days=1), dt.time(), zone)
        found = found.filter(created_at__gte=starts, created_at__lt=ends)
    return found
