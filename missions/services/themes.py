"""Themes, and which contributions are in them."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from missions.models import Contribution, Mission, Theme
from missions.services.errors import MissionsError, advance, locked


@transaction.atomic
def create_theme(
    *, mission: Mission, name: str, contributions: Iterable[Contribution] = ()
) -> Theme:
    """A theme after the others, with these contributions in it."""
    mission = locked(mission)
    if mission.themes.filter(name__iexact=name).exists():
        raise MissionsError(f"There is already a theme called “{name}”.")
    last = mission.themes.aggregate(last=Max("position"))["last"]
    advance(mission, Mission.State.THEMES)
    theme = Theme.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        name=name,
        position=0 if last is None else last + 1,
    )
    theme.contributions.add(*contributions)
    return theme


@transaction.atomic
def rename_theme(*, theme: Theme, name: str) -> None:
    mission = locked(theme.mission)
    if mission.themes.filter(name__iexact=name).exclude(pk=theme.pk).exists():
        raise MissionsError(f"There is already a theme called “{name}”.")
    theme.name = name
    theme.save(update_fields=["name"])


@transaction.atomic
def delete_theme(*, theme: Theme) -> None:
    """Take the theme away; its contributions stay, in their other themes or in none."""
    locked(theme.mission)
    theme.delete()


@transaction.atomic
def put_in_theme(*, theme: Theme, contributions: Iterable[Contribution]) -> None:
    """Add contributions to a theme; they keep the themes that they are already in."""
    locked(theme.mission)
    theme.contributions.add(*contributions)


@transaction.atomic
def take_out_of_theme(*, theme: Theme, contributions: Iterable[Contribution]) -> None:
    locked(theme.mission)
    theme.contributions.remove(*contributions)
