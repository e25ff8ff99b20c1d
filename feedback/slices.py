"""Parts of a closed round: everyone, a team or segment, or all but that; read from what closing
stored, and from nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.counting import Counts, summed
from feedback.models import Round
from feedback.queries import stored_results
from programme.models import Organisation, Segment, Team

type Answered = tuple[int, Counts]
"""How many answered, and how many gave each value."""
type Part = Mapping[str, Answered | None]
"""By a question's key; None where nothing may be shown."""


@dataclass(frozen=True, slots=True)
class Groups:
    """An organisation's teams or segments, in their order: names, and the team above each."""

    names: Mapping[int, str]
    parents: Mapping[int, int | None]


def groups_of(organisation: Organisation, audience: str) -> Groups:
    """Segments for customers, teams for staff; one SQL query."""
    if audience == Round.Audience.EXTERNAL:
        segments = Segment.objects.filter(organisation=organisation)
        return Groups(dict(segments.values_list("pk", "name")), {})
    teams = Team.objects.filter(organisation=organisation).order_by("name", "pk")
    rows = list(teams.values_list("pk", "name", "parent_id"))
    return Groups({pk: name for pk, name, _ in rows}, {pk: parent for pk, _, parent in rows})


@dataclass(frozen=True, slots=True)
class Slices:
    """A round's answers, and its groups that have figures: `names` by key, and the pieces inside
    each."""

    questions: Mapping[str, Any]
    names: Mapping[int, str]
    inside: Mapping[int, frozenset[str]]

    def whole(self) -> Part:
        return {
            key: (stored["n"], stored["counts"]) if stored.get("counts") else None
            for key, stored in self.questions.items()
        }

    def part(self, group: int, *, rest: bool = False) -> Part:
        """A group's answers, or with `rest` those of everyone else."""
        return {key: self.answered(key, group, rest=rest) for key in self.questions}

    def answered(self, key: str, group: int, *, rest: bool = False) -> Answered | None:
        """A group's answers to one question, or with `rest` those of everyone else."""
        pieces = self.questions.get(key, {}).get("groups", {})
        return self._answered(pieces, self.inside[group], rest)

    def apart(self, group: int, other: int) -> bool:
        """Whether nobody is in both."""
        return not self.inside[group] & self.inside[other]

    @staticmethod
    def _answered(
        pieces: Mapping[str, Counts], inside: frozenset[str], rest: bool
    ) -> Answered | None:
        found = {piece: counts for piece, counts in pieces.items() if (piece in inside) != rest}
        if not found:
            return None
        counts = summed(found)
        n = counts.pop("", None)
        return (sum(counts.values()) if n is None else n), counts


def slices_of(found: Round, groups: Groups) -> Slices:
    """What closing stored of a round, by those of the groups that have figures of their own."""
    questions = stored_results(found)["questions"]
    told = [set(stored["groups"]) for stored in questions.values() if "groups" in stored]
    inside: dict[int, set[str]] = {}
    for piece in set[str]().union(*told) - {""}:
        above: int | None = int(piece)
        while above is not None:
            inside.setdefault(above, set()).add(piece)
            above = groups.parents.get(above)
    parts = {
        pk: frozenset(inside[pk])
        for pk in groups.names
        # A group that is all of the round says nothing that the whole does not.
        if pk in inside and any(inside[pk] & pieces < pieces for pieces in told)
    }
    return Slices(questions, {pk: groups.names[pk] for pk in parts}, parts)
