"""The leader's charter: answered over time, published when all of it is there."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from programme.charter import KEYS, QUESTIONS, READY_KEYS
from programme.models import Charter, CharterVersion, Membership, Organisation
from programme.services.errors import ProgrammeError


class CharterChangedError(ProgrammeError):
    """Someone else changed the same answer since the page was shown; `theirs` is what it is now."""

    def __init__(self, theirs: str) -> None:
        super().__init__(
            "Another leader changed this answer while you wrote. Yours is below and not lost: take "
            "over what you want of theirs, and save again."
        )
        self.theirs = theirs


@transaction.atomic
def save_answer(*, organisation: Organisation, key: str, text: str, was: str) -> Charter:
    """Keep one answer; `was` is what it was when its writer began. What members see stays as it was
    published."""
    if key not in KEYS:
        raise ProgrammeError("That is not one of the nine questions.")
    charter = _locked(organisation)
    now = charter.answers.get(key, "")
    if now not in (was, text):
        raise CharterChangedError(now)
    charter.answers[key] = text
    charter.save()
    return charter


@transaction.atomic
def publish_charter(
    *, organisation: Organisation, ready: Collection[str], by: Membership
) -> CharterVersion:
    """Show the answers to every member, as a version that never changes. Raises ProgrammeError
    where one is missing, where the readiness check is not all ticked, or nothing is new."""
    charter = _locked(organisation)
    missing = [one.text for one in QUESTIONS if not charter.answers.get(one.key, "").strip()]
    if missing:
        raise ProgrammeError(
            f"{len(missing)} of the nine questions wait for an answer: {missing[0]}"
        )
    if not set(READY_KEYS) <= set(ready):
        raise ProgrammeError(
            "Not all of the three is true yet. What you wrote is kept; publish it once they are."
        )
    latest = charter.versions.first()
    if latest is not None and latest.answers == charter.answers:
        raise ProgrammeError("Nothing has changed since it was published.")
    charter.ready = sorted(ready)
    charter.save()
    return CharterVersion.objects.create(
        organisation=organisation,
        charter=charter,
        number=latest.number + 1 if latest else 1,
        answers=charter.answers,
        published_at=timezone.now(),
        published_by=by,
    )


def _locked(organisation: Organisation) -> Charter:
    Charter.objects.get_or_create(organisation=organisation)
    return Charter.objects.select_for_update().get(organisation=organisation)
