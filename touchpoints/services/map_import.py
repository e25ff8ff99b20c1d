"""The map from a spreadsheet: read, checked row by row, brought in whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from programme.models import Membership, Organisation, Team
from programme.tables import Table, TableError
from touchpoints.models import Touchpoint
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.map import change_touchpoint, ensure_touchpoint

COLUMNS = (
    "journey",
    "stage",
    "touchpoint",
    "channel",
    "owner email",
    "team",
    "importance",
    "must-be",
)
NEEDED = COLUMNS[:3]
MOST_ROWS = 1000
_LONGEST = 300
_LONGEST_CHANNEL = 100
_YES = {"yes", "y", "true", "1", "x"}
_NO = {"no", "n", "false", "0", ""}


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


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot come in."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class MapCheck:
    """What an import would do, row by row; nothing comes in while there are problems."""

    rows: tuple[MapRow, ...]
    problems: tuple[RowProblem, ...]
    new: int

    @property
    def known(self) -> int:
        return len(self.rows) - self.new


def read_map(table: Table) -> list[MapRow]:
    """The rows of a table under the headings of COLUMNS, in any order and case; empty rows are
    left out. Raises TableError where a needed heading is missing or there are too many rows."""
    places = {heading.strip().lower(): at for at, heading in enumerate(table.headings)}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise TableError(
            f"The first row needs the headings {', '.join(NEEDED)}. We did not find "
            f"{' and '.join(missing)}."
        )
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
    return cells[at].strip() if at is not None and at < len(cells) else ""


def check_map(*, organisation: Organisation, rows: Sequence[MapRow]) -> MapCheck:
    """Check every row against the organisation; changes nothing."""
    teams = _teams(organisation)
    owners = _owners(organisation)
    stored = {
        (journey.lower(), stage.lower(), name.lower())
        for journey, stage, name in Touchpoint.objects.filter(
            organisation=organisation
        ).values_list("stage__journey__name", "stage__name", "name")
    }
    problems, seen, new = [], dict[tuple[str, str, str], int](), 0
    for row in rows:
        key = (row.journey.lower(), row.stage.lower(), row.touchpoint.lower())
        words = [say for say in (_wrong(row, teams, owners)) if say]
        if key in seen:
            words.append(f"“{row.touchpoint}” is on that stage already, in row {seen[key]}.")
        problems += [RowProblem(row.number, say) for say in words]
        new += key not in stored and key not in seen
        seen.setdefault(key, row.number)
    return MapCheck(rows=tuple(rows), problems=tuple(problems), new=new)


def _wrong(
    row: MapRow, teams: dict[str, Team], owners: dict[str, Membership]
) -> Sequence[str | None]:
    importance_fits = row.importance in {"", "1", "2", "3", "4", "5"}
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
            not row.team or row.team.lower() in teams,
            lambda: f"There is no team called “{row.team[:60]}”.",
        ),
        (
            not row.owner_email or row.owner_email.lower() in owners,
            lambda: f"No colleague here has the address “{row.owner_email[:60]}”.",
        ),
        (importance_fits, lambda: f"The importance is 1 to 5, not “{row.importance[:20]}”."),
        (
            row.must_be.lower() in _YES | _NO,
            lambda: f"Must-be is yes or no, not “{row.must_be[:20]}”.",
        ),
    ]
    return [None if fits else say() for fits, say in checks]


@transaction.atomic
def import_map(*, organisation: Organisation, rows: Sequence[MapRow]) -> MapCheck:
    """Bring all rows in: new touchpoints are added in the order of the file, known ones are
    changed where a cell says something. Raises TouchpointsError, changing nothing, where a row
    has a problem."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    check = check_map(organisation=organisation, rows=rows)
    if check.problems:
        first = check.problems[0]
        raise TouchpointsError(f"Nothing came in. Row {first.number}: {first.words}")
    teams, owners = _teams(organisation), _owners(organisation)
    for row in rows:
        touchpoint = ensure_touchpoint(
            organisation=organisation, journey=row.journey, stage=row.stage, name=row.touchpoint
        )
        change_touchpoint(
            touchpoint=touchpoint,
            stage=touchpoint.stage,
            name=touchpoint.name,
            channel=row.channel or touchpoint.channel,
            owner=owners[row.owner_email.lower()] if row.owner_email else touchpoint.owner,
            team=teams[row.team.lower()] if row.team else touchpoint.team,
            importance=int(row.importance) if row.importance else touchpoint.importance,
            must_be=row.must_be.lower() in _YES if row.must_be else touchpoint.must_be,
        )
    return check


def _teams(organisation: Organisation) -> dict[str, Team]:
    return {team.name.lower(): team for team in Team.objects.filter(organisation=organisation)}


def _owners(organisation: Organisation) -> dict[str, Membership]:
    members = Membership.objects.filter(organisation=organisation).select_related("user")
    return {member.user.email.lower(): member for member in members}
