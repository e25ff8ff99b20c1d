"""Every change to the map, its ratings and its improvements."""

from touchpoints.services.archive import archive, delete, is_used, restore
from touchpoints.services.chain import add_hand_off, remove_hand_off
from touchpoints.services.chain_ratings import LinkTally, add_hand_off_ratings
from touchpoints.services.copies import copy_journey
from touchpoints.services.errors import StaleError, TouchpointsError
from touchpoints.services.improvements import (
    add_improvement,
    change_improvement,
    comment_on_improvement,
    move_improvement,
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
from touchpoints.services.ratings import Tally, add_pairs, add_ratings
from touchpoints.services.reminding import remind_of_late
from touchpoints.services.rules import (
    change_rule,
    keep_rule,
    lift_rule,
    name_rule,
    take_on_rule,
)
from touchpoints.services.starting import add_from_start
from touchpoints.services.workshops import (
    keep_workshop,
    reveal_workshop,
    save_votes,
    start_workshop,
)

__all__ = [
    "COLUMNS",
    "LinkTally",
    "MapCheck",
    "MapRow",
    "RowProblem",
    "StaleError",
    "Tally",
    "TouchpointsError",
    "add_from_start",
    "add_hand_off",
    "add_hand_off_ratings",
    "add_improvement",
    "add_journey",
    "add_pairs",
    "add_ratings",
    "add_stage",
    "add_touchpoint",
    "archive",
    "change_improvement",
    "change_journey",
    "change_rule",
    "change_stage",
    "change_touchpoint",
    "check_map",
    "comment_on_improvement",
    "copy_journey",
    "delete",
    "ensure_touchpoint",
    "import_map",
    "is_used",
    "keep_rule",
    "keep_workshop",
    "lift_rule",
    "map_lines",
    "move_improvement",
    "name_rule",
    "place",
    "read_map",
    "remind_of_late",
    "remove_hand_off",
    "restore",
    "reveal_workshop",
    "save_votes",
    "seen_version",
    "start_workshop",
    "take_on_rule",
]
