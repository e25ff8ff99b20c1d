"""All that a heatmap is made of, read once and remembered for as long as nothing of it changes.

The version of an organisation's map is in the database (`touchpoints.models.MapChange`) and is
read before anything else, so that what is remembered under it is at worst too new, never too old.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from django.db import connection
from django.db.models import Exists, OuterRef

from programme.models import Organisation, Period, Segment
from touchpoints.models import HandOff, Improvement, RatingTally, Stage, Touchpoint
from touchpoints.queries.sums import Sums, read_sums

type Version = tuple[int, int]
"""How many marks there are, and all of them together."""

_MOST_ORGANISATIONS = 32
_MOST_FOUND = 64  # of a kind
_NOTHING = object()
_VERSION = """
    SELECT count(*), coalesce(bit_xor(mark), 0) FROM touchpoints_mapchange
    WHERE organisation_id = %s
"""


class Known:
    """One organisation's map, its ratings and what hangs on its touchpoints, as of one version;
    each part is read when it is first asked for. Shared between requests: never change any of it.
    """

    def __init__(self, organisation_id: int, version: Version) -> None:
        self.version = version
        self._organisation_id = organisation_id
        self._sums: dict[int, Sums] = {}
        self._found: dict[str, dict[tuple[object, ...], object]] = defaultdict(dict)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All quarters, newest first, each with `is_rated`."""
        return tuple(
            Period.objects.filter(organisation=self._organisation_id).annotate(
                is_rated=Exists(RatingTally.objects.filter(period=OuterRef("pk")))
            )
        )

    @cached_property
    def rated(self) -> tuple[Period, ...]:
        """The quarters that have ratings, newest first."""
        return tuple(period for period in self.periods if period.is_rated)  # type: ignore[attr-defined]

    @cached_property
    def touchpoints(self) -> Mapping[int, Touchpoint]:
        """Those on the map, in its order, by key; with stage, journey, owner and team."""
        stages = {
            stage.pk: stage
            for stage in Stage.objects.filter(organisation=self._organisation_id).select_related(
                "journey"
            )
        }
        found = {
            touchpoint.pk: touchpoint
            for touchpoint in Touchpoint.objects.filter(organisation=self._organisation_id)
            .current()
            .select_related("owner__user", "team")
        }
        for touchpoint in found.values():
            touchpoint.stage = stages[touchpoint.stage_id]
        return found

    @cached_property
    def segments(self) -> Mapping[int, Segment]:
        """By key, in their order."""
        found = Segment.objects.filter(organisation=self._organisation_id)
        return {segment.pk: segment for segment in found}

    @cached_property
    def hand_offs(self) -> Mapping[int, tuple[HandOff, ...]]:
        """Those not archived, by touchpoint, in their order."""
        found: dict[int, list[HandOff]] = defaultdict(list)
        for hand_off in HandOff.objects.filter(
            organisation=self._organisation_id, archived_at=None
        ).select_related("giver", "receiver", "touchpoint"):
            found[hand_off.touchpoint_id].append(hand_off)
        return {pk: tuple(of) for pk, of in found.items()}

    @cached_property
    def under_way(self) -> Mapping[int, tuple[Improvement, ...]]:
        """Improvements neither done nor dropped, by touchpoint, in their order."""
        found: dict[int, list[Improvement]] = defaultdict(list)
        done = [Improvement.State.DONE, Improvement.State.DROPPED]
        for improvement in (
            Improvement.objects.filter(organisation=self._organisation_id, touchpoint__isnull=False)
            .exclude(state__in=done)
            .select_related("owner__user")
        ):
            found[improvement.touchpoint_id or 0].append(improvement)
        return {pk: tuple(of) for pk, of in found.items()}

    def sums(self, periods: Collection[int]) -> Mapping[int, Sums]:
        """Of these periods at least, by key."""
        if fresh := set(periods).difference(self._sums):
            self._sums = self._sums | read_sums(self._organisation_id, fresh)
        return self._sums

    def remember[T](self, key: tuple[object, ...], find: Callable[[], T]) -> T:
        """What `find` finds, once for each key. A key begins with the name of its kind, and says
        all that it depends on beside the version."""
        of_kind = self._found[str(key[0])]
        # Other requests may be here at the same time.
        found = of_kind.get(key, _NOTHING)
        if found is _NOTHING:
            found = find()
            if len(of_kind) >= _MOST_FOUND:
                of_kind.clear()
            of_kind[key] = found
        return found  # type: ignore[return-value]


_remembered: OrderedDict[int, Known] = OrderedDict()


def known(organisation: Organisation) -> Known:
    """The organisation's map as it is now, in one query where it did not change."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [organisation.pk])
        version: Version = cursor.fetchone()
    found = _remembered.get(organisation.pk)
    if found is None or found.version != version:
        found = Known(organisation.pk, version)
        # Without a mark nothing tells this state from another.
        if version[0]:
            _remembered[organisation.pk] = found
            if len(_remembered) > _MOST_ORGANISATIONS:
                _remembered.popitem(last=False)
    return found


def periods_with_ratings(organisation: Organisation) -> list[Period]:
    """The quarters that have ratings, newest first."""
    return list(known(organisation).rated)
