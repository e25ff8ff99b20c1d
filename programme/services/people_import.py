"""A whole table of people at once: all of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from programme.models import Organisation, Person, Segment, Team
from programme.people_table import PersonRow, key_of
from programme.services.errors import ProgrammeError
from programme.services.forgotten import forgotten_among
from programme.services.groups import ensure_segment, ensure_team

_BATCH = 1000
_FIELDS = ("name", "team_id", "segment_id", "yearly_value", "language", "left_at")


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the file and what it does: "new", "changed" or "same"."""

    row: PersonRow
    effect: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import does, or did: counts of people, and names of what it makes besides."""

    added: int
    changed: int
    same: int
    teams: tuple[str, ...]
    segments: tuple[str, ...]
    first: tuple[Change, ...]
    # Rows passed over, since their addresses asked to be forgotten.
    forgotten: int = 0


@transaction.atomic
def import_people(
    *, organisation: Organisation, rows: Sequence[PersonRow], preview: bool = False
) -> ImportOutcome:
    """Add those who are new and change those we know, by their address or, without one, by their
    name; an empty cell leaves what is there. Those who left come back. Teams and segments that are
    new are made. Addresses that asked to be forgotten are passed over. A preview only counts.
    Raises ProgrammeError where the list changed meanwhile."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    listed = len(rows)
    forgotten = forgotten_among(organisation=organisation, emails=[row.email for row in rows])
    rows = [row for row in rows if row.email not in forgotten]
    teams = _ids(Team, organisation)
    segments = _ids(Segment, organisation)
    new_teams = _new_names((row.team for row in rows), teams)
    new_segments = _new_names((row.segment for row in rows), segments)
    if not preview:
        for name in new_teams:
            teams[name.casefold()] = ensure_team(organisation=organisation, name=name).pk
        for name in new_segments:
            segments[name.casefold()] = ensure_segment(organisation=organisation, name=name).pk
    known = {
        (person.kind, person.email.lower() or f"name:{person.name.casefold()}"): person
        for person in Person.objects.filter(organisation=organisation)
    }
    added: list[Person] = []
    changed: list[Person] = []
    first: list[Change] = []
    for row in rows:
        person = known.get(key_of(row))
        new = person is None
        person = person or Person(organisation=organisation, kind=row.kind, email=row.email)
        before = [getattr(person, field) for field in _FIELDS]
        _apply(row, person, teams, segments, new=new, language=organisation.language)
        effect = "new" if new else "same"
        if new:
            added.append(person)
        elif before != [getattr(person, field) for field in _FIELDS]:
            effect = "changed"
            changed.append(person)
        if len(first) < 10:
            first.append(Change(row, effect))
    outcome = ImportOutcome(
        added=len(added),
        changed=len(changed),
        same=len(rows) - len(added) - len(changed),
        teams=new_teams,
        segments=new_segments,
        first=tuple(first),
        forgotten=listed - len(rows),
    )
    if preview:
        return outcome
    try:
        with transaction.atomic():
            Person.objects.bulk_create(added, batch_size=_BATCH)
            # One statement a batch; bulk_update's would hold a case for every row and field.
            Person.objects.bulk_create(
                changed,
                batch_size=_BATCH,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[field.removesuffix("_id") for field in _FIELDS],
            )
    except IntegrityError as error:
        raise ProgrammeError(
            "The list of people changed while this came in. Nothing was taken over: try again."
        ) from error
    return replace(outcome, first=())


def _ids(model: type[Team] | type[Segment], organisation: Organisation) -> dict[str, int | None]:
    """Their keys by name; of teams with one name in several places, the oldest."""
    pairs = model.objects.filter(organisation=organisation).order_by("-pk")
    return {name.casefold(): pk for pk, name in pairs.values_list("pk", "name")}


def _new_names(names: Iterable[str | None], known: dict[str, int | None]) -> tuple[str, ...]:
    """Names not known, as first spelt; in a preview they stand for a group to be made."""
    new: dict[str, str] = {}
    for name in names:
        if name and name.casefold() not in known:
            new.setdefault(name.casefold(), name)
    # Until they are made they have a key that no row has, so that a preview sees the change.
    known.update(dict.fromkeys(new, -1))
    return tuple(new.values())


def _apply(
    row: PersonRow,
    person: Person,
    teams: dict[str, int | None],
    segments: dict[str, int | None],
    *,
    new: bool,
    language: str,
) -> None:
    if new:
        person.language = language
    person.name, person.left_at = row.name, None
    if row.team:
        person.team_id = teams[row.team.casefold()]
    if row.segment:
        person.segment_id = segments[row.segment.casefold()]
    if row.yearly_value is not None:
        person.yearly_value = row.yearly_value
    if row.language:
        person.language = row.language
