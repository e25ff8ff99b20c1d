"""Surveys that we have written, in `feedback/library/`: chosen, and from then on one's own."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from feedback import kinds
from feedback.kinds import Condition
from feedback.models import Question
from feedback.services import QuestionSpec
from programme.models import Team
from touchpoints.models import Touchpoint

_FOLDER = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class ReadyQuestion:
    """A question; with `of_teams` its options are the organisation's teams."""

    spec: QuestionSpec
    of_teams: bool = False

    def made_for(self, teams: Sequence[Team]) -> QuestionSpec:
        if not self.of_teams:
            return self.spec
        values = {name: getattr(self.spec, name) for name in self.spec.__dataclass_fields__}
        if not 1 < len(teams) <= kinds.MOST_OPTIONS:
            # Nothing to choose between, or more than anyone reads: let them write it.
            return QuestionSpec(**{**values, "kind": Question.Kind.SHORT_TEXT, "hint": ""})
        options = tuple((f"team-{team.pk}", team.name) for team in teams)
        return QuestionSpec(**{**values, "options": options})


@dataclass(frozen=True, slots=True)
class ReadySurvey:
    """A survey to start from; with `rates_touchpoints` it begins with those of the map that are
    chosen."""

    name: str
    title: str
    description: str
    audience: str
    introduction: str
    thanks: str
    rates_touchpoints: bool
    own: tuple[ReadyQuestion, ...]

    def questions(
        self, touchpoints: Sequence[Touchpoint], teams: Sequence[Team] = ()
    ) -> list[QuestionSpec]:
        """A rating for each touchpoint chosen, then its own questions."""
        ratings = [
            QuestionSpec(
                key=f"touchpoint-{touchpoint.pk}",
                kind=Question.Kind.MOMENT,
                text=touchpoint.name,
                touchpoint_id=touchpoint.pk,
            )
            for touchpoint in touchpoints
        ]
        return [*ratings, *(question.made_for(teams) for question in self.own)]


@cache
def library() -> tuple[ReadySurvey, ...]:
    """All of them, customers' first."""
    files = {file.stem: tomllib.loads(file.read_text()) for file in _FOLDER.glob("*.toml")}
    return tuple(
        _survey(name, found)
        for name, found in sorted(files.items(), key=lambda item: item[1]["order"])
    )


def _survey(name: str, found: dict[str, Any]) -> ReadySurvey:
    return ReadySurvey(
        name=name,
        title=found["title"],
        description=found["description"],
        audience=found["audience"],
        introduction=found["introduction"],
        thanks=found["thanks"],
        rates_touchpoints=found.get("rates_touchpoints", False),
        own=tuple(_question(question) for question in found["questions"]),
    )


def _question(found: dict[str, Any]) -> ReadyQuestion:
    condition = Condition(**found["show_if"]) if "show_if" in found else None
    spec = QuestionSpec(
        key=found["key"],
        kind=found["kind"],
        text=found["text"],
        hint=found.get("hint", ""),
        required=found.get("required", False),
        options=tuple((key, text) for key, text in found.get("options", [])),
        condition=condition,
        starts_page=found.get("starts_page", False),
    )
    return ReadyQuestion(spec, of_teams=found.get("options_from") == "teams")
