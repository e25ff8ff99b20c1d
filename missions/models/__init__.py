"""A mission, from first words to adoption and use."""

from missions.models.agreement import (
    Candidate,
    Consent,
    ConsentAnswer,
    Critique,
    Ranking,
    Suggestion,
)
from missions.models.drafting import Clause, ClauseLink, WorkingText
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
from missions.models.use import JudgeInvite, QuietOwner, WeekAsked

__all__ = [
    "Candidate",
    "CheckIn",
    "Clause",
    "ClauseLink",
    "Commitment",
    "Consent",
    "ConsentAnswer",
    "Contribution",
    "Critique",
    "Decision",
    "Draft",
    "Hiding",
    "JudgeInvite",
    "Judgement",
    "Mission",
    "MissionRound",
    "QuietOwner",
    "Ranking",
    "Readiness",
    "StatementClause",
    "Suggestion",
    "Theme",
    "ThemeSuggestion",
    "Voice",
    "WeekAsked",
    "WeighedOption",
    "Weighing",
    "WorkingText",
]
