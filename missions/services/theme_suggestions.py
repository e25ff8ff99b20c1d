"""Suggesting themes for the words in the tray, and using what was suggested.

The comparison's modules are imported where they are used: most processes never compare.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from feedback.models import Round
from feedback.searching import stems_in
from feedback.services import Accepted, accept_themes
from missions import queries
from missions.english import language_of
from missions.models import Mission, Move, ThemeSuggestion
from missions.moves import Change
from missions.queries.suggestions import MOST_COMPARED, loose_comments
from missions.services.board import Board
from missions.services.errors import MissionsError, advance, locked
from programme.models import Membership
from touchpoints.models import Touchpoint

logger = logging.getLogger(__name__)

# So many are grouped while one waits, in some tenths of a second; more go to the worker.
AT_ONCE = 300
LEAST = 2
# The slider's steps, from many narrow themes to few broad ones.
STEPS = {str(step): step / 10 for step in range(1, 10)}
MIDDLE = "5"
THE_GROUPED = "English, German, French, Spanish and Arabic"
# Enough to tell the language by.
_SAMPLE = 400
_DEAD_AFTER = timedelta(minutes=2)
_MOST_ATTEMPTS = 3

State = ThemeSuggestion.State


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person made of a suggested group; without a name it is left."""

    name: str
    touchpoint: Touchpoint | None = None


def language_read(mission: Mission) -> str:
    """The language of the mission's words, or "" for one that cannot be grouped."""
    words = queries.words(mission=mission).order_by("pk").values_list("text", flat=True)
    return language_of(words[:_SAMPLE], expected=mission.organisation.language)


def _language_of_round(round: Round, texts: Sequence[str]) -> str:
    return language_of(texts[:_SAMPLE], expected=round.survey.language)


def suggest_themes(*, mission: Mission) -> ThemeSuggestion:
    """Look for themes among the words in the tray: at once where they are few, else in the
    worker. What was suggested before is replaced; what is being looked for is left to finish."""
    with transaction.atomic():
        mission = locked(mission)
        if not language_read(mission):
            raise MissionsError(
                f"Suggestions read {THE_GROUPED}, so they are off here. Group the words by hand: "
                "tick what says the same thing and put it in a theme."
            )
        loose = queries.words(mission=mission, only_loose=True).count()
        if loose < LEAST:
            raise MissionsError("There is nothing to group: at most one contribution has no theme.")
        suggestion, asked = _asked(mission.organisation_id, mission=mission)
    if asked:
        _look(suggestion, loose)
    return suggestion


def suggest_comment_themes(*, round: Round) -> ThemeSuggestion:
    """Look for themes among those comments of a closed round that are in none; as
    `suggest_themes`."""
    with transaction.atomic():
        Round.objects.select_for_update().get(pk=round.pk)
        loose = loose_comments(round)
        texts = list(loose.values_list("text", flat=True)[:_SAMPLE])
        if len(texts) < LEAST:
            raise MissionsError("There is nothing to group: at most one comment has no theme.")
        if not _language_of_round(round, texts):
            raise MissionsError(
                f"Suggestions read {THE_GROUPED}, so they are off for this round. Sort its "
                "comments by hand: each has a link for that."
            )
        suggestion, asked = _asked(round.organisation_id, round=round)
    if asked:
        _look(suggestion, min(loose.count(), MOST_COMPARED))
    return suggestion


def _asked(organisation_id: int, **of: Any) -> tuple[ThemeSuggestion, bool]:
    """A suggestion to be found, and whether it is this call that asks for it."""
    earlier = ThemeSuggestion.objects.filter(**of).first()
    if earlier is not None and earlier.state == State.FINDING:
        return earlier, False
    now = timezone.now()
    suggestion, _ = ThemeSuggestion.objects.update_or_create(
        **of,
        defaults={
            "organisation_id": organisation_id,
            "state": State.FINDING,
            "progress": 0,
            "attempts": 0,
            "asked_at": now,
            "heard_at": now,
            "groups": {},
        },
    )
    return suggestion, True


def _look(suggestion: ThemeSuggestion, size: int) -> None:
    """Find it now where so many words take no time; a worker does where they do."""
    if size > AT_ONCE:
        transaction.on_commit(lambda: _wake_worker(suggestion.pk))
        return
    find_themes(suggestion_id=suggestion.pk)
    suggestion.refresh_from_db()


def _wake_worker(suggestion_id: int) -> None:
    """Losing this message costs some minutes at most: the sweep finds what waits."""
    try:
        current_app.send_task("missions.tasks.find_themes", [suggestion_id])
    except OperationalError:
        logger.warning("The queue is not to be reached: the sweep will find the themes.")


def find_themes(*, suggestion_id: int) -> None:
    """Find the groups at every level and keep them; does nothing where it is done already."""
    waiting = ThemeSuggestion.objects.filter(pk=suggestion_id, state=State.FINDING)
    waiting.update(attempts=F("attempts") + 1, heard_at=timezone.now())
    suggestion = waiting.select_related("mission", "round__survey", "organisation").first()
    if suggestion is None:
        return
    # Asked again meanwhile, this one's outcome is no longer wanted.
    mine = waiting.filter(asked_at=suggestion.asked_at)
    try:
        mine.update(groups=_groups(suggestion, mine), state=State.READY, progress=100)
    except Exception:
        logger.exception("Finding the themes of suggestion %s failed", suggestion.pk)
        mine.update(state=State.FAILED)


def _groups(
    suggestion: ThemeSuggestion, mine: QuerySet[ThemeSuggestion]
) -> dict[str, list[dict[str, object]]]:
    from missions.grouping import groups, names_said  # noqa: PLC0415
    from missions.themes import Index  # noqa: PLC0415

    organisation = suggestion.organisation
    words = _words(suggestion)
    texts = [text for _, text in words]
    mine.update(progress=10, heard_at=timezone.now())
    said = names_said(texts, queries.own_names(organisation))
    language = _language(suggestion, texts)
    index = Index.of(
        texts,
        names=[organisation.name, *said],
        # English is read with its meaning, which no other language's table has.
        stems=None if language in {"en", ""} else partial(stems_in, language),
    )
    mine.update(progress=30, heard_at=timezone.now())
    tree = index.tree()
    mine.update(progress=85, heard_at=timezone.now())
    return {
        step: [
            {"name": group.name, "contributions": [words[at][0] for at in group.phrases]}
            for group in groups(texts, tree, coarseness)
        ]
        for step, coarseness in STEPS.items()
    }


def _language(suggestion: ThemeSuggestion, texts: Sequence[str]) -> str:
    if suggestion.round is not None:
        return _language_of_round(suggestion.round, texts)
    return language_of(texts[:_SAMPLE], expected=suggestion.organisation.language)


def _words(suggestion: ThemeSuggestion) -> list[tuple[int | str, str]]:
    """The key and the text of everything that is to be compared."""
    if suggestion.mission is not None:
        loose = queries.words(mission=suggestion.mission, only_loose=True).order_by("pk")
        return list(loose.values_list("pk", "text"))
    assert suggestion.round is not None  # noqa: S101  (one of the two, says the database)
    comments = loose_comments(suggestion.round).values_list("pk", "text")
    return [(str(pk), text) for pk, text in comments[:MOST_COMPARED]]


def resume_suggestions() -> None:
    """Take up again what a worker that died was looking for; after some attempts, give it up."""
    silent = ThemeSuggestion.objects.filter(
        state=State.FINDING, heard_at__lt=timezone.now() - _DEAD_AFTER
    )
    silent.filter(attempts__gte=_MOST_ATTEMPTS).update(state=State.FAILED)
    for suggestion in silent.values_list("pk", flat=True):
        find_themes(suggestion_id=suggestion)


@transaction.atomic
def use_suggestion(
    *, mission: Mission, step: str, names: Mapping[int, str], by: Membership | None = None
) -> Move:
    """Make themes of the groups at that step, for those of their words that are still in the
    tray, as one move. `names` by the group's place; a group without one is left in the tray.
    Themes that are there already are not touched: a name that one of them has is numbered."""
    from missions.grouping import unlike  # noqa: PLC0415

    board = Board(mission, by=by, seen=None)
    suggestion = ThemeSuggestion.objects.filter(mission=mission).first()
    if suggestion is None or suggestion.state != State.READY or step not in suggestion.groups:
        raise MissionsError("These suggestions are no longer the latest. Look again and choose.")
    loose = set(queries.words(mission=mission, only_loose=True).values_list("pk", flat=True))
    taken = {theme.name.casefold() for theme in board.themes.values()}
    place = max((theme.position for theme in board.themes.values()), default=-1)
    changes: list[Change] = []
    sorted_words = 0
    for number, group in enumerate(suggestion.groups[step]):
        words = tuple(key for key in group["contributions"] if key in loose)
        if not names.get(number) or not words:
            continue
        name = unlike(names[number], taken)
        taken.add(name.casefold())
        place += 1
        made = board.made(name, place=place)
        changes += [made, Change("put", theme=made.theme, words=words)]
        sorted_words += len(words)
    if not changes:
        raise MissionsError("Name at least one group that still has words in the tray.")
    themes = len(changes) // 2
    count = "1 suggested theme" if themes == 1 else f"{themes:,} suggested themes"
    move = board.apply(
        Move.Kind.SUGGESTION, f"Used {count} for {sorted_words:,} contributions.", changes
    )
    advance(board.mission, Mission.State.THEMES)
    return move


@transaction.atomic
def use_comment_suggestion(
    *, round: Round, step: str, chosen: Mapping[int, Chosen], by: Membership | None = None
) -> int:
    """Put the comments of the groups at that step into themes, as a person named them: groups of
    one name become one theme, and a theme of that name that is there already gets them. Returns how
    many comments have a theme by it."""
    suggestion = ThemeSuggestion.objects.select_for_update().filter(round=round).first()
    if suggestion is None or suggestion.state != State.READY or step not in suggestion.groups:
        raise MissionsError("These suggestions are no longer the latest. Look again and choose.")
    groups = suggestion.groups[step]
    accepted = [
        Accepted(one.name, one.touchpoint, groups[place]["contributions"])
        for place, one in sorted(chosen.items())
        if one.name and place < len(groups)
    ]
    if not accepted:
        raise MissionsError("Name at least one group.")
    placed = accept_themes(organisation=round.organisation, groups=accepted, by=by)
    # What is left is compared anew when somebody asks: it is a smaller set now.
    suggestion.delete()
    return placed
