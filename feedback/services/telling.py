"""Telling people of a change: a few at once, many batch by batch in a worker; each once."""

import time
from collections.abc import Iterable
from itertools import batched

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from feedback.models import Change, Told
from feedback.queries import changes as change_queries
from feedback.services.change_email import ChangeEmail
from feedback.services.errors import FeedbackError
from feedback.services.stopping import Receiver
from feedback.services.waking import wake
from outbox.services import write_emails
from programme.models import Membership, Person

# Up to so many are written to within the call that sends; a worker takes as many at a time.
BATCH = 500
# So many at most are looked up at once.
_LOOKED_UP = 20_000
# After so long a worker lets others have their turn, and is woken again.
_TURN_SECONDS = 10


@transaction.atomic
def send_change(*, change: Change) -> int:
    """Tell those who raised it and have not been told; how many that are. Sent again, it writes
    only to whom something linked since then has brought; 0 where that is nobody."""
    locked = _changes().select_for_update(of=("self",)).get(pk=change.pk)
    if locked.published_at is None:
        raise FeedbackError("A leader publishes it first. Nothing was sent.")
    if locked.sending:
        return locked.expected
    locked.expected = change_queries.reach_of(locked).will
    if not locked.expected:
        if locked.sent_at is not None:
            return 0
        raise FeedbackError(
            "Nobody would get it: none of those who raised it can be written to. Nothing was sent."
        )
    locked.sent_at = locked.sent_at or timezone.now()
    locked.sending = True
    locked.save(update_fields=["expected", "sent_at", "sending"])
    _tell(locked, change_queries.outsiders_to_tell(locked))
    if locked.expected <= BATCH:
        _tell(locked, change_queries.to_tell(locked))
        _finish(locked)
    else:
        transaction.on_commit(lambda: _wake_worker(locked.pk))
    return locked.expected


def continue_telling(*, change_id: int) -> None:
    """Write the emails that are still missing, a batch in each transaction.

    Whatever was committed stays, and what was not is written by whoever comes next. A change in
    another worker's hands is left to it.
    """
    found = _changes().filter(pk=change_id, sending=True).first()
    if found is None:
        return
    # To find out who is missing takes long where there are very many: not for each batch.
    missing = [one.pk for one in change_queries.to_tell(found).only("pk")[:_LOOKED_UP]]
    ends = time.monotonic() + _TURN_SECONDS
    for batch in batched(missing, BATCH):
        with transaction.atomic():
            if (sent := _held(change_id)) is None:
                return
            # Another worker may have come by since, and people may have had enough.
            told = Told.objects.filter(change=sent, person__in=batch).values("person")
            _tell(sent, Person.objects.reachable().filter(pk__in=batch).exclude(pk__in=told))
        if time.monotonic() > ends:
            _wake_worker(change_id)
            return
    if len(missing) == _LOOKED_UP:
        _wake_worker(change_id)
        return
    with transaction.atomic():
        if (sent := _held(change_id)) is not None:
            _finish(sent)


def wake_telling() -> None:
    """Wake workers for changes being sent: what a wiped queue or a dead worker left."""
    for change_id in Change.objects.filter(sending=True).values_list("pk", flat=True):
        _wake_worker(change_id)


def send_change_test(*, change: Change, to: Membership) -> None:
    """Send a change's email to a colleague; it counts as telling nobody."""
    found = _changes().get(pk=change.pk)
    write_emails([ChangeEmail(found, test=True).test_to(to)])


def _changes() -> QuerySet[Change]:
    return Change.objects.select_related("organisation", "written_by__user")


def _held(change_id: int) -> Change | None:
    """A change that is still to be sent, in nobody else's hands."""
    waiting = _changes().filter(pk=change_id, sending=True, published_at__isnull=False)
    return waiting.select_for_update(of=("self",), skip_locked=True, no_key=True).first()


def _tell(sent: Change, whom: Iterable[Receiver]) -> None:
    receivers = list(whom)
    Told.objects.bulk_create(_told(sent, one) for one in receivers)
    email = ChangeEmail(sent)
    write_emails(email.to(one) for one in receivers)
    sent.sent_to += len(receivers)
    sent.count_due_at = None
    sent.save(update_fields=["sent_to", "count_due_at"])


def _finish(sent: Change) -> None:
    sent.sending = False
    sent.save(update_fields=["sending"])


def _told(sent: Change, who: Receiver) -> Told:
    whom = {"person": who} if isinstance(who, Person) else {"conversation": who}
    return Told(organisation_id=sent.organisation_id, change=sent, **whom)


def _wake_worker(change_id: int) -> None:
    wake("feedback.tasks.continue_telling", change_id)
