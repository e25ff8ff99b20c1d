"""The map as a spreadsheet: written out, read, checked row by row, brought in whole or not at
all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from programme.models import Membership, Organisation, Team
from programme.tables import Table, TableError, unguarded_cell
from touchpoints.models import Journey, Stage, Touchpoint
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.map import locked, refusing

COLUMNS = (
    "journey",
    "stage",
    "touchpoint",
    "channel",
    "owner email",
    "team",
    "importance",
    "must-be",
    "what good looks like",
    "description",
)
NEEDED = COLUMNS[:3]
MOST_ROWS = 1000
_LONGEST = 300
_LONGEST_CHANNEL = 100
_LONGEST_TEXT = 5000
_YES = {"yes", "y", "true", "1", "x"}
_NO = {"no", "n", "false", "0", ""}
# What empties a field; an empty cell leaves what is there.
_EMPTY = {"-", "–", "—", "−"}

type _Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class MapRow:
    """One touchpoint as written, at that row of the file."""

    number: int
    journey: str
    stage: str
    touchpoint: str
    channel: str
    owner_email: str
    team: str
    importance: str
    must_be: str
    service_standard: str
    description: str

    @property
    def key(self) -> _Key:
        return self.journey.lower(), self.stage.lower(), self.touchpoint.lower()


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot come in."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row would change of a touchpoint that is on the map, as people read it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What a row would do: add a touchpoint, change one, or nothing."""

    row: MapRow
    problems: tuple[str, ...]
    new: bool
    changes: tuple[RowChange, ...]


@dataclass(frozen=True, slots=True)
class MapCheck:
    """What an import would do, row by row; nothing comes in while there are problems."""

    lines: tuple[RowCheck, ...]

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        return tuple(
            RowProblem(line.row.number, words) for line in self.lines for words in line.problems
        )

    @property
    def new(self) -> int:
        return sum(line.new for line in self.lines)

    @property
    def changed(self) -> int:
        return sum(bool(line.changes) for line in self.lines)

    @property
    def same(self) -> int:
        return len(self.lines) - self.new - self.changed


def map_lines(organisation: Organisation) -> Iterator[list[str | int]]:
    """The current map under COLUMNS, in its order."""
    touchpoints = Touchpoint.objects.filter(organisation=organisation).current()
    for one in touchpoints.select_related("stage__journey", "team", "owner__user"):
        yield [
            *(one.stage.journey.name, one.stage.name, one.name, one.channel),
            one.owner.user.email if one.owner else "",
            one.team.name if one.team else "",
            one.importance,
            "yes" if one.must_be else "no",
            one.service_standard,
            one.description,
        ]


def read_map(table: Table) -> list[MapRow]:
    """The rows of a table under the headings of COLUMNS, in any order and case; empty rows are
    left out. Raises TableError where a needed heading is missing, one is there twice, or there are
    too many rows."""
    headings = [heading.strip().lower() for heading in table.headings]
    places = {heading: at for at, heading in enumerate(headings)}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise TableError(
            f"The first row needs the headings {', '.join(NEEDED)}. We did not find "
            f"{' and '.join(missing)}."
        )
    twice = next((name for name in COLUMNS if headings.count(name) > 1), None)
    if twice:
        raise TableError(f"There are two columns called “{twice}”: keep one of them.")
    found = []
    for number, cells in zip(table.numbers, table.rows, strict=True):
        values = [_value(cells, places.get(name)) for name in COLUMNS]
        if any(values):
            found.append(MapRow(number, *values))
        if len(found) > MOST_ROWS:
            raise TableError(f"That is more than {MOST_ROWS:,} touchpoints: split the file.")
    if not found:
        raise TableError("There are headings, but no touchpoints under them.")
    return found


def _value(cells: Sequence[str], at: int | None) -> str:
    return unguarded_cell(cells[at]).strip() if at is not None and at < len(cells) else ""


def check_map(*, organisation: Organisation, rows: Sequence[MapRow]) -> MapCheck:
    """Check every row against the organisation; changes nothing."""
    return _Known(organisation).check(rows)


@transaction.atomic
def import_map(*, organisation: Organisation, rows: Sequence[MapRow]) -> MapCheck:
    """Bring all rows in: new touchpoints are added in the order of the file, known ones are
    changed where a cell says something. Raises TouchpointsError, changing nothing, where a row
    has a problem."""
    locked(organisation)
    known = _Known(organisation)
    check = known.check(rows)
    if check.problems:
        first = check.problems[0]
        raise TouchpointsError(f"Nothing came in. Row {first.number}: {first.words}")
    with refusing("Nothing came in: two names in the file differ too little."):
        known.bring_in(check)
    return check


class _Known:
    """An organisation's map, teams and colleagues by the names that a file calls them."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        own = {"organisation": organisation}
        self.teams: dict[str, list[Team]] = {}
        for team in Team.objects.filter(**own):
            self.teams.setdefault(team.name.lower(), []).append(team)
        self.owners = {
            member.user.email.lower(): member
            for member in Membership.objects.filter(**own).select_related("user")
        }
        self.journeys = {one.name.lower(): one for one in Journey.objects.filter(**own)}
        self.stages = {
            (one.journey.name.lower(), one.name.lower()): one
            for one in Stage.objects.filter(**own).select_related("journey")
        }
        self.touchpoints: dict[_Key, Touchpoint] = {
            (one.stage.journey.name.lower(), one.stage.name.lower(), one.name.lower()): one
            for one in Touchpoint.objects.filter(**own).select_related(
                "stage__journey", "team", "owner__user"
            )
        }

    def check(self, rows: Sequence[MapRow]) -> MapCheck:
        seen: dict[_Key, int] = {}
        lines = []
        for row in rows:
            problems = [*self._wrong(row), *self._archived(row)]
            if row.key in seen:
                where = seen[row.key]
                problems.append(f"“{row.touchpoint}” is on that stage already, in row {where}.")
            seen.setdefault(row.key, row.number)
            stored = self.touchpoints.get(row.key)
            changes = () if stored is None or problems else tuple(self._changes(row, stored))
            lines.append(RowCheck(row, tuple(problems), stored is None, changes))
        return MapCheck(tuple(lines))

    def bring_in(self, check: MapCheck) -> None:
        """Rows without problems, in four queries and one for each journey and stage that is
        new."""
        added: list[Touchpoint] = []
        changed: list[Touchpoint] = []
        ends = dict[int, int](
            Touchpoint.objects.filter(organisation=self.organisation)
            .order_by()
            .values_list("stage")
            .annotate(last=Max("position"))
        )
        for line in check.lines:
            stored = self.touchpoints.get(line.row.key)
            if stored is not None:
                if line.changes:
                    self._fill(stored, line.row)
                    changed.append(stored)
                continue
            stage = self._stage(line.row)
            ends[stage.pk] = ends.get(stage.pk, -1) + 1
            new = Touchpoint(
                organisation=self.organisation,
                stage=stage,
                name=line.row.touchpoint,
                position=ends[stage.pk],
            )
            self._fill(new, line.row)
            added.append(new)
        Touchpoint.objects.bulk_create(added)
        fields = ("channel", "owner", "team", "importance", "must_be", "service_standard")
        Touchpoint.objects.bulk_update(changed, [*fields, "description"])

    def _stage(self, row: MapRow) -> Stage:
        """The row's stage, made at its journey's end where missing, as its journey is."""
        journey = self.journeys.get(row.key[0])
        if journey is None:
            last = max((one.position for one in self.journeys.values()), default=-1)
            journey = self.journeys[row.key[0]] = Journey.objects.create(
                organisation=self.organisation, name=row.journey, position=last + 1
            )
        stage = self.stages.get(row.key[:2])
        if stage is None:
            on = [one.position for one in self.stages.values() if one.journey_id == journey.pk]
            stage = self.stages[row.key[:2]] = Stage.objects.create(
                organisation=self.organisation,
                journey=journey,
                name=row.stage,
                position=max(on, default=-1) + 1,
            )
        return stage

    def _fill(self, at: Touchpoint, row: MapRow) -> None:
        """What the row says, where it says something."""
        for field, text in (
            ("channel", row.channel),
            ("service_standard", row.service_standard),
            ("description", row.description),
        ):
            if text:
                setattr(at, field, "" if text in _EMPTY else text)
        if row.owner_email:
            at.owner = self.owners.get(row.owner_email.lower())
        if row.team and not (at.team and at.team.name.lower() == row.team.lower()):
            at.team = next(iter(self.teams.get(row.team.lower(), ())), None)
        if row.importance:
            at.importance = int(row.importance)
        if row.must_be:
            at.must_be = row.must_be.lower() in _YES

    def _changes(self, row: MapRow, stored: Touchpoint) -> Iterator[RowChange]:
        before = _as_read(stored)
        kept = {name: getattr(stored, name) for name in ("owner", "team", "importance", "must_be")}
        texts = {name: getattr(stored, name) for name in ("channel", *_TEXTS)}
        self._fill(stored, row)
        after = _as_read(stored)
        for name, value in {**kept, **texts}.items():
            setattr(stored, name, value)
        for field, was in before.items():
            if after[field] != was:
                yield RowChange(field, was, after[field])

    def _archived(self, row: MapRow) -> Iterator[str]:
        journey, stage = self.journeys.get(row.key[0]), self.stages.get(row.key[:2])
        for one in (journey, stage, self.touchpoints.get(row.key)):
            if one is not None and one.archived_at is not None:
                yield f"“{str(one)[:60]}” is archived: restore it first, or use another name."
                return

    def _wrong(self, row: MapRow) -> Iterator[str]:
        texts = (row.service_standard, row.description)
        teams = self.teams.get(row.team.lower(), [])
        stored = self.touchpoints.get(row.key)
        keeps_team = bool(stored and stored.team in teams)
        checks: list[tuple[bool, Callable[[], str]]] = [
            (bool(row.journey), lambda: "The journey is missing."),
            (bool(row.stage), lambda: "The stage is missing."),
            (bool(row.touchpoint), lambda: "The touchpoint is missing."),
            (
                max(len(row.journey), len(row.stage), len(row.touchpoint)) <= _LONGEST,
                lambda: f"A name is longer than {_LONGEST} characters.",
            ),
            (
                len(row.channel) <= _LONGEST_CHANNEL,
                lambda: f"The channel is longer than {_LONGEST_CHANNEL} characters.",
            ),
            (
                max(map(len, texts)) <= _LONGEST_TEXT,
                lambda: f"A text is longer than {_LONGEST_TEXT:,} characters.",
            ),
            (
                not row.team or row.team in _EMPTY or bool(teams),
                lambda: f"There is no team called “{row.team[:60]}”.",
            ),
            (
                len(teams) < 2 or keeps_team,
                lambda: (
                    f"There are {len(teams)} teams called “{row.team[:60]}”: choose on the map."
                ),
            ),
            (
                row.owner_email.lower() in {"", *_EMPTY, *self.owners},
                lambda: f"No colleague here has the address “{row.owner_email[:60]}”.",
            ),
            (
                row.importance in {"", "1", "2", "3", "4", "5"},
                lambda: f"The importance is 1 to 5, not “{row.importance[:20]}”.",
            ),
            (
                row.must_be.lower() in _YES | _NO,
                lambda: f"Must-be is yes or no, not “{row.must_be[:20]}”.",
            ),
        ]
        return (say() for fits, say in checks if not fits)


_TEXTS = ("service_standard", "description")


def _as_read(at: Touchpoint) -> dict[str, str]:
    return {
        "channel": at.channel,
        "owner": at.owner.user.email if at.owner else "",
        "team": at.team.name if at.team else "",
        "importance": str(at.importance),
        "must-be": "yes" if at.must_be else "no",
        "what good looks like": at.service_standard,
        "description": at.description,
    }
