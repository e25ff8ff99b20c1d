"""The theme board, held while it is changed: every change goes through here and is logged."""

from collections.abc import Iterable, Sequence
from typing import Self

from django.db import connection
from django.db.models import Max, QuerySet

from missions.models import Contribution, Mission, Move, Theme
from missions.moves import Change, Touched, put_anywhere, taken_anywhere
from missions.services.errors import ContradictionError, MissionsError, StaleBoardError, locked
from programme.models import Membership

TRAY = 0
"""Stands for a theme's key where words are in none."""


class Board:
    """A mission's themes, in order, under the mission's lock.

    `seen` is the number of the last move when `by` looked; None where nobody looked, so that
    nothing can have changed since.
    """

    def __init__(self, mission: Mission, *, by: Membership | None, seen: int | None) -> None:
        self.mission = locked(mission)
        self.by = by
        self.last: int = _moves(self.mission).aggregate(last=Max("number"))["last"] or 0
        self._seen = self.last if seen is None else seen
        self.themes = {theme.pk: theme for theme in self.mission.themes.all()}

    # What was seen

    def since(self) -> list[Move]:
        """The moves after what was seen, the latest first."""
        if self._seen >= self.last:
            return []
        return list(_moves(self.mission).filter(number__gt=self._seen).select_related("by__user"))

    def check(
        self, *, themes: Iterable[int] = (), dropped: Iterable[int] = (), order: bool = False
    ) -> Self:
        """Refuse what would overwrite unseen moves, or counts on themes that are gone."""
        touched = Touched(frozenset(themes) - {TRAY}, frozenset(dropped), order)
        against = [move for move in self.since() if touched.contradicted_by(changes_of(move))]
        if against or not (touched.themes | touched.dropped) <= self.themes.keys():
            raise StaleBoardError(against or self.since())
        return self

    def check_words(self, picked: Iterable[tuple[int, int]]) -> None:
        """Refuse where contributions are no longer in the theme, or the tray, that they were
        picked up in."""
        picked = set(picked)
        keys = {words for words, _ in picked}
        where = self.where(keys)
        here = set(self._there(keys))
        for words, theme in picked:
            now = where.get(words, set())
            if words not in here or (theme not in now if theme != TRAY else bool(now)):
                raise StaleBoardError(
                    [
                        move
                        for move in self.since()
                        if any(words in change.words for change in changes_of(move))
                    ]
                )

    def where(self, words: Iterable[int]) -> dict[int, set[int]]:
        """The themes that each of these is in, hidden ones too; nothing for those in none."""
        found: dict[int, set[int]] = {}
        pairs = Theme.contributions.through.objects.filter(
            theme__mission=self.mission, contribution__in=list(words)
        )
        for theme, contribution in pairs.values_list("theme_id", "contribution_id"):
            found.setdefault(contribution, set()).add(theme)
        return found

    def words_of(self, theme: int) -> list[int]:
        """All in that theme, hidden ones too."""
        found = self.mission.contributions.filter(themes=theme)
        return sorted(found.values_list("pk", flat=True))

    def shown(self, words: Iterable[int]) -> int:
        """How many of these are not hidden."""
        return self.mission.contributions.filter(pk__in=list(words), is_hidden=False).count()

    # Changing it

    def made(self, name: str, *, place: int | None = None) -> Change:
        """The making of a theme, after the others. Its key is drawn now, so that the theme keeps
        it when it is unmade and made again."""
        if place is None:
            place = max((theme.position for theme in self.themes.values()), default=-1) + 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('missions_theme', 'id'))")
            (key,) = cursor.fetchone()
        return Change("make", theme=key, name=name, place=place)

    def apply(
        self, kind: Move.Kind, summary: str, changes: Sequence[Change], undoes: Move | None = None
    ) -> Move:
        """Make the changes, each only if it fits, and log the move."""
        changes = [
            change for change in changes if change.words or change.kind not in {"put", "take"}
        ]
        if not changes:
            raise MissionsError("That is how it is already, so nothing was changed.")
        for change in changes:
            self._apply(change)
        self.last += 1
        return Move.objects.create(
            organisation_id=self.mission.organisation_id,
            mission=self.mission,
            number=self.last,
            kind=kind,
            summary=summary,
            changes=[change.as_json() for change in changes],
            by=self.by,
            undoes=undoes,
        )

    def _apply(self, change: Change) -> None:
        match change.kind:
            case "make":
                self._make(change)
            case "drop":
                theme = self._theme(change.theme, change.name)
                if theme.contributions.exists():
                    raise ContradictionError(f"“{theme.name}” holds other words now.")
                del self.themes[theme.pk]
                theme.delete()
            case "name":
                theme = self._theme(change.theme, change.was)
                self._free(change.name, but=theme)
                theme.name = change.name
                theme.save(update_fields=["name"])
            case "put":
                self._put(change)
            case "take":
                self._take(change)
            case "order":
                self._order(change)

    def _theme(self, key: int, name: str = "") -> Theme:
        theme = self.themes.get(key)
        if theme is None:
            gone = f"“{name}” is no longer there." if name else "A theme is no longer there."
            raise ContradictionError(gone)
        if name and theme.name != name:
            raise ContradictionError(f"“{name}” is called “{theme.name}” now.")
        return theme

    def _free(self, name: str, *, but: Theme | None = None) -> None:
        for theme in self.themes.values():
            if theme != but and theme.name.casefold() == name.casefold():
                raise ContradictionError(f"There is already a theme called “{theme.name}”.")

    def _make(self, change: Change) -> None:
        self._free(change.name)
        self.themes[change.theme] = Theme.objects.create(
            pk=change.theme,
            organisation_id=self.mission.organisation_id,
            mission=self.mission,
            name=change.name,
            position=change.place,
        )

    def _there(self, words: Iterable[int]) -> list[int]:
        """Those that their writers have not taken back."""
        found = Contribution.objects.filter(mission=self.mission, pk__in=list(words))
        return list(found.values_list("pk", flat=True))

    def _put(self, change: Change) -> None:
        theme = self._theme(change.theme)
        words = self._there(change.words)
        if theme.contributions.filter(pk__in=words).exists():
            raise ContradictionError(f"Some of these words are back in “{theme.name}” already.")
        theme.contributions.add(*words)

    def _take(self, change: Change) -> None:
        theme = self._theme(change.theme)
        words = self._there(change.words)
        if theme.contributions.filter(pk__in=words).count() != len(words):
            raise ContradictionError(f"Some of these words are no longer in “{theme.name}”.")
        theme.contributions.remove(*words)

    def _order(self, change: Change) -> None:
        now = sorted(self.themes.values(), key=lambda theme: (theme.position, theme.pk))
        kept = [key for key in change.before if key in self.themes]
        if kept != [theme.pk for theme in now if theme.pk in kept]:
            raise ContradictionError("The themes have been put in another order.")
        wanted = [key for key in change.words if key in self.themes]
        wanted += [theme.pk for theme in now if theme.pk not in wanted]
        for position, key in enumerate(wanted):
            if self.themes[key].position != position:
                self.themes[key].position = position
                self.themes[key].save(update_fields=["position"])


def _moves(mission: Mission) -> QuerySet[Move]:
    return Move.objects.filter(mission=mission)


def changes_of(move: Move) -> list[Change]:
    return [Change.from_json(kept) for kept in move.changes]


def put_elsewhere_since(move: Move, changes: Sequence[Change]) -> Move | None:
    """A later move, not taken back, that sorted words which these changes would put somewhere
    out of the tray; None where there is none."""
    returning = put_anywhere(changes) - taken_anywhere(changes)
    if not returning:
        return None
    later = (
        Move.objects.filter(mission_id=move.mission_id, number__gt=move.number, undone_by=None)
        .exclude(undoes__number__gt=move.number)
        .select_related("by__user")
    )
    return next((one for one in later if put_anywhere(changes_of(one)) & returning), None)
