"""The heatmap, its drawer and what is being mended, read from tallies alone."""

from touchpoints.queries.cells import Cell
from touchpoints.queries.chain import (
    Link,
    Pair,
    chain,
    chain_periods,
    links_by_touchpoint,
    pairs,
    weak_touchpoints,
)
from touchpoints.queries.drawer import CellDetail, cell_detail
from touchpoints.queries.effects import Effect, Reached, expectations, observed_effects
from touchpoints.queries.figures import Figures, Heatmap, Row, StageRows, heatmap
from touchpoints.queries.gaps import Gap, gaps
from touchpoints.queries.improvements import Wanted, improvement_list
from touchpoints.queries.known import Known, known, periods_with_ratings
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
    "Figures",
    "Gap",
    "Heatmap",
    "Known",
    "Link",
    "MapJourney",
    "MapStage",
    "Pair",
    "Reached",
    "Row",
    "StageRows",
    "Wanted",
    "archived",
    "cell_detail",
    "chain",
    "chain_periods",
    "current_stages",
    "expectations",
    "gaps",
    "heatmap",
    "improvement_list",
    "known",
    "links_by_touchpoint",
    "observed_effects",
    "pairs",
    "periods_with_ratings",
    "weak_touchpoints",
    "whole_map",
]
