"""The text that is being written: kept as one goes, and never overwritten unseen."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from missions.drafting import working_text
from missions.models import Draft, Mission, WorkingText
from missions.services.errors import MissionsError, locked
from programme.models import Membership

# Ten times what fits into a version: a paste that is too long is kept until it is shortened.
LONGEST_KEPT = 20_000
MOST_ASIDE = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a text was kept; `other` is the text that stands in its place where the two met, and
    this one is kept aside."""

    row: WorkingText
    other: WorkingText | None


@transaction.atomic
def keep_text(
    *,
    mission: Mission,
    text: str,
    based_on_version: int,
    revision: int,
    by: Membership,
    aside: int | None = None,
) -> Kept:
    """Keep what was typed on that revision (0: on no working text yet).

    Where another text was kept since, or a version saved, this one is kept aside instead; `aside`
    is the key of the row where this tab's text has been kept aside before.
    """
    mission = locked(mission)
    if len(text) > LONGEST_KEPT:
        raise MissionsError(
            f"This is too long to keep as you type: {len(text):,} characters. Nothing has been "
            "changed here; shorten it, or save it elsewhere first."
        )
    current = working_text(mission)
    if aside is not None:
        row = WorkingText.objects.filter(pk=aside, mission=mission, is_aside=True, kept_by=by)
        if found := row.first():
            return Kept(_write(found, text, found.based_on_version, by), current)
    latest = _latest(mission)
    if current is None:
        current = WorkingText.objects.create(
            organisation_id=mission.organisation_id,
            mission=mission,
            text=latest.text if latest else "",
            based_on_version=latest.version if latest else 0,
            kept_by=by,
            kept_at=timezone.now(),
        )
        fresh = based_on_version == current.based_on_version
    else:
        fresh = revision == current.revision
    if fresh:
        return Kept(_write(current, text, based_on_version, by), None)
    if text == current.text:
        return Kept(current, None)
    return Kept(_put_aside(mission, text, based_on_version, by), current)


@transaction.atomic
def go_back(*, mission: Mission, by: Membership) -> Draft | None:
    """Take up the latest version again; what was being written is kept aside. Returns the version,
    None where there is none and one begins with nothing."""
    mission = locked(mission)
    latest = _latest(mission)
    current = working_text(mission)
    text = latest.text if latest else ""
    if current is not None and current.text != text:
        _put_aside(mission, current.text, current.based_on_version, by)
        _write(current, text, latest.version if latest else 0, by)
    return latest


@transaction.atomic
def bring_back(*, row: WorkingText, by: Membership) -> None:
    """Go on with a text that was kept aside; what was being written takes its place."""
    mission = locked(row.mission)
    found = _aside(mission, row)
    current, latest = working_text(mission), _latest(mission)
    version = latest.version if latest else 0
    if current is None:
        found.is_aside = False
        _write(found, found.text, version, by)
        return
    if current.text and current.text not in {found.text, latest.text if latest else ""}:
        _put_aside(mission, current.text, current.based_on_version, by)
    text = found.text
    found.delete()
    _write(current, text, version, by)


@transaction.atomic
def throw_away(*, row: WorkingText) -> None:
    """Delete a text that was kept aside."""
    _aside(locked(row.mission), row).delete()


def follow_version(*, mission: Mission, saved: Draft, before: str, revision: int | None) -> None:
    """After a version was saved, go on from it, unless something else is being written: on another
    revision than the saved text's, and not what the version before said. The mission is held."""
    current = working_text(mission)
    if current is None or not (
        current.revision == revision or current.text in {before, saved.text}
    ):
        return
    _write(current, saved.text, saved.version, saved.author)


def _latest(mission: Mission) -> Draft | None:
    return Draft.objects.filter(mission=mission).order_by("-version").first()


def _aside(mission: Mission, row: WorkingText) -> WorkingText:
    found = WorkingText.objects.filter(pk=row.pk, mission=mission, is_aside=True).first()
    if found is None:
        raise MissionsError("That text is no longer kept aside.")
    return found


def _put_aside(mission: Mission, text: str, based_on_version: int, by: Membership) -> WorkingText:
    if WorkingText.objects.filter(mission=mission, is_aside=True).count() >= MOST_ASIDE:
        raise MissionsError(
            f"{MOST_ASIDE} texts are kept aside already. Throw some of them away first."
        )
    return WorkingText.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        text=text,
        based_on_version=based_on_version,
        is_aside=True,
        kept_by=by,
        kept_at=timezone.now(),
    )


def _write(
    row: WorkingText, text: str, based_on_version: int, by: Membership | None
) -> WorkingText:
    row.text = text
    row.based_on_version = based_on_version
    row.revision += 1
    row.kept_by = by
    row.kept_at = timezone.now()
    row.save()
    return row
