"""Every change to the map, its ratings and its improvements."""

from touchpoints.services.errors import TouchpointsError
from touchpoints.services.improvements import (
    add_improvement,
    change_improvement,
    finish_improvement,
)
from touchpoints.services.map import (
    add_hand_off,
    add_journey,
    add_stage,
    add_touchpoint,
    archive_touchpoint,
    change_journey,
    change_stage,
    change_touchpoint,
    ensure_touchpoint,
    move,
    remove_hand_off,
    restore_touchpoint,
)
from touchpoints.services.map_import import (
    MapCheck,
    MapRow,
    RowProblem,
    check_map,
    import_map,
    read_map,
)
from touchpoints.services.ratings import Tally, add_ratings

__all__ = [
    "MapCheck",
    "MapRow",
    "RowProblem",
    "Tally",
    "TouchpointsError",
    "add_hand_off",
    "add_improvement",
    "add_journey",
    "add_ratings",
    "add_stage",
    "add_touchpoint",
    "archive_touchpoint",
    "change_improvement",
    "change_journey",
    "change_stage",
    "change_touchpoint",
    "check_map",
    "ensure_touchpoint",
    "finish_improvement",
    "import_map",
    "move",
    "read_map",
    "remove_hand_off",
    "restore_touchpoint",
]
