"""The map of touchpoints, what was rated there, and what is being mended."""

from touchpoints.models.improvement import (
    OPEN_STATES,
    RULE_STATES,
    Improvement,
    ImprovementNote,
    Rule,
)
from touchpoints.models.map import (
    HandOff,
    Journey,
    MapChange,
    Stage,
    Touchpoint,
)
from touchpoints.models.ratings import (
    HandOffTally,
    RatingPairs,
    RatingTally,
    Voice,
)
from touchpoints.models.workshop import (
    Workshop,
    WorkshopRater,
)

__all__ = [
    "OPEN_STATES",
    "RULE_STATES",
    "HandOff",
    "HandOffTally",
    "Improvement",
    "ImprovementNote",
    "Journey",
    "MapChange",
    "RatingPairs",
    "RatingTally",
    "Rule",
    "Stage",
    "Touchpoint",
    "Voice",
    "Workshop",
    "WorkshopRater",
]
