"""Maps to start from, one for each kind of organisation; read from `templates_to_start/`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "templates_to_start"


class StartError(Exception):
    """What is wrong with a file of ours, and where."""


@dataclass(frozen=True, slots=True)
class StartHandOff:
    """What one team hands to another, both by the template's own names for teams."""

    what: str
    giver: str
    receiver: str


@dataclass(frozen=True, slots=True)
class StartTouchpoint:
    """A touchpoint as we would begin with it."""

    name: str
    channel: str
    importance: int
    must_be: bool
    good: str
    team: str
    hand_offs: tuple[StartHandOff, ...]


@dataclass(frozen=True, slots=True)
class StartStage:
    """A stage with its touchpoints in order."""

    name: str
    touchpoints: tuple[StartTouchpoint, ...]


@dataclass(frozen=True, slots=True)
class StartJourney:
    """A journey with its stages in order."""

    name: str
    description: str
    stages: tuple[StartStage, ...]

    @property
    def count(self) -> int:
        return sum(len(stage.touchpoints) for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Start:
    """A map for one kind of organisation. `teams` maps each team's name here to other names that
    the same team may go by elsewhere."""

    slug: str
    name: str
    description: str
    position: int
    teams: Mapping[str, tuple[str, ...]]
    journeys: tuple[StartJourney, ...]

    @property
    def count(self) -> int:
        return sum(journey.count for journey in self.journeys)


@cache
def starts() -> tuple[Start, ...]:
    """All of them, in their order. StartError where a file of ours is not as it should be."""
    found = [_start(path) for path in sorted(_FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda one: one.position))


def matching_team(start: Start, name: str, own: Iterable[str]) -> str | None:
    """Which of an organisation's `own` team names is that team of the template: the same name, or
    one of its other names, alone or as a word of the name; None where none is."""
    wanted = [name.lower(), *start.teams[name]]
    own = list(own)
    for like in wanted:
        for one in own:
            if one.lower() == like:
                return one
    for like in wanted:
        for one in own:
            if set(like.split()) <= set(one.lower().split()):
                return one
    return None


def _start(path: Path) -> Start:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        teams = {name: tuple(others) for name, others in data["teams"].items()}
        return Start(
            slug=path.stem,
            name=data["name"],
            description=data["description"],
            position=data["position"],
            teams=teams,
            journeys=tuple(_journey(one, teams) for one in data["journeys"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StartError(f"{path.name}: {error!r}") from error


def _journey(data: Mapping[str, Any], teams: Mapping[str, object]) -> StartJourney:
    stages = tuple(
        StartStage(stage["name"], tuple(_touchpoint(one, teams) for one in stage["touchpoints"]))
        for stage in data["stages"]
    )
    return StartJourney(data["name"], data["description"], stages)


def _touchpoint(data: Mapping[str, Any], teams: Mapping[str, object]) -> StartTouchpoint:
    hand_offs = tuple(
        StartHandOff(one["what"], one["from"], one["to"]) for one in data.get("hand_offs", ())
    )
    named = {data["team"], *(team for one in hand_offs for team in (one.giver, one.receiver))}
    if unknown := named - teams.keys():
        raise ValueError(f"{data['name']}: no such team: {', '.join(sorted(unknown))}")
    return StartTouchpoint(
        name=data["name"],
        channel=data["channel"],
        importance=data["importance"],
        must_be=data.get("must_be", False),
        good=data["good"],
        team=data["team"],
        hand_offs=hand_offs,
    )
