"""Tallies summed up, and what of them must stay hidden."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from touchpoints import moments

type Counts = tuple[int, int, int]
"""Misery, mediocrity, magic."""
type Key = tuple[int, int | None]
"""A touchpoint and a segment; None is everyone's total."""

_LEAST_SHOWN = moments.DEFAULT.least_shown


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What may be shown of one period's ratings, over all sources, by voice."""

    shown: Mapping[str, Mapping[Key, Counts]]

    def of(self, voice: str) -> Mapping[Key, Counts]:
        return self.shown.get(voice, {})


# Written out, since the ORM takes longer to put it together than PostgreSQL to answer.
_SLICES = """
    SELECT period_id, voice, touchpoint_id, segment_id, sum(misery), sum(mediocrity), sum(magic)
    FROM touchpoints_ratingtally WHERE organisation_id = %s AND period_id = ANY(%s)
    GROUP BY period_id, voice, touchpoint_id, segment_id
"""


def read_sums(organisation_id: int, periods: Collection[int]) -> dict[int, Sums]:
    """Of each of these periods, by its key, in one query."""
    counted: dict[tuple[int, str], dict[Key, Counts]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_SLICES, [organisation_id, list(periods)])
        for period, voice, touchpoint, segment, ms, md, mg in cursor.fetchall():
            of = counted[period, voice]
            total = of.get((touchpoint, None), (0, 0, 0))
            of[touchpoint, None] = total[0] + ms, total[1] + md, total[2] + mg
            if segment is not None:
                of[touchpoint, segment] = ms, md, mg
    shown: dict[int, dict[str, Mapping[Key, Counts]]] = defaultdict(dict)
    for (period, voice), counts in counted.items():
        shown[period][voice] = suppressed(counts)
    return {period: Sums(shown[period]) for period in periods}


def suppressed(counts: Mapping[Key, Counts]) -> dict[Key, Counts]:
    """Without what must stay hidden: slices under five, and as many more, the smallest first, as
    keep the total minus what is shown from telling about fewer than five."""
    shown: dict[Key, Counts] = {}
    missing = {key[0]: sum(value) for key, value in counts.items() if key[1] is None}
    for key, value in counts.items():
        n = value[0] + value[1] + value[2]
        if n >= _LEAST_SHOWN:
            shown[key] = value
            if key[1] is not None:
                missing[key[0]] -= n
    for touchpoint, number in missing.items():
        rest = number
        if not 0 < rest < _LEAST_SHOWN:
            continue
        of = [key for key in shown if key[0] == touchpoint and key[1] is not None]
        for key in sorted(of, key=lambda key: sum(shown[key])):
            rest += sum(shown.pop(key))
            if rest >= _LEAST_SHOWN:
                break
    return shown
