"""A mission, from first words to adoption and use."""

from missions.models.agreement import (
    Candidate,
    Consent,
    ConsentAnswer,
    Critique,
    Ranking,
    Suggestion,
)
from missions.models.mission import (
    CheckIn,
    Commitment,
    Contribution,
    Decision,
    Draft,
    Hiding,
    Judgement,
    Mission,
    MissionRound,
    Readiness,
    StatementClause,
    Theme,
    Voice,
    WeighedOption,
    Weighing,
)
from missions.models.suggestion import ThemeSuggestion

__all__ = [
    "Candidate",
    "CheckIn",
    "Commitment",
    "Consent",
    "ConsentAnswer",
    "Contribution",
    "Critique",
    "Decision",
    "Draft",
    "Hiding",
    "Judgement",
    "Mission",
    "MissionRound",
    "Ranking",
    "Readiness",
    "StatementClause",
    "Suggestion",
    "Theme",
    "ThemeSuggestion",
    "Voice",
    "WeighedOption",
    "Weighing",
]
