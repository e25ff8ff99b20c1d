"""The heatmap, its drawer and what is being mended, read from tallies alone."""

from touchpoints.queries.cells import Cell
from touchpoints.queries.drawer import CellDetail, cell_detail
from touchpoints.queries.effects import Effect, observed_effects
from touchpoints.queries.figures import (
    Heatmap,
    Row,
    StageRows,
    heatmap,
    periods_with_ratings,
)
from touchpoints.queries.gaps import Gap, gaps
from touchpoints.queries.map import (
    Archived,
    MapJourney,
    MapStage,
    archived,
    current_stages,
    whole_map,
)

__all__ = [
    "Archived",
    "Cell",
    "CellDetail",
    "Effect",
    "Gap",
    "Heatmap",
    "MapJourney",
    "MapStage",
    "Row",
    "StageRows",
    "archived",
    "cell_detail",
    "current_stages",
    "gaps",
    "heatmap",
    "observed_effects",
    "periods_with_ratings",
    "whole_map",
]
