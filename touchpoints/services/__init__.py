"""Every change to the map, its ratings and its improvements."""

from touchpoints.services.archive import archive, delete, is_used, restore
from touchpoints.services.chain import add_hand_off, remove_hand_off
from touchpoints.services.copies import copy_journey
from touchpoints.services.errors import StaleError, TouchpointsError
from touchpoints.services.improvements import (
    add_improvement,
    change_improvement,
    finish_improvement,
)
from touchpoints.services.map import (
    add_journey,
    add_stage,
    add_touchpoint,
    change_journey,
    change_stage,
    change_touchpoint,
    ensure_touchpoint,
    seen_version,
)
from touchpoints.services.map_import import (
    COLUMNS,
    MapCheck,
    MapRow,
    RowProblem,
    check_map,
    import_map,
    map_lines,
    read_map,
)
from touchpoints.services.order import place
from touchpoints.services.ratings import Tally, add_ratings
from touchpoints.services.starting import add_from_start

__all__ = [
    "COLUMNS",
    "MapCheck",
    "MapRow",
    "RowProblem",
    "StaleError",
    "Tally",
    "TouchpointsError",
    "add_from_start",
    "add_hand_off",
    "add_improvement",
    "add_journey",
    "add_ratings",
    "add_stage",
    "add_touchpoint",
    "archive",
    "change_improvement",
    "change_journey",
    "change_stage",
    "change_touchpoint",
    "check_map",
    "copy_journey",
    "delete",
    "ensure_touchpoint",
    "finish_improvement",
    "import_map",
    "is_used",
    "map_lines",
    "place",
    "read_map",
    "remove_hand_off",
    "restore",
    "seen_version",
]
