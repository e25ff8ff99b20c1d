"""Themes of comments, and how they went on from round to round."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, QuerySet

from feedback import comparing, measures
from feedback.comparing import Compared, Told
from feedback.measures import LEAST_COMPARED, SHARE, Difference, Measure
from feedback.models import CommentTheme, Round
from feedback.sifting import readable
from feedback.trends import MOST_ROUNDS, Course, placed
from programme.models import Organisation
from touchpoints.moments import discoveries

_IN_THEME = Measure(SHARE, "in")
# Of so many rounds comments are offered to be themed, the newest: each audience has its trend.
_MOST_WAITING = 2 * MOST_ROUNDS


@dataclass(frozen=True, slots=True)
class ThemeCourse(Course):
    """A theme through the rounds of one audience: its share of each round's comments. `n` are its
    comments in all rounds that are shown."""

    theme: CommentTheme
    n: int


@dataclass(frozen=True, slots=True)
class RoundToTheme:
    """A closed round with comments, and how many of them are in a theme."""

    round: Round
    comments: int
    themed: int


def themes(organisation: Organisation) -> QuerySet[CommentTheme]:
    return CommentTheme.objects.filter(organisation=organisation).select_related("touchpoint")


def rounds_to_theme(organisation: Organisation) -> list[RoundToTheme]:
    """Rounds with comments that may be read, the newest first; three SQL queries."""
    comments = _by_round(organisation)
    themed = dict(
        readable(organisation)
        .filter(themes__isnull=False)
        .order_by()
        .values_list("round")
        .annotate(n=Count("pk", distinct=True))
    )
    rounds = (
        Round.objects.filter(pk__in=comments)
        .select_related("period")
        .defer("results")
        .order_by("-closed_at", "-pk")
    )
    return [
        RoundToTheme(found, comments[found.pk], themed.get(found.pk, 0))
        for found in rounds[:_MOST_WAITING]
    ]


def theme_courses(
    organisation: Organisation, rounds: Sequence[RoundToTheme], audience: str
) -> list[ThemeCourse]:
    """Every theme through the rounds of an audience of which comments were themed, the theme with
    the most comments first; two SQL queries.

    A share is told of rounds with enough comments: five, or of a confidential round as many as it
    shows comments from. What changed since the round before is told only after false discoveries
    are controlled over all themes.
    """
    shown = [one for one in reversed(rounds) if one.round.audience == audience and one.themed][
        -MOST_ROUNDS:
    ]
    counts: dict[int, Counter[int]] = {}
    members = CommentTheme.comments.through.objects.filter(
        comment__round__in=[one.round.pk for one in shown], comment__released_at__isnull=False
    )
    for theme, of, n in members.values_list("commenttheme", "comment__round").annotate(
        n=Count("pk")
    ):
        counts.setdefault(theme, Counter())[of] = n
    found = list(themes(organisation))
    told = {theme.pk: [_told(one, counts.get(theme.pk)) for one in shown] for theme in found}
    latest = _latest(shown, [(theme, counts.get(theme.pk, Counter())) for theme in found], told)
    courses = [
        ThemeCourse(
            placed([one.round for one in shown], told[theme.pk], 0.0, 100.0),
            latest.get(theme.pk),
            theme,
            sum(counts.get(theme.pk, Counter()).values()),
        )
        for theme in found
    ]
    return sorted(courses, key=lambda course: -course.n)


def _by_round(organisation: Organisation) -> dict[int, int]:
    counted = readable(organisation).order_by().values_list("round").annotate(n=Count("pk"))
    return dict(counted)


def _enough(one: RoundToTheme) -> bool:
    least = one.round.comments_from if one.round.confidential else LEAST_COMPARED
    return one.comments >= least


def _told(one: RoundToTheme, counts: Counter[int] | None) -> Told | None:
    if not _enough(one):
        return None
    n = counts[one.round.pk] if counts else 0
    return comparing.tell(_IN_THEME, "", (one.comments, {"in": n}))


def _latest(
    shown: Sequence[RoundToTheme],
    found: Sequence[tuple[CommentTheme, Counter[int]]],
    told: dict[int, list[Told | None]],
) -> dict[int, Compared]:
    """The last two rounds with enough comments, theme by theme."""
    enough = [place for place, one in enumerate(shown) if _enough(one)][-2:]
    if len(enough) < 2:
        return {}
    before, after = (shown[place] for place in enough)
    apart: list[tuple[int, Difference]] = []
    for theme, counts in found:
        first, second = ((one.comments, {"in": counts[one.round.pk]}) for one in (before, after))
        difference = measures.difference(_IN_THEME, "", first, second)
        if difference is not None:
            apart.append((theme.pk, difference))
    real = discoveries(np.array([difference.p for _, difference in apart]))
    return {
        theme: Compared(
            _IN_THEME,
            "share",
            told[theme][enough[0]],
            told[theme][enough[1]],
            difference,
            bool(it),
        )
        for (theme, difference), it in zip(apart, real, strict=True)
    }
