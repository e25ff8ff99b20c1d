"""Suggested themes as they are now, for a mission's words and for a round's comments."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from feedback.models import Comment, CommentTheme, Round
from missions.models import Contribution, Mission
from missions.queries import words

# So many comments of a round are compared at once: they take a worker some seconds, and some
# hundred megabytes.
MOST_COMPARED = 5_000


@dataclass(frozen=True, slots=True)
class ProposedGroup[Words]:
    """A suggested theme: its place among them, how many of its words are still in no theme, and
    the most typical of these. `touchpoint` is the one that most of its comments are about."""

    place: int
    name: str
    count: int
    words: tuple[Words, ...]
    touchpoint: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed[Words]:
    """Suggested themes that still have words, and what would stay in the tray: how many, and the
    first few."""

    groups: tuple[ProposedGroup[Words], ...]
    left_over: int
    tray: tuple[Words, ...]


def proposed_groups(
    *, mission: Mission, groups: list[dict[str, Any]], shown: int
) -> Proposed[Contribution]:
    """Kept groups as they are now, in 2 SQL queries."""
    loose = words(mission=mission, only_loose=True)
    return _proposed(
        groups, set(loose.values_list("pk", flat=True)), Contribution.objects.in_bulk, shown
    )


def loose_comments(round: Round) -> QuerySet[Comment]:
    """A round's comments that may be read and are in no theme, in an order that says nothing."""
    themed = CommentTheme.comments.through.objects.filter(comment__round=round)
    return (
        Comment.objects.filter(round=round, released_at__isnull=False)
        .exclude(pk__in=themed.values("comment"))
        .order_by("pk")
    )


def proposed_comments(
    *, round: Round, groups: list[dict[str, Any]], shown: int
) -> Proposed[Comment]:
    """Kept groups of comments as they are now, in 2 SQL queries."""
    about = {
        str(pk): touchpoint
        for pk, touchpoint in loose_comments(round).values_list("pk", "touchpoint")
    }

    def rows(keys: Collection[str]) -> dict[str, Comment]:
        found = Comment.objects.in_bulk([UUID(key) for key in keys])
        return {str(pk): comment for pk, comment in found.items()}

    return _proposed(groups, set(about), rows, shown, about)


def _proposed[Key: (int, str), Words](
    groups: list[dict[str, Any]],
    still: set[Key],
    rows: Callable[[Collection[Key]], Mapping[Key, Words]],
    shown: int,
    about: Mapping[Key, int | None] | None = None,
) -> Proposed[Words]:
    kept: list[tuple[int, str, list[Key]]] = [
        (place, group["name"], [key for key in group["contributions"] if key in still])
        for place, group in enumerate(groups)
    ]
    grouped = {key for _, _, keys in kept for key in keys}
    tray = sorted(still - grouped)
    first = {key for _, _, keys in kept for key in keys[:shown]} | set(tray[:shown])
    texts = rows(first)
    return Proposed(
        tuple(
            ProposedGroup(
                place, name, len(keys), _in_order(texts, keys[:shown]), _mostly(keys, about or {})
            )
            for place, name, keys in kept
            if keys
        ),
        len(tray),
        _in_order(texts, tray[:shown]),
    )


def _mostly[Key: (int, str)](keys: Sequence[Key], about: Mapping[Key, int | None]) -> int | None:
    """The touchpoint that more than half of these are about."""
    counts = Counter(about.get(key) for key in keys)
    (touchpoint, n), *_ = counts.most_common(1)
    return touchpoint if 2 * n > len(keys) else None


def _in_order[Key: (int, str), Words](
    found: Mapping[Key, Words], keys: Iterable[Key]
) -> tuple[Words, ...]:
    return tuple(found[key] for key in keys if key in found)
